package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillIT {
  @TempDir private Path home;

  @Test
  void losesNothingAcknowledgedWhenKilled() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    long paper;
    try (Database database = Database.open(DatabaseConfig.file(home))) {
      paper = TestPapers.add(database, "A paper", "2026-02-28");
    }
    Set<Long> acknowledged = new TreeSet<>();
    for (int round = 0; round < 4; round++) {
      int lines = 20 + random.nextInt(100);
      Process process =
          new ProcessBuilder(
                  ChildJvm.command(KillProbe.class, home.toString(), Integer.toString(lines)))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        int read = 0;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          acknowledged.add(Long.valueOf(line.split(" ", 2)[0]));
          if (++read == lines) {
            // kill -9, by the handle: what was printed before can still be read
            process.toHandle().destroyForcibly();
          }
        }
      }
      process.waitFor();
      try (Database database = Database.open(DatabaseConfig.file(home))) {
        Set<Long> stored =
            new CommentStore(database)
                .of(paper).stream()
                    .map(CommentStore.Comment::id)
                    .collect(Collectors.toCollection(TreeSet::new));
        assertThat(stored).containsAll(acknowledged);
        PaperEntry entry = new PaperStore(database).withIds(List.of(paper)).get(0);
        assertThat(entry.comments()).isEqualTo(stored.size());
        long votes =
            database.read(
                db -> db.createQuery("select count(*) from vote").mapTo(Long.class).one());
        assertThat((long) entry.votes()).isEqualTo(votes);
      }
    }
    assertThat(acknowledged).hasSizeGreaterThan(80);
  }
}
