package dev.melange.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * Stands for {@code melange run KEY --out DIR --events FILE ...} without computing anything. The
 * key tells what it does: {@code works} has a result at once, {@code waits} begins a run and has a
 * result only when it is resumed, {@code breaks} ends with an error.
 */
public final class FakeChild {
  private FakeChild() {}

  /** Does it. */
  public static void main(String[] args) throws IOException {
    List<String> all = Arrays.asList(args);
    String key = all.get(1);
    Path out = Path.of(all.get(all.indexOf("--out") + 1));
    Path events = Path.of(all.get(all.indexOf("--events") + 1));
    System.out.println("arguments " + String.join(" ", all.subList(6, all.size())));
    if (key.equals("breaks")) {
      System.out.println("error: it cannot be done");
      System.exit(2);
    }
    Path run = out.resolve(key).resolve("20260301-120000");
    boolean resumed = all.contains("--resume");
    if (!resumed) {
      Files.createDirectories(run);
      Files.writeString(
          run.resolve("config.json"),
          "{\"study\":\"%s\",\"seed\":4,\"settings\":{\"seeds\":3},\"library\":\"1\"}"
              .formatted(key));
    }
    Files.writeString(
        events,
        "{\"event\":\"step\",\"trial\":\"a-s4\",\"number\":1,\"total\":3,\"step\":1,\"loss\":2.5}\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    if (key.equals("waits") && !resumed) {
      while (System.in.read() >= 0) {
        // until the parent ends, or somebody ends this
      }
      System.exit(130);
    }
    Files.writeString(
        run.resolve("result.json"),
        """
        {"study": "%s", "scale": "quick", "verdict": "holds", "findings": [], "tables": [],
         "comparisons": [{"quantity": "top-1 (%%)", "paper": "77.2", "here": "47.1"}]}
        """
            .formatted(key));
    Files.writeString(run.resolve("report.html"), "<html><style>p{}</style><p>Report</p></html>");
  }
}
