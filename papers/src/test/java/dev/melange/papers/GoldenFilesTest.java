package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.component.Component;
import dev.melange.component.Components;
import dev.melange.component.Golden;
import dev.melange.component.Verifier;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    Components components = Catalogue.components();
    Set<Component> uncovered = new HashSet<>(components.all());
    for (Path file : files()) {
      try (Scope scope = Scope.open()) {
        Golden golden = Golden.read(file);
        uncovered.remove(components.get(golden.component(), golden.config()));
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
