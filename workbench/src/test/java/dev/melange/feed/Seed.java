package dev.melange.feed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The page that the tests read, which holds abstracts and therefore is not in the repository. Tests
 * that need it are skipped where it is absent.
 */
public final class Seed {
  private Seed() {}

  /** The page's text. */
  public static byte[] text() throws IOException {
    return Files.readAllBytes(file("daily-papers.txt"));
  }

  /** What must be read from it. */
  public static JsonNode facts() throws IOException {
    return new ObjectMapper().readTree(file("seed-facts.json").toFile());
  }

  /** The page's file. */
  public static Path file(String name) {
    String data = System.getenv("MELANGE_DATA");
    assumeTrue(data != null, "MELANGE_DATA is not set: the page of 41 papers is not at hand");
    Path folder = Path.of(data).toAbsolutePath();
    for (Path place : new Path[] {folder.resolve("page"), folder.resolveSibling("papers/page")}) {
      if (Files.isRegularFile(place.resolve(name))) {
        return place.resolve(name);
      }
    }
    assumeTrue(false, "page/" + name + " is not in " + folder);
    throw new IllegalStateException("unreachable");
  }
}
