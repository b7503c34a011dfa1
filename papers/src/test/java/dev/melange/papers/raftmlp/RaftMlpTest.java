package dev.melange.papers.raftmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Macs;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import dev.melange.papers.Vision;
import dev.melange.papers.metaformer.GradCam;
import dev.melange.papers.raftmlp.RaftMlpConfig.Level;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RaftMlpTest {
  private static final List<Level> LEVELS =
      List.of(
          new Level(1, 12, 4, 2, List.of(4, 8)),
          new Level(2, 18, 2, 3, List.of(2, 4)),
          new Level(1, 8, 1, 8, List.of(1, 3)));

  private static RaftMlpConfig config(
      List<Level> levels, String mixing, String embedding, boolean shortcut, boolean features) {
    return new RaftMlpConfig(levels, 3, 32, 5, 2, 4, 0, 0, mixing, embedding, shortcut, features);
  }

  @ParameterizedTest
  @CsvSource({
    "raftmlp_s, 9868768",
    "raftmlp_m, 21413632",
    "raftmlp_l, 36184672",
    "raftmlp_hierarchy_m, 19920640",
    "raftmlp_b16_r1, 58105432",
    "raftmlp_b16_r2, 58162888",
    "raftmlp_b16_r4, 58390696",
    "raftmlp_org_mixer_b16, 59918200",
    "raftmlp_deep_36, 43532296"
  })
  void hasTheParametersOfTheOfficialCode(String name, long parameters) {
    try (var layer = Catalogue.model(name).create(new Rng(1))) {
      assertThat(layer.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raftmlp_s", "raftmlp_hierarchy_m", "raftmlp_org_mixer_b16"})
  void needsTheMultiplicationsThatAreReported(String name) {
    Model model = Catalogue.model(name);
    try (RaftMlp layer = (RaftMlp) model.create(new Rng(1));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, 3, 224, 224);
      double gigas = (double) Macs.count(() -> layer.forward(x)) / 1e9;
      double reported = Double.parseDouble(model.facts().get("MACs at 224").replace(" G", ""));
      assertThat(gigas).isCloseTo(reported, within(0.005));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ser_pm, emb_mixer, false",
    "ser_pm, emb_cross_mlp, true",
    "original_tm, emb_mixer, true",
    "original_tm, emb_cross_mlp, false"
  })
  void acceptsImagesOfAnySize(String mixing, String embedding, boolean shortcut) {
    List<Level> levels = embedding.equals("emb_mixer") ? LEVELS.subList(0, 2) : LEVELS;
    RaftMlpConfig config = config(levels, mixing, embedding, shortcut, false);
    try (RaftMlp model = new RaftMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      for (long[] size : new long[][] {{32, 32}, {1, 1}, {33, 70}, {5, 128}}) {
        Tensor logits = model.forward(new Rng(2).normal(2, 3, size[0], size[1]));
        assertThat(logits.shape()).containsExactly(2, 5);
        assertThat(logits.isFinite().all().item()).isEqualTo(1);
      }
    }
  }

  @Test
  void theBackboneGivesTheEmbeddingOfTheFirstLevelAndTheOutputsOfTheOthers() {
    RaftMlpConfig config = config(LEVELS, "ser_pm", "emb_cross_mlp", false, true);
    try (RaftMlp model = new RaftMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 3, 40, 32);
      List<Tensor> maps = model.forwardPyramid(x);
      assertThat(maps.get(0).shape()).containsExactly(2, 12, 10, 8);
      assertThat(maps.get(1).shape()).containsExactly(2, 18, 5, 4);
      assertThat(maps.get(2).shape()).containsExactly(2, 8, 5, 4);
      assertThat(maps.get(2).toFloats()).isEqualTo(model.forwardFeatures(x).toFloats());
      model.parameters().get("levels.0.fn.2.5.fn.3.bias").detach().fill_(1);
      List<Tensor> changed = model.forwardPyramid(x);
      assertThat(changed.get(0).toFloats()).isEqualTo(maps.get(0).toFloats());
      assertThat(changed.get(1).toFloats()).isNotEqualTo(maps.get(1).toFloats());
      assertThat(model.classes()).isZero();
      assertThat(model.parameters().keySet()).noneMatch(name -> name.startsWith("heads"));
      assertThatThrownBy(() -> model.resetClassifier(3, new Rng(1)))
          .hasMessageContaining("features=true has no classifier");
    }
  }

  @Test
  void everyRaftIsMixedWithinItsColumnAndRowOnly() {
    try (RaftMixer mixer = new RaftMixer(6, 2, 4, 2, new Rng(1));
        Scope scope = Scope.open()) {
      mixer.to(DType.F64);
      Tensor x = new Rng(2).normal(1, 6, 4, 4).to(DType.F64).requiresGrad_(true);
      // the vertical MLP alone: with the horizontal one the whole map would follow
      mixer.parameters().get("3.fn.3.weight").detach().zero_();
      mixer.parameters().get("3.fn.3.bias").detach().zero_();
      Tensor y = mixer.forward(x); // channel 4 is member 1 of raft 1, channel 1 is member 0
      Tensor touched =
          Autograd.grad(y.select(1, 4).slice(2, 2, 3).sum(), x)[0].abs().sum(0).gt(0).to(DType.F64);
      // the normalisations read all channels of the column's positions, nothing else is read
      assertThat(touched.sum(0, 1).toDoubles()).containsExactly(0, 0, 24, 0);
    }
  }

  @Test
  void mixingMatricesAreProductsOfTheLayers() {
    try (RaftMixer mixer = new RaftMixer(6, 2, 4, 3, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor product =
          mixer.parameters().get("3.fn.3.weight").matmul(mixer.parameters().get("3.fn.0.weight"));
      assertThat(mixer.horizontalMatrix().shape()).containsExactly(8, 8);
      assertThat(mixer.horizontalMatrix().toFloats()).isEqualTo(product.toFloats());
      assertThat(mixer.verticalMatrix().toFloats()).isNotEqualTo(product.toFloats());
    }
  }

  @Test
  void isMadeForOtherImagesAndClasses() {
    try (ImageModel model =
            Vision.create("raftmlp_s", options -> options.classes(4).channels(1).size(32));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 1, 32, 32);
      assertThat(model.forward(x).shape()).containsExactly(2, 4);
      assertThat(((RaftMlp) model).config().grid(3)).isEqualTo(1);
      GradCam.Result result = GradCam.explain(model, x, Tensor.of(new long[] {1, 3}, 2));
      assertThat(result.resized().shape()).containsExactly(2, 32, 32);
    }
  }

  @Test
  void fineTuningKeepsTheGridsOfTheWeights() {
    RaftMlpConfig trained =
        (RaftMlpConfig) Catalogue.model("raftmlp_mini").config(); // for images of 32 x 32
    RaftMlpConfig tuned = trained.forFineTuning(3, 48, 40, 7);
    assertThat(tuned.grid(0)).isEqualTo(trained.grid(0));
    assertThat(tuned.num_classes()).isEqualTo(7);
    assertThat(trained.forImages(3, 48, 40, 7).grid(0)).isGreaterThan(trained.grid(0));
  }

  @Test
  void headsOfAllLevelsAgreeWithTheFeatures() {
    RaftMlpConfig config = config(LEVELS, "ser_pm", "emb_cross_mlp", true, false);
    try (RaftMlp model = new RaftMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 3, 32, 32);
      Tensor pooled = model.forwardFeatures(x).mean(2, 3);
      Tensor logits = model.forwardHead(model.forwardFeatures(x));
      assertThat(logits.toFloats()).isEqualTo(model.forward(x).toFloats());
      assertThat(pooled.shape()).containsExactly(2, 8);
      assertThat(model.parameters().get("heads.1.4.weight").shape()).containsExactly(16, 18);
    }
  }

  @Test
  void theNewClassifierTakesTypeAndMode() {
    RaftMlpConfig config = config(LEVELS, "ser_pm", "emb_cross_mlp", false, false);
    try (RaftMlp model = new RaftMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      model.to(DType.F64);
      model.resetClassifier(7, new Rng(2));
      assertThat(model.forward(new Rng(3).normal(2, 3, 32, 32).to(DType.F64)).shape())
          .containsExactly(2, 7);
      assertThatThrownBy(() -> model.resetClassifier(0, new Rng(2)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void dropsOnlyInTraining() {
    RaftMlpConfig config =
        new RaftMlpConfig(
            LEVELS, 3, 32, 5, 2, 4, 0.3, 0.5, "ser_pm", "emb_cross_mlp", false, false);
    try (RaftMlp model = new RaftMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 3, 32, 32);
      float[] calm = model.forward(x).toFloats();
      assertThat(model.forward(x).toFloats()).isEqualTo(calm);
      model.train();
      float[] first = new Rng(3).run(() -> model.forward(x)).toFloats();
      assertThat(first).isNotEqualTo(calm);
      assertThat(new Rng(3).run(() -> model.forward(x)).toFloats()).isEqualTo(first);
      assertThat(new Rng(4).run(() -> model.forward(x)).toFloats()).isNotEqualTo(first);
    }
  }

  @Test
  void refusesLevelsThatDoNotFit() {
    assertRefused(
        Level.of(1, 10, 4, 3), "ser_pm", "emb_mixer", "raft_size must divide its dim 10, got 3");
    assertRefused(
        Level.of(1, 10, 4, null), "ser_pm", "emb_mixer", "raft_size must divide its dim 10");
    assertRefused(
        Level.of(1, 10, 1, 2),
        "ser_pm",
        "emb_mixer",
        "patch_size 1, with which emb_mixer keeps the 3 channels, but dim is 10");
    assertRefused(
        new Level(1, 10, 4, 2, List.of(8, 4)),
        "ser_pm",
        "emb_cross_mlp",
        "must begin with patch_size 4 and have multiples of it only, got [8, 4]");
    assertRefused(
        new Level(1, 10, 4, 2, List.of(4, 6)), "ser_pm", "emb_cross_mlp", "multiples of it only");
    assertRefused(
        new Level(1, 10, 3, 2, List.of(3, 6)),
        "original_tm",
        "emb_cross_mlp",
        "the differences must be even");
    assertRefused(Level.of(1, 10, 4, 2), "ser_pm", "emb_cross_mlp", "embedding_kernels must begin");
    assertThatThrownBy(() -> config(List.of(), "ser_pm", "emb_mixer", false, false))
        .hasMessageContaining("names no level");
  }

  private static void assertRefused(Level level, String mixing, String embedding, String message) {
    assertThatThrownBy(() -> config(List.of(level), mixing, embedding, false, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesImagesOfOtherChannels() {
    RaftMlpConfig config = config(LEVELS, "ser_pm", "emb_cross_mlp", false, false);
    try (RaftMlp model = new RaftMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 1, 32, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "raft-mlp expects images [B, 3, H, W], got input x: [2, 1, 32, 32]");
      assertThatThrownBy(() -> model.forward(Tensor.zeros(3, 32, 32)))
          .hasMessageContaining("expects images");
    }
  }

  @Test
  void mixersAreReplacedAgainAndAgain() {
    RaftMlpConfig config = config(LEVELS, "ser_pm", "emb_cross_mlp", false, false);
    try (RaftMlp model = new RaftMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      Set<String> own = model.state().keySet();
      for (int i = 0; i < 2; i++) {
        for (TokenMixerSlot slot : model.tokenMixerSlots(40, 32)) {
          slot.replace(
              Catalogue.tokenMixer("spatial_fc")
                  .make(slot.channels(), slot.height(), slot.width(), new Rng(2)));
        }
      }
      assertThat(model.state().keySet())
          .isNotEqualTo(own)
          .contains("levels.0.fn.2.0.mixer.fc.weight", "levels.0.fn.2.5.fn.0.weight")
          .doesNotContain("levels.0.fn.2.1.fn.0.weight", "levels.0.fn.2.3.norm.1.weight");
      assertThat(model.forward(new Rng(3).normal(2, 3, 40, 32)).shape()).containsExactly(2, 5);
      assertThatThrownBy(() -> model.forward(new Rng(3).normal(2, 3, 32, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10 x 8");
    }
  }
}
