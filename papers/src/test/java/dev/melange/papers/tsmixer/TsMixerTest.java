package dev.melange.papers.tsmixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TsMixerTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static TsMixerConfig config(String... keys) {
    Map<String, String> changes = new LinkedHashMap<>();
    for (String key : keys) {
      String[] parts = key.split("=", 2);
      changes.put(parts[0], parts[1]);
    }
    return Configs.with(Configs.defaults(TsMixerConfig.class), changes);
  }

  private static long count(TsMixerConfig config) {
    try (TsMixer model = new TsMixer(config, new Rng(1))) {
      return model.parameterCount();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tsmixer_default, 2040",
    "tsmixer_ett_96, 183936",
    "tsmixer_ett_192, 282336",
    "tsmixer_ett_336, 429936",
    "tsmixer_ett_720, 823536",
    "tsmixer_ett_mix_96, 186632",
    "tsmixer_ett_nll_96, 380736",
    "tsmixer_ett_pretrain, 86064"
  })
  void modelsHaveTheirPublishedParameters(String name, long parameters) {
    assertThat(count((TsMixerConfig) Catalogue.model(name).config())).isEqualTo(parameters);
  }

  @ParameterizedTest
  @CsvSource({
    "'gated_attn=false,prediction_length=96', 167040",
    "'mode=mix_channel,prediction_length=192', 285032",
    "'mode=mix_channel,prediction_length=336', 432632",
    "'mode=mix_channel,prediction_length=720', 826232",
    "'patch_stride=8,prediction_length=96', 397960",
    "'patch_stride=8,prediction_length=192', 591592",
    "'patch_stride=8,prediction_length=336', 882040",
    "'patch_stride=8,prediction_length=720', 1656568"
  })
  void variantsHaveTheirPublishedParameters(String changes, long parameters) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (String change : changes.split(",")) {
      keys.put(change.split("=")[0], change.split("=")[1]);
    }
    assertThat(count(Configs.with(TsMixerPaper.ett(), keys))).isEqualTo(parameters);
  }

  @Test
  void theBareEncoderHasItsPublishedParameters() {
    assertThat(count(config("task=encoder"))).isEqualTo(1512);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "self_attn=true,self_attn_heads=2,gated_attn=true",
        "use_positional_encoding=true,positional_encoding_type=random",
        "norm_mlp=mybatchnorm,mode=mix_channel",
        "scaling=mean",
        "scaling=true",
        "scaling=whatever",
        "patch_stride=3",
        "prediction_length=1,loss=nll,distribution_output=normal"
      })
  void optionsCombine(String changes) {
    String[] keys = ("num_input_channels=3," + changes).split(",");
    TsMixerConfig config = config(keys);
    try (TsMixer model = new TsMixer(config, new Rng(2))) {
      TsMixer.Forecast forecast = model.forecast(new Rng(3).normal(2, 32, 3), null);
      assertThat(forecast.point().shape()).containsExactly(2, config.prediction_length(), 3);
      Tensor loss = model.loss(forecast, new Rng(4).normal(2, config.prediction_length(), 3));
      loss.backward();
      model
          .parameters()
          .forEach((name, p) -> assertThat(p.grad().abs().sum().item()).as(name).isFinite());
    }
  }

  @Test
  void randomPositionsAreTrainedAndFixedOnesAreNot() {
    String name = "model.encoder.positional_encoder.position_enc";
    try (TsMixer random =
            new TsMixer(
                config("use_positional_encoding=true", "positional_encoding_type=random"),
                new Rng(1));
        TsMixer fixed = new TsMixer(config("use_positional_encoding=true"), new Rng(1))) {
      assertThat(random.parameters()).containsKey(name);
      assertThat(fixed.parameters()).doesNotContainKey(name);
      assertThat(fixed.state()).containsKey(name);
      Tensor table = fixed.state().get(name).to(DType.F64);
      assertThat(table.mean().item()).isCloseTo(0, within(1e-7));
      assertThat(table.flatten(0, 1).std(1, 0).item()).isCloseTo(0.1, within(1e-7));
    }
  }

  @Test
  void standardScalingFollowsTheUnitsOfTheWindow() {
    try (TsMixer model = new TsMixer(config("num_input_channels=2"), new Rng(1))) {
      Tensor x = new Rng(2).normal(3, 32, 2);
      Tensor own = model.forecast(x, null).point();
      Tensor moved = model.forecast(x.mul(50).add(1000), null).point();
      assertThat(moved.sub(own.mul(50).add(1000)).abs().max().item()).isLessThan(0.05);
    }
  }

  @Test
  void missingValuesDoNotCountInTheScale() {
    try (TsMixer model = new TsMixer(config("task=encoder"), new Rng(1))) {
      Tensor x = new Rng(2).normal(1, 32, 1);
      Tensor observed = Tensor.cat(1, Tensor.zeros(1, 8, 1), Tensor.ones(1, 24, 1));
      Tensor other = x.mul(observed).add(observed.rsub(1).mul(77));
      assertThat(model.encode(x, observed).loc().item())
          .isCloseTo(model.encode(other, observed).loc().item(), within(1e-6));
      assertThat(model.encode(x, observed).scale().item())
          .isCloseTo(model.encode(other, observed).scale().item(), within(1e-6));
      Tensor none = x.zerosLike();
      assertThat(model.encode(x, none).loc().item()).isZero();
    }
  }

  @Test
  void channelsDoNotMeetUnlessTheyAreMixed() {
    for (String mode : List.of("common_channel", "mix_channel")) {
      try (TsMixer model =
          new TsMixer(
              config("mode=" + mode, "num_input_channels=2", "norm_mlp=LayerNorm"), new Rng(1))) {
        Tensor x = new Rng(2).normal(1, 32, 2);
        Tensor changed =
            Tensor.cat(2, x.narrow(2, 0, 1), x.narrow(2, 1, 1).add(new Rng(3).normal(1, 32, 1)));
        double change =
            model
                .forecast(x, null)
                .point()
                .sub(model.forecast(changed, null).point())
                .select(2, 0)
                .abs()
                .max()
                .item();
        assertThat(change > 0).as(mode).isEqualTo(mode.equals("mix_channel"));
      }
    }
  }

  @Test
  void channelsAreForecastInRisingOrder() {
    TsMixerConfig config =
        config("num_input_channels=3", "prediction_channel_indices=2,0", "prediction_length=4");
    assertThat(config.prediction_channel_indices()).containsExactly(0, 2);
    try (TsMixer model = new TsMixer(config, new Rng(1))) {
      assertThat(model.forecast(new Rng(2).normal(1, 32, 3), null).point().shape())
          .containsExactly(1, 4, 2);
    }
  }

  @Test
  void gatesOverThePatchesAreWeights() {
    try (TsMixer model = new TsMixer(config("num_input_channels=2"), new Rng(1))) {
      List<Tensor> gates = model.patchGates(new Rng(2).normal(2, 32, 2), null);
      assertThat(gates).hasSize(3);
      assertThat(gates.get(0).shape()).containsExactly(2, 2, 8, 4);
      assertThat(gates.get(2).sum(-1).sub(1).abs().max().item()).isLessThan(1e-5);
    }
    try (TsMixer ungated = new TsMixer(config("gated_attn=false"), new Rng(1))) {
      assertThatThrownBy(() -> ungated.patchGates(new Rng(2).normal(1, 32, 1), null))
          .hasMessageContaining("no gates");
    }
  }

  @Test
  void pretrainingReconstructsWhatItHides() {
    try (TsMixer model = new TsMixer(config("task=pretrain", "num_input_channels=2"), new Rng(1))) {
      Tensor x = new Rng(2).normal(3, 32, 2);
      TsMixer.Reconstruction made = new Rng(5).run(() -> model.reconstruct(x, null, null));
      assertThat(made.mask().sum(-1).toFloats()).containsOnly(2);
      Tensor error = made.patches().sub(made.truth()).square().mean(3).mul(made.mask());
      assertThat(made.loss().item())
          .isCloseTo(error.sum().item() / made.mask().sum().item(), within(1e-5));
      assertThat(made.patches().shape()).containsExactly(3, 2, 4, 8);
    }
  }

  @Test
  void regressionStaysInItsRange() {
    try (TsMixer model =
        new TsMixer(config("task=regression", "output_range=-2,3", "num_targets=4"), new Rng(1))) {
      Tensor y = model.predict(new Rng(2).normal(5, 32, 1).mul(100), null)[0];
      assertThat(y.shape()).containsExactly(5, 4);
      assertThat(y.min().item()).isGreaterThan(-2);
      assertThat(y.max().item()).isLessThan(3);
    }
  }

  @Test
  void onlyScaledTargetsHearOfTheScale() {
    try (TsMixer scaled = new TsMixer(config("task=classification"), new Rng(1));
        TsMixer unscaled = new TsMixer(config("task=classification", "scaling=null"), new Rng(1));
        TsMixer forecast = new TsMixer(config(), new Rng(1))) {
      assertThat(scaled.children()).containsKey("inject_scale");
      assertThat(unscaled.children()).doesNotContainKey("inject_scale");
      assertThat(forecast.children()).doesNotContainKey("inject_scale");
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> config("context_length=8"))
        .hasMessageContaining("context_length must be longer than patch_length, got 8 and 8");
    assertThatThrownBy(() -> config("self_attn=true", "self_attn_heads=3"))
        .hasMessageContaining("8 cannot be split into 3");
    assertThatThrownBy(() -> config("prediction_channel_indices=1"))
        .hasMessageContaining("prediction_channel_indices lie between 0 and 0");
    assertThatThrownBy(() -> config("head_aggregation=median"))
        .hasMessageContaining("head_aggregation is one of");
    assertThatThrownBy(() -> config("output_range=1")).hasMessageContaining("lower and an upper");
    try (TsMixer model = new TsMixer(config(), new Rng(1))) {
      assertThatThrownBy(() -> model.forecast(Tensor.zeros(1, 31, 1), null))
          .hasMessageContaining("past_values [B, 32, 1], got [1, 31, 1]");
      assertThatThrownBy(() -> model.forecast(Tensor.zeros(1, 32, 1), Tensor.zeros(1, 32)))
          .hasMessageContaining("observed_mask must have the shape");
      assertThatThrownBy(() -> model.predict(Tensor.zeros(1, 32, 1), null))
          .hasMessageContaining("task regression or classification, this one is for forecast");
      assertThatThrownBy(
              () -> model.sample(model.forecast(Tensor.zeros(1, 32, 1), null), 3, new Rng(1)))
          .hasMessageContaining("set loss=nll");
    }
  }

  @Test
  void modelsRunAsComponents() {
    try (TsMixer model = new TsMixer(config("task=pretrain", "mask_type=forecast"), new Rng(1))) {
      Inputs in = new Inputs(TsMixer.example(model.config()), false);
      assertThat(model.run(in)).containsOnlyKeys("prediction", "mask", "loss");
    }
  }
}
