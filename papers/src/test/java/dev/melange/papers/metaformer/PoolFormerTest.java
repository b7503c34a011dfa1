package dev.melange.papers.metaformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.nn.Layer;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolFormerTest {
  private static final Map<String, String> TINY =
      Map.of(
          "layers", "1,1,2,1",
          "embed_dims", "8,8,16,16",
          "mlp_ratios", "2,2,2,2",
          "num_classes", "5");

  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static PoolFormerConfig config(String... keysAndValues) {
    Map<String, String> keys = new HashMap<>(TINY);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      keys.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return Configs.with(Configs.defaults(PoolFormerConfig.class), keys, "vision/poolformer");
  }

  private static Tensor images(long... shape) {
    return new Rng(7).normal(shape);
  }

  @ParameterizedTest
  @CsvSource({
    "poolformer_s12, 11915176",
    "poolformer_s24, 21388968",
    "poolformer_s36, 30862760",
    "poolformer_m36, 56172520",
    "poolformer_m48, 73473448",
    "metaformer_id_s12, 11915176",
    "metaformer_pppa_s12_224, 14038440",
    "metaformer_ppaa_s12_224, 16535592",
    "metaformer_pppf_s12_224, 11919978",
    "metaformer_ppff_s12_224, 12150474"
  })
  void hasThePublishedNumberOfParameters(String name, long expected) {
    try (Layer model = Catalogue.model(name).create(new Rng(0))) {
      assertThat(model.parameterCount()).isEqualTo(expected);
    }
  }

  @Test
  void poolsAConstantMapToZero() {
    PoolFormerConfig config = config("norm", "none", "channel_mlp", "false", "residual", "false");
    try (MetaFormerBlock block = new MetaFormerBlock(config, 0, 0, new Rng(0))) {
      Tensor y = block.forward(Tensor.full(3.5, 2, 8, 5, 4));
      assertThat(y.toFloats()).containsOnly(0f);
    }
  }

  @Test
  void downsamplesWhereAskedToOrWhereTheWidthChanges() {
    try (PoolFormer model =
        new PoolFormer(config("downsamples", "false,false,false,false"), new Rng(0))) {
      // widths 8, 8, 16, 16: only one convolution is left, between the second and third stage
      assertThat(model.stageIndices()).isEqualTo(List.of(0, 1, 3, 4));
      assertThat(model.forwardFeatures(images(1, 3, 32, 32)).shape()).containsExactly(1, 16, 4, 4);
    }
  }

  @Test
  void positionEmbeddingsAreEntriesOfTheNetwork() {
    try (PoolFormer model =
        new PoolFormer(config("add_pos_embs", "[[8,8],null,[2,2],null]"), new Rng(0))) {
      assertThat(model.stageIndices()).isEqualTo(List.of(1, 3, 6, 8));
      assertThat(model.state()).containsKeys("network.0.pos_embed", "network.5.pos_embed");
      assertThatThrownBy(() -> model.forward(images(1, 3, 64, 64)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("8 x 8, got 16 x 16");
    }
  }

  @Test
  void theRandomMixerIsSavedButNotTrained() {
    PoolFormerConfig config =
        config(
            "token_mixers", "pooling,pooling,pooling,random",
            "spatial_shapes", "[null,null,null,[1,1]]");
    try (PoolFormer model = new PoolFormer(config, new Rng(0))) {
      String name = "network.6.0.token_mixer.random_matrix";
      assertThat(model.buffers()).containsKey(name);
      assertThat(model.parameters()).doesNotContainKey(name);
      assertThat(model.buffers().get(name).sum(1).toFloats()).containsOnly(1f);
    }
  }

  @Test
  void stochasticDepthGrowsFromZeroToItsRate() {
    PoolFormerConfig config = config("drop_path_rate", "0.4");
    assertThat(config.dropPath(0)).isZero();
    assertThat(config.dropPath(2)).isEqualTo(0.2);
    assertThat(config.dropPath(4)).isEqualTo(0.4);
    assertThat(config("layers", "1", "embed_dims", "8", "mlp_ratios", "2").dropPath(0)).isZero();
  }

  @Test
  void aNewClassifierReplacesTheOld() {
    try (PoolFormer model = new PoolFormer(config(), new Rng(0))) {
      Tensor x = images(2, 3, 32, 32);
      Tensor features = model.forwardFeatures(x);
      model.resetClassifier(9, new Rng(1));
      assertThat(model.classes()).isEqualTo(9);
      assertThat(model.state().get("head.weight").shape()).containsExactly(9, 16);
      assertThat(model.forward(x).shape()).containsExactly(2, 9);
      assertThat(model.forwardFeatures(x).toFloats()).isEqualTo(features.toFloats());
    }
  }

  @Test
  void trainsAllParametersThatTheConfigurationNames() {
    PoolFormerConfig config =
        config(
            "drop_rate",
            "0.1",
            "token_mixers",
            "pooling,identity,dwconv,attention",
            "head_dim",
            "8");
    try (PoolFormer model = new PoolFormer(config, new Rng(0))) {
      model.train();
      Tensor loss = new Rng(3).run(() -> model.forward(images(2, 3, 64, 64)).square().sum());
      Tensor[] gradients = Autograd.grad(loss, model.parameters().values().toArray(Tensor[]::new));
      assertThat(gradients).doesNotContainNull();
    }
  }

  @Test
  void refusesImagesOfOtherChannels() {
    try (PoolFormer model = new PoolFormer(config(), new Rng(0))) {
      assertThatThrownBy(() -> model.forward(images(8, 1, 32, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[B, 3, H, W], got input x: [8, 1, 32, 32]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "embed_dims | 8,8 | embed_dims must have one element for each of the 4 stages",
        "pool_size | 4 | pool_size must be odd, got 4",
        "token_mixers | pooling,pooling,pooling,random | spatial_shapes[3] must give its [h, w]",
        "token_mixers | pooling,pooling,pooling,attention | 16 channels must divide into heads",
        "token_mixers | pooling,pooling,pooling,poling | must be one of pooling, identity",
        "spatial_shapes | [null,null,null,[7]] | spatial_shapes[3] must be [h, w]",
        "drop_path_rate | 1 | drop_path_rate must lie in [0, 1), got 1.0"
      })
  void refusesConfigurationsThatDoNotFit(String key, String value, String message) {
    assertThatThrownBy(() -> config(key, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void gradCamLeavesTheParametersAloneAndStaysInItsRange() {
    try (PoolFormer model = new PoolFormer(config(), new Rng(0))) {
      GradCam.Result result =
          GradCam.explain(model, 4, images(2, 3, 64, 96), Tensor.of(new long[] {1, 4}));
      assertThat(result.weights().shape()).containsExactly(2, 16);
      assertThat(result.cam().shape()).containsExactly(2, 4, 6);
      assertThat(result.resized().shape()).containsExactly(2, 64, 96);
      assertThat(result.cam().min().item()).isZero();
      assertThat(result.cam().max().item()).isBetween(0.0, 1.0);
      assertThat(model.parameters().values()).allMatch(p -> p.grad() == null);
    }
  }

  @Test
  void gradCamRefusesEntriesThatAreNoStage() {
    try (PoolFormer model = new PoolFormer(config(), new Rng(0))) {
      assertThatThrownBy(
              () -> GradCam.explain(model, 5, images(1, 3, 32, 32), Tensor.of(new long[] {0})))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one of [0, 2, 4, 6] in network, got target_stage 5");
    }
  }
}
