package dev.melange.papers.mlpmixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.nn.Layer;
import dev.melange.papers.Model;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MlpMixerTest {
  private static final long SEED = 5;

  private static MlpMixer.Config tiny(Map<String, String> overrides) {
    MlpMixer.Config small =
        Configs.with(
            Configs.defaults(MlpMixer.Config.class),
            Map.of(
                "img_size",
                "[8,12]",
                "patch_size",
                "4",
                "num_blocks",
                "1",
                "embed_dim",
                "8",
                "num_classes",
                "5"));
    return Configs.with(small, overrides);
  }

  @ParameterizedTest
  @CsvSource({
    "mixer_s32, 19104624",
    "mixer_s16, 18528264",
    "mixer_b32, 60293428",
    "mixer_b16, 59880472",
    "mixer_l32, 206939264",
    "mixer_l16, 208196168",
    "resmlp_12, 15350872",
    "resmlp_24, 30020680",
    "resmlp_36, 44690488",
    "resmlp_big_24, 129138280",
    "gmlp_ti16, 5867328",
    "gmlp_s16, 19422656",
    "gmlp_b16, 73075392"
  })
  void hasThePublishedNumberOfParameters(String name, long expected) {
    Model model =
        new MlpMixerPaper()
            .models().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    try (Layer layer = model.create(new Rng(SEED))) {
      assertThat(layer.parameterCount()).isEqualTo(expected);
    }
  }

  @Test
  void startsWithTheDocumentedWeights() {
    System.out.println("seed " + SEED);
    Map<String, String> gmlp = Map.of("block", "gmlp", "mlp_ratio", "2", "nlhb", "true");
    try (Scope scope = Scope.open();
        MlpMixer model = new MlpMixer(tiny(gmlp), new Rng(SEED))) {
      Map<String, Tensor> weights = model.parameters();
      assertThat(weights.get("head.weight").detach().abs().max().item()).isZero();
      assertThat(weights.get("head.bias").toDoubles()).containsOnly((float) -Math.log(5));
      assertThat(weights.get("blocks.0.mlp_channels.gate.proj.bias").toDoubles()).containsOnly(1);
      assertThat(weights.get("blocks.0.mlp_channels.gate.proj.weight").detach().abs().max().item())
          .isBetween(1e-9, 1e-5);
      assertThat(weights.get("blocks.0.mlp_channels.fc1.bias").detach().abs().max().item())
          .isBetween(1e-9, 1e-5);
    }
  }

  @Test
  void classifiesEveryTokenWithoutPooling() {
    try (Scope scope = Scope.open();
        MlpMixer model = new MlpMixer(tiny(Map.of("global_pool", "\"\"")), new Rng(SEED))) {
      assertThat(model.forward(Tensor.ones(2, 3, 8, 12)).shape()).containsExactly(2, 6, 5);
    }
  }

  @Test
  void replacesOrAddsTheClassifier() {
    for (String classes : new String[] {"0", "5"}) {
      try (Scope scope = Scope.open();
          MlpMixer model = new MlpMixer(tiny(Map.of("num_classes", classes)), new Rng(SEED))) {
        model.resetClassifier(3, new Rng(SEED));
        assertThat(model.classes()).isEqualTo(3);
        assertThat(model.forward(Tensor.ones(2, 3, 8, 12)).shape()).containsExactly(2, 3);
        assertThat(model.parameters().get("head.bias").requiresGrad()).isTrue();
      }
    }
  }

  @Test
  void refusesImagesOfAnotherSize() {
    try (Scope scope = Scope.open();
        MlpMixer model = new MlpMixer(tiny(Map.of()), new Rng(SEED))) {
      assertThatThrownBy(() -> model.forward(Tensor.ones(2, 3, 12, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[B, 3, 8, 12], got [2, 3, 12, 8]");
    }
  }

  @Test
  void refusesConfigurationsThatDoNotFit() {
    assertThatThrownBy(() -> tiny(Map.of("patch_size", "5"))).hasMessageContaining("multiple");
    assertThatThrownBy(() -> tiny(Map.of("block", "gmlp"))).hasMessageContaining("one mlp_ratio");
    assertThatThrownBy(() -> tiny(Map.of("block", "gmlp", "mlp_ratio", "1.125")))
        .hasMessageContaining("which are 9");
  }

  @Test
  void writesConfigurationsAsTheyAreRead() {
    MlpMixer.Config config = tiny(Map.of());
    assertThat(Configs.read(MlpMixer.Config.class, Configs.toJson(config))).isEqualTo(config);
  }

  @Test
  void schedulesKeepTheirEndValueAfterTheLastStep() {
    assertThat(new LrSchedule("cosine-inside", 1, 0.1, 0, 5, 10).at(50)).isEqualTo(0.1);
    assertThat(new LrSchedule("cosine-after", 1, 0.1, 0, 5, 10).at(50)).isEqualTo(0.1);
    assertThat(new LrSchedule("product", 1, 0, 0, 0.1, 10).at(50)).isZero();
    assertThatThrownBy(() -> new LrSchedule("product", 1, 0, 0, 5, 10))
        .hasMessageContaining("warmup in [0, 1.0]");
  }
}
