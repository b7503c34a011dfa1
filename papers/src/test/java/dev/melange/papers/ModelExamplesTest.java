package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.nn.ModelSummary;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelExamplesTest {
  private static ModelSummary summary(Component component, Record config) {
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> inputs = component.example(config).orElseThrow();
      Component.Built built = component.build(config, new Rng(1));
      try (var layer = built.layer()) {
        return ModelSummary.of(layer, () -> built.run(new Inputs(inputs, false)));
      }
    }
  }

  private static ModelSummary summary(String model) {
    Model found = Catalogue.model(model);
    return summary(found.component(), found.config());
  }

  @TestFactory
  Stream<DynamicTest> everyModelOffersExampleInputs() {
    return Catalogue.models().stream()
        .map(
            model ->
                DynamicTest.dynamicTest(
                    model.name(),
                    () -> {
                      try (Scope scope = Scope.open()) {
                        assertThat(model.component().example(model.config())).isPresent();
                      }
                    }));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "poolformer_s12",
        "poolformer_s24",
        "poolformer_s36",
        "poolformer_m36",
        "poolformer_m48"
      })
  void poolFormersNeedTheMultiplicationsThatThePaperReports(String name) {
    String reported = Catalogue.model(name).facts().get("MACs at 224");
    double gigas = Double.parseDouble(reported.replace(" G", ""));
    // reported to 0.1 G, and with some of the work of norms and pooling, which is not counted here
    assertThat((double) summary(name).macs() / 1e9).isBetween(gigas - 0.1, gigas + 0.05);
  }

  @Test
  void poolFormersNeedTheMultiplicationsOfTheirFormula() {
    long macs = 56 * 56 * 64 * 3 * 49 + 512 * 1000;
    int[] blocks = {2, 2, 6, 2};
    int[] widths = {64, 128, 320, 512};
    for (int s = 0; s < 4; s++) {
      long positions = (56L >> s) * (56L >> s);
      macs += blocks[s] * positions * 8 * widths[s] * widths[s];
      macs += s == 0 ? 0 : positions * widths[s] * widths[s - 1] * 9;
    }
    assertThat(summary("poolformer_s12").macs()).isEqualTo(macs);
  }

  @Test
  void resNetsForSmallImagesNeedTheMultiplicationsOfTheirFormula() {
    long macs = 32 * 32 * 64 * 27 + 4 * 32 * 32 * 64 * 64 * 9L + 512 * 10;
    for (int s = 1; s < 4; s++) {
      long positions = (32L >> s) * (32L >> s);
      long width = 64L << s;
      macs +=
          positions * width * width * (9 + 2 * 3 * 9 + 1) / 2; // the input has half the channels
    }
    assertThat(summary("resnet18_cifar").macs()).isEqualTo(macs);
  }

  @Test
  void mixersNeedTheMultiplicationsOfTheirFormula() {
    long n = 196;
    long d = 512;
    long block = 2 * d * n * (d / 2) + 2 * n * d * (4 * d);
    assertThat(summary("mixer_s16").macs()).isEqualTo(n * 768 * d + 8 * block + d * 1000);
  }

  @Test
  void encodersNeedTheMultiplicationsOfTheirFormula() {
    long t = 128;
    long d = 384;
    long layer = t * (4 * d * d + 2 * d * 1536) + 2 * t * t * d;
    assertThat(summary("all-minilm-l6-v2").macs()).isEqualTo(6 * layer + d * d);
  }

  @Test
  void decodersNeedTheMultiplicationsOfTheirFormula() {
    long t = 128;
    long d = 128;
    long layer = t * (4 * d * d + 8 * d * d) + 2 * t * t * d;
    assertThat(summary("char-small").macs()).isEqualTo(4 * layer + t * d * 65);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timemixer_etth1_96", "timemixer_m4_monthly", "timemixer_weather_720"})
  void forecastersRunOnTheirExampleInputs(String name) {
    ModelSummary summary = summary(name);
    assertThat(summary.macs()).isPositive();
    assertThat(summary.parameters()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tabular/final-mlp", "tabular/dual-mlp", "tabular/deepfm", "tabular/dcnv2"})
  void clickModelsRunOnTheirExampleInputs(String name) throws Exception {
    Component component = Catalogue.components().get(name);
    String config =
        """
        {"features": [{"name": "user", "type": "categorical", "vocab_size": 9},
                      {"name": "price", "type": "numeric"},
                      {"name": "seen", "type": "sequence", "vocab_size": 5, "max_len": 3}]}""";
    Record parsed =
        dev.melange.component.Configs.read(
            component.configType(), new ObjectMapper().readTree(config), name);
    assertThat(summary(component, parsed).macs()).isPositive();
  }
}
