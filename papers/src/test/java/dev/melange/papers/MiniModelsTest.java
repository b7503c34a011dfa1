package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.nn.ImageModel;
import dev.melange.nn.ImageModelConfig;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MiniModelsTest {
  static List<String> names() {
    return Catalogue.miniModels().stream().map(Model::name).toList();
  }

  @Test
  void areModelsOfTheCatalogueAndTheirNamesUnique() {
    assertThat(names()).doesNotHaveDuplicates();
    assertThat(Catalogue.models()).extracting(Model::name).doesNotHaveDuplicates();
    assertThat(Vision.models()).extracting(Model::name).containsAll(names());
  }

  @Test
  void namesOfImageModelsSeparateWordsInOneWay() {
    assertThat(Vision.models()).extracting(Model::name).allMatch(n -> n.matches("[a-z0-9_]+"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void areSmallClassifiersOfSmallImages(String name) {
    assertThat(((ImageModelConfig) Vision.model(name).config()).channels()).isEqualTo(3);
    try (ImageModel model = Vision.create(name, options -> options.size(32).classes(10));
        Scope scope = Scope.open()) {
      assertThat(model.parameterCount()).isBetween(50_000L, 1_000_000L);
      assertThat(ModelCost.of(model, 3, 32, 32).macs()).isLessThanOrEqualTo(15_000_000L);
      model.eval();
      assertThat(model.forward(new Rng(1).normal(2, 3, 32, 32)).shape()).containsExactly(2, 10);
    }
  }
}
