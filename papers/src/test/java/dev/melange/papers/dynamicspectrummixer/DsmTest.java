package dev.melange.papers.dynamicspectrummixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.nn.LoadReport;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Vision;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DsmTest {
  private static final DsmConfig TINY =
      new DsmConfig(
          20,
          28,
          3,
          5,
          List.of(8, 12),
          List.of(2, 1),
          List.of(2.0, 3.0),
          7,
          4,
          4,
          4,
          2,
          "radial",
          "softmax",
          true,
          "mean-abs",
          0);

  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static DynamicSpectrumMixer.Config mixer(int height, int width, String selector) {
    return new DynamicSpectrumMixer.Config(
        8, height, width, 2, 4, 2, "radial", selector, true, "mean-abs");
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item();
  }

  @ParameterizedTest
  @CsvSource({"dsm_s, 17849592", "dsm_b, 32526616", "dsm_l, 64097440"})
  void hasTheStatedNumberOfParameters(String name, long expected) {
    try (Layer model = Catalogue.model(name).create(new Rng(0))) {
      assertThat(model.parameterCount()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 8", "56, 56", "1, 7", "13, 1"})
  void theCosineTransformIsOrthogonal(int height, int width) {
    Tensor x = new Rng(1).normal(2, 3, height, width).to(DType.F64);
    try (CosineTransform forward = new CosineTransform(new CosineTransform.Config(false));
        CosineTransform inverse = new CosineTransform(new CosineTransform.Config(true))) {
      Tensor z = forward.forward(x);
      assertThat(difference(inverse.forward(z), x)).isLessThan(1e-12);
      double energy = x.square().sum().item();
      assertThat(Math.abs(z.square().sum().item() - energy)).isLessThan(1e-12 * energy);
    }
    Tensor matrix = CosineTransform.matrix(width);
    assertThat(difference(matrix.matmul(matrix.t()), Tensor.eye(width, DType.F64)))
        .isLessThan(1e-12);
  }

  @Test
  void theMixersTransformIsTheSame() {
    Tensor x = new Rng(2).normal(2, 5, 6, 3).to(DType.F64); // [B, H, W, C]
    try (BandSpectrum spectrum = new BandSpectrum(new SpectrumBands(5, 6, 4, "radial"));
        CosineTransform forward = new CosineTransform(new CosineTransform.Config(false))) {
      Tensor expected = forward.forward(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1);
      assertThat(difference(spectrum.of(x), expected)).isLessThan(1e-12);
      assertThat(difference(spectrum.inverse(spectrum.of(x)), x)).isLessThan(1e-12);
    }
  }

  @Test
  void aConstantMapHasOnlyTheLowestFrequency() {
    try (CosineTransform forward = new CosineTransform(new CosineTransform.Config(false))) {
      double[] z = forward.forward(Tensor.ones(4, 9).to(DType.F64)).toDoubles();
      assertThat(z[0]).isCloseTo(6, org.assertj.core.data.Offset.offset(1e-12));
      for (int i = 1; i < z.length; i++) {
        assertThat(Math.abs(z[i])).isLessThan(1e-12);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"7, 10, 4", "14, 14, 8", "3, 3, 8", "1, 1, 3", "56, 28, 5"})
  void radialBandsFollowTheirFormula(int height, int width, int bands) {
    long[] band = new SpectrumBands(height, width, bands, "radial").indices();
    for (int i = 0; i < band.length; i++) {
      double u = (double) (i / width) / height;
      double v = (double) (i % width) / width;
      double exact = bands * Math.sqrt((u * u + v * v) / 2);
      // the rule in integers may differ from the one in floating point only at a boundary
      assertThat((double) band[i]).isBetween(Math.floor(exact - 1e-9), Math.floor(exact + 1e-9));
    }
    assertThat(band[0]).isZero();
  }

  @ParameterizedTest
  @CsvSource({"6, 9, 5", "8, 8, 4", "2, 3, 8"})
  void zigzagBandsHaveEqualSizesAndGrow(int height, int width, int bands) {
    long[] band = new SpectrumBands(height, width, bands, "zigzag").indices();
    long[] counts = new long[bands];
    for (long b : band) {
      counts[(int) b]++;
    }
    long most = Arrays.stream(counts).max().orElseThrow();
    long least = Arrays.stream(counts).min().orElseThrow();
    assertThat(most - least).isLessThanOrEqualTo(1);
    for (int i = 0; i < band.length; i++) {
      if (i % width + 1 < width) {
        assertThat(band[i]).isLessThanOrEqualTo(band[i + 1]);
      }
      if (i / width + 1 < height) {
        assertThat(band[i]).isLessThanOrEqualTo(band[i + width]);
      }
    }
  }

  @Test
  void competingBandsHaveAMeanWeightOfOne() {
    try (DynamicSpectrumMixer mixer =
        new DynamicSpectrumMixer(mixer(5, 6, "softmax"), new Rng(3))) {
      Tensor weights = mixer.mix(new Rng(4).normal(3, 8, 5, 6)).bandWeights();
      assertThat(weights.shape()).containsExactly(3, 4, 2);
      assertThat(difference(weights.mean(1), Tensor.ones(3, 2))).isLessThan(1e-5);
    }
  }

  @Test
  void weightsChangeWithTheImageButNotWithoutASelector() {
    Tensor x = new Rng(5).normal(2, 8, 6, 6);
    try (DynamicSpectrumMixer dynamic =
            new DynamicSpectrumMixer(mixer(6, 6, "sigmoid"), new Rng(6));
        DynamicSpectrumMixer fixed = new DynamicSpectrumMixer(mixer(6, 6, "none"), new Rng(6))) {
      Tensor weights = dynamic.mix(x).bandWeights();
      assertThat(difference(weights.get(0), weights.get(1))).isPositive();
      assertThat(fixed.mix(x).bandWeights()).isNull();
      assertThat(fixed.parameters()).doesNotContainKeys("band_bias", "gen_fc1.weight");
      // without weights of bands the mixer is linear
      Tensor sum = fixed.forward(x.mul(2.0)).sub(fixed.forward(x.mul(1.0)).mul(2.0));
      Tensor bias = fixed.forward(x.zerosLike());
      assertThat(difference(sum, bias.neg())).isLessThan(1e-4);
    }
  }

  @ParameterizedTest
  @CsvSource({"radial, mean-abs", "zigzag, rms", "radial, rms", "zigzag, mean-abs"})
  void otherSizesKeepTheLowFrequencies(String type, String descriptor) {
    DynamicSpectrumMixer.Config config =
        new DynamicSpectrumMixer.Config(8, 6, 5, 2, 4, 2, type, "softmax", true, descriptor);
    try (DynamicSpectrumMixer mixer = new DynamicSpectrumMixer(config, new Rng(7));
        DynamicSpectrumMixer larger =
            new DynamicSpectrumMixer(
                new DynamicSpectrumMixer.Config(
                    8, 7, 4, 2, 4, 2, type, "softmax", true, descriptor),
                new Rng(8))) {
      Tensor learned = new Rng(9).normal(8, 6, 5);
      Map<String, Tensor> weights = new java.util.HashMap<>(mixer.state());
      weights.put("spectrum_weight", learned);
      mixer.load(weights);
      Tensor resized = Tensor.ones(8, 7, 4);
      resized.narrow(1, 0, 6).copy_(learned.narrow(2, 0, 4));
      weights.put("spectrum_weight", resized);
      larger.load(weights);
      Tensor x = new Rng(10).normal(2, 8, 7, 4);
      assertThat(difference(mixer.forward(x), larger.forward(x))).isLessThan(1e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"softmax, true", "sigmoid, false", "none, true", "none, false"})
  void trainsAllParameters(String selector, String fixedWeights) {
    DsmConfig config =
        Configs.with(
            TINY,
            Map.of("selector", selector, "static_weight", fixedWeights, "drop_path_rate", "0.2"));
    try (Dsm model = new Dsm(config, new Rng(1))) {
      model.train();
      Tensor x = new Rng(2).normal(4, 3, 20, 28);
      Tensor loss = new Rng(3).run(() -> model.forward(x).square().sum());
      Tensor[] gradients = Autograd.grad(loss, model.parameters().values().toArray(Tensor[]::new));
      assertThat(gradients).doesNotContainNull();
      for (Tensor gradient : gradients) {
        assertThat(gradient.isFinite().all().item()).isEqualTo(1);
      }
    }
  }

  @Test
  void givesMapsAndWeightsOfAllBlocks() {
    try (Dsm model = new Dsm(TINY, new Rng(1))) {
      Tensor x = new Rng(2).normal(2, 3, 20, 28);
      List<Tensor> maps = model.forwardStages(x);
      assertThat(maps.get(0).shape()).containsExactly(2, 8, 5, 7);
      assertThat(maps.get(1).shape()).containsExactly(2, 12, 3, 4);
      List<Tensor> weights = model.bandWeights(x);
      assertThat(weights).hasSize(3);
      assertThat(weights.get(2).shape()).containsExactly(2, 4, 4);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "20, 28", "33, 9", "64, 64"})
  void takesImagesOfOtherSizes(int height, int width) {
    try (Dsm model = new Dsm(TINY, new Rng(1))) {
      Tensor y = model.forward(new Rng(2).normal(2, 3, height, width));
      assertThat(y.shape()).containsExactly(2, 5);
      assertThat(y.isFinite().all().item()).isEqualTo(1);
    }
  }

  @Test
  void weightsOfAnotherSizeAreMadeToFit() {
    try (DynamicSpectrumMixer small = new DynamicSpectrumMixer(mixer(4, 6, "none"), new Rng(1));
        DynamicSpectrumMixer other = new DynamicSpectrumMixer(mixer(6, 5, "none"), new Rng(2))) {
      Tensor stored = small.parameters().get("spectrum_weight");
      Autograd.noGrad(() -> stored.copy_(new Rng(3).normal(8, 4, 6)));
      LoadReport report = other.loadMatching(small.state());
      assertThat(report.isExact()).isTrue();
      assertThat(report.fitted()).containsExactly("spectrum_weight");
      Tensor got = other.parameters().get("spectrum_weight");
      assertThat(got.narrow(1, 0, 4).contiguous().toFloats())
          .isEqualTo(stored.narrow(2, 0, 5).contiguous().toFloats());
      assertThat(got.narrow(1, 4, 2).contiguous().toFloats()).containsOnly(1f);
      // the mixer itself does the same with maps of another size
      Tensor x = new Rng(4).normal(2, 8, 6, 5);
      assertThat(other.forward(x).sub(small.forward(x)).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void isMadeForGreyImagesAndOtherClasses() {
    try (ImageModel model =
        Vision.create("dsm_s", options -> options.classes(7).channels(1).size(32))) {
      assertThat(model.forward(Tensor.zeros(2, 1, 32, 32)).shape()).containsExactly(2, 7);
      assertThat(model.parameters().get("stage1.0.mixer.spectrum_weight").shape())
          .containsExactly(64, 8, 8);
      model.resetClassifier(3, new Rng(1));
      assertThat(model.forward(Tensor.zeros(1, 1, 32, 32)).shape()).containsExactly(1, 3);
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 3, 32, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[B, 1, H, W], got input x: [2, 3, 32, 32]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dims | 8,12,16 | must have one element per stage",
        "groups | 3 | groups must divide the channels of each stage",
        "depths | -1,1 | depths must not be negative, got [-1, 1]",
        "bands | 0 | must be at least 1",
        "selector | hard | must be one of softmax, sigmoid, none",
        "mlp_ratios | 0.1,1 | mlp_ratio must leave at least one hidden feature",
        "drop_path_rate | 1 | drop_path_rate must lie in [0, 1), got 1.0"
      })
  void refusesConfigurationsThatDoNotFit(String key, String value, String message) {
    assertThatThrownBy(() -> new Dsm(Configs.with(TINY, Map.of(key, value)), new Rng(1)).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
