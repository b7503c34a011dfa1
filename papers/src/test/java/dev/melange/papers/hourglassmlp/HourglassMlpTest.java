package dev.melange.papers.hourglassmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Adam;
import dev.melange.optim.ParameterGroup;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Vision;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HourglassMlpTest {
  private static HourglassMlp model(String... overrides) {
    Map<String, String> keys = new java.util.LinkedHashMap<>();
    for (String override : overrides) {
      String[] parts = override.split("=", -1);
      keys.put(parts[0], parts[1]);
    }
    return new HourglassMlp(
        Configs.with(Configs.defaults(HourglassConfig.class), keys), new Rng(1));
  }

  private static long total(HourglassMlp model) {
    return model.state().values().stream().mapToLong(Tensor::numel).sum();
  }

  @ParameterizedTest
  @CsvSource({
    "hourglass_mlp_784, 2855056, 4084368",
    "hourglass_mlp_256, 870944, 1133088",
    "conventional_mlp_256, 856064, 856064"
  })
  void modelsHaveTheKnownParameters(String name, long trainable, long total) {
    try (HourglassMlp model = (HourglassMlp) Catalogue.model(name).create(new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(trainable);
      assertThat(total(model)).isEqualTo(total);
    }
  }

  @Test
  void theNormDecidesHowManyVectorsABlockHas() {
    int width = 40;
    String[] sizes = {"d_in=20", "d_out=20", "d_z=40", "d_h=8", "depth=3"};
    try (HourglassMlp layer = model(with(sizes, "norm=layer"));
        HourglassMlp rms = model(with(sizes, "norm=rms"));
        HourglassMlp none = model(with(sizes, "norm=none"));
        HourglassMlp trainable = model(with(sizes, "input_projection=trainable"));
        HourglassMlp unbiased = model(with(sizes, "bias=false"))) {
      long expected = 3 * (2 * 40 * 8 + 8 + 40 + 2 * 40) + 40 * 20 + 20;
      assertThat(layer.parameterCount()).isEqualTo(expected);
      assertThat(rms.parameterCount()).isEqualTo(expected - 3 * width);
      assertThat(none.parameterCount()).isEqualTo(expected - 6 * width);
      assertThat(trainable.parameterCount()).isEqualTo(expected + 40 * 20);
      assertThat(unbiased.parameterCount()).isEqualTo(expected - 3 * (8 + 40) - 20);
    }
  }

  private static String[] with(String[] given, String more) {
    String[] all = java.util.Arrays.copyOf(given, given.length + 1);
    all[given.length] = more;
    return all;
  }

  @Test
  void trainingLeavesAFixedLiftAsItIs() {
    try (HourglassMlp model = model("d_in=6", "d_out=6", "d_z=12", "d_h=3", "depth=2");
        Scope scope = Scope.open()) {
      float[] before = model.state().get("input_proj.weight").toFloats();
      float[] block = model.state().get("blocks.0.fc1.weight").toFloats();
      assertThat(model.parameters()).doesNotContainKey("input_proj.weight");
      try (var adamW = Adam.adamW(ParameterGroup.all(model, 0.1))) {
        Tensor x = new Rng(2).normal(8, 6);
        Tensor loss = Losses.mse(model.forward(x), x);
        adamW.step(0.1, adamW.gradients(Autograd.grad(loss, adamW.parameters())));
      }
      assertThat(model.state().get("input_proj.weight").toFloats()).isEqualTo(before);
      assertThat(model.state().get("blocks.0.fc1.weight").toFloats()).isNotEqualTo(block);
    }
  }

  @Test
  void theLiftKeepsTheVarianceOfItsInput() {
    try (HourglassMlp model = model("d_in=400", "d_out=400", "d_z=3000", "depth=0");
        Scope scope = Scope.open()) {
      double variance =
          model.forwardFeatures(new Rng(3).normal(20, 400)).square().mean().toDoubles()[0];
      assertThat(variance).isCloseTo(1, within(0.05));
    }
  }

  @ParameterizedTest
  @CsvSource({"gelu", "relu", "silu"})
  void theSkipConnectionCarriesTheInputThroughSilentBlocks(String act) {
    try (HourglassMlp model =
            model(
                "d_in=5",
                "d_out=5",
                "d_z=5",
                "d_h=9",
                "depth=2",
                "input_projection=none",
                "output_projection=false",
                "norm=none",
                "act=" + act,
                "input_residual=true");
        Scope scope = Scope.open()) {
      for (String name : new String[] {"blocks.0.fc2", "blocks.1.fc2"}) {
        model.state().get(name + ".weight").detach().zero_();
        model.state().get(name + ".bias").detach().zero_();
      }
      Tensor x = new Rng(4).normal(3, 5);
      assertThat(model.forward(x).toFloats()).isEqualTo(x.mul(2).toFloats());
    }
  }

  @Test
  void refusesWidthsThatDoNotFit() {
    assertThatThrownBy(() -> model("input_projection=none"))
        .hasMessageContaining("without an input projection d_z must be d_in, got d_z 1568");
    assertThatThrownBy(() -> model("output_projection=false"))
        .hasMessageContaining("without an output projection d_z must be d_out");
    assertThatThrownBy(() -> model("input_residual=true", "d_out=10"))
        .hasMessageContaining("d_in must be d_out; got 784 and 10");
    assertThatThrownBy(() -> model("d_h=0")).hasMessageContaining("d_h");
    assertThatThrownBy(() -> model("norm_eps=0")).hasMessageContaining("norm_eps must be positive");
    assertThatThrownBy(() -> model("act=tanh")).hasMessageContaining("act");
  }

  @Test
  void refusesVectorsOfAnotherSize() {
    try (HourglassMlp model = model("d_in=16", "d_out=16", "d_z=20", "d_h=2");
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 1, 4, 5)))
          .hasMessageContaining("expects vectors of 16 numbers (d_in), got [2, 1, 4, 5]");
      assertThatThrownBy(() -> model.forward(Tensor.zeros(16))).hasMessageContaining("got [16]");
    }
  }

  @Test
  void classifiesImagesOfOtherSizes() {
    for (String name : new String[] {"hourglass_mlp_784", "conventional_mlp_256"}) {
      try (ImageModel model = Vision.create(name, options -> options.classes(4).size(12));
          Scope scope = Scope.open()) {
        assertThat(model.forward(new Rng(5).normal(2, 3, 12, 12)).shape()).containsExactly(2, 4);
        model.resetClassifier(7, new Rng(6));
        assertThat(model.classes()).isEqualTo(7);
        assertThat(model.forward(new Rng(5).normal(2, 3, 12, 12)).shape()).containsExactly(2, 7);
        assertThatThrownBy(() -> model.resetClassifier(0, new Rng(6)))
            .hasMessageContaining("at least one class");
      }
    }
  }

  @Test
  void tellsTheChannelsOfSquareImages() {
    HourglassConfig config = Configs.defaults(HourglassConfig.class);
    assertThat(config.channels()).isEqualTo(1);
    assertThat(config.forImages(3, 32, 32, 10).channels()).isEqualTo(3);
    assertThat(config.forImages(1, 24, 24, 10).channels()).isEqualTo(1);
  }
}
