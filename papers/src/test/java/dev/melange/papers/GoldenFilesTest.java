package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.component.Component;
import dev.melange.component.Golden;
import dev.melange.component.Verifier;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every committed golden file agrees with its component; every component has a golden file. */
class GoldenFilesTest {
  @TestFactory
  Stream<DynamicTest> agreeWithTheirComponents() throws IOException, URISyntaxException {
    Verifier verifier = new Verifier(Catalogue.components());
    return files().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file.getFileName().toString(),
                    () -> {
                      Verifier.Result result = verifier.verify(file);
                      assertThat(result.problem()).isNull();
                      assertThat(result.status()).isEqualTo(Verifier.Status.PASSED);
                    }));
  }

  @Test
  void everyComponentHasAGoldenFile() throws IOException, URISyntaxException {
    Set<String> covered = new TreeSet<>();
    for (Path file : files()) {
      covered.add(Golden.componentOf(file));
    }
    Set<String> uncovered = new TreeSet<>();
    for (Component component : Catalogue.components().all()) {
      if (!covered.contains(component.name())) {
        uncovered.add(component.name());
      }
    }
    assertThat(uncovered).isEmpty();
  }

  private static List<Path> files() throws IOException, URISyntaxException {
    Path folder = Path.of(GoldenFilesTest.class.getResource("/golden").toURI());
    try (Stream<Path> below = Files.walk(folder)) {
      return below.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }
}
