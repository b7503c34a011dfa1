package dev.melange.papers.coordinateawaremodulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.component.Configs;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CamTest {
  private static final long SEED = 7;

  @ParameterizedTest
  @CsvSource({
    "cam_image, 269827",
    "cam_image_ffn, 263683",
    "cam_1d_none, 12673",
    "cam_1d_pe, 14721",
    "cam_1d_cam, 13185",
    "cam_1d_cam_pe, 15233",
    "cam_nerf_plain, 595844",
    "cam_nerf_time, 595924",
    "cam_nerf_view, 596324",
    "cam_nerf_planes, 13178756",
    "cam_dynamic_nerf, 613271",
    "cam_video, 12473309",
    "cam_video_unmodulated, 12408509"
  })
  void hasTheParametersOfThePaper(String name, long parameters) {
    try (var model = Catalogue.model(name).create(new Rng(SEED))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, zeros", "1, border", "2, zeros", "2, border", "3, zeros", "3, border"})
  void newGridsChangeNothingInside(int dim, String padding) {
    List<Integer> grid = dim == 1 ? List.of(5) : List.of(5, 4);
    var config = new CoordinateAwareModulation.Config(dim, grid, padding, false);
    try (Scope scope = Scope.open();
        var layer = new CoordinateAwareModulation(config, new Rng(SEED))) {
      Tensor x = new Rng(SEED).normal(6, 3);
      Tensor inside = new Rng(SEED + 1).uniform(6, dim).mul(1.8).sub(0.9);
      assertThat(layer.forward(x, inside).sub(x).abs().max().item()).isLessThan(1e-5);
      // far outside, zeros take the features away and the border keeps them
      Tensor outside = layer.forward(x, inside.zerosLike().add(9.0));
      Tensor expected = padding.equals("zeros") ? x.zerosLike() : x;
      assertThat(outside.sub(expected).abs().max().item()).isLessThan(1e-5);
    }
  }

  @Test
  void theFirstCoordinateIndexesTheLastAxis() {
    var config = new CoordinateAwareModulation.Config(2, List.of(2, 3), "border", false);
    try (Scope scope = Scope.open();
        var layer = new CoordinateAwareModulation(config, new Rng(SEED))) {
      float[] cells = {1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0};
      layer.load(Map.of("affine", Tensor.of(cells, 1, 2, 2, 3)));
      Tensor coord = Tensor.of(new float[] {1, -1, -1, 1, 0, 0}, 3, 2);
      assertThat(layer.forward(Tensor.ones(3, 1), coord).toDoubles())
          .containsExactly(new double[] {3, 4, 3.5}, within(1e-6));
    }
  }

  @Test
  void standardisesEachPoint() {
    var config = new CoordinateAwareModulation.Config(1, List.of(4), "zeros", true);
    try (Scope scope = Scope.open();
        var layer = new CoordinateAwareModulation(config, new Rng(SEED))) {
      Tensor x = new Rng(SEED).normal(4, 50).mul(3.0).add(2.0);
      Tensor y = layer.forward(x, Tensor.zeros(4, 1));
      assertThat(y.mean(1).abs().max().item()).isLessThan(1e-5);
      assertThat(y.var(0, 1).sub(1.0).abs().max().item()).isLessThan(1e-3);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 4, true, 27", "2, 5, false, 18", "3, 3, false, 3", "3, 3, true, 3"})
  void encodingsHaveTheirSize(int low, int high, boolean identity, int size) {
    try (Scope scope = Scope.open()) {
      var config = new SinusoidalEncoding.Config(3, low, high, identity);
      assertThat(config.size()).isEqualTo(size);
      Tensor x = new Rng(SEED).uniform(2, 3);
      assertThat(SinusoidalEncoding.encode(x, config).shape()).containsExactly(2, size);
    }
  }

  @Test
  void manyPointsHaveTheColoursTheyHaveWhenGradientsAreRecorded() {
    var config = new CamImage.Config(true, 3, 16, 2, 8, 10, -1, 4, 5);
    try (Scope scope = Scope.open();
        var field = new CamImage(config, new Rng(SEED))) {
      Tensor points = new Rng(SEED).uniform(1, 5000, 2);
      Tensor recorded = field.forward(points);
      Tensor plain = Autograd.noGrad(() -> field.forward(points));
      assertThat(plain.shape()).isEqualTo(recorded.shape());
      assertThat(plain.sub(recorded).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void withoutModulationALineIsLinear() {
    try (Scope scope = Scope.open();
        var line = new CamLine(new CamLine.Config("none", 8, 2, 1, 4), new Rng(SEED))) {
      Tensor y = line.forward(Tensor.of(new float[] {0, 0.5f, 1}, 3, 1));
      double[] values = y.detach().toDoubles();
      assertThat(values[1]).isCloseTo((values[0] + values[2]) / 2, within(1e-6));
    }
  }

  @Test
  void opaqueRaysShowWhatIsInFrontAndEmptyOnesTheBackground() {
    try (Scope scope = Scope.open()) {
      Tensor edges = Tensor.of(new double[] {1, 2, 3, 1, 2, 3}, 2, 3);
      Tensor sigma = Tensor.of(new double[] {1e3, 1e3, 0, 0}, 2, 2);
      Tensor rgb = Tensor.of(new double[] {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0}, 2, 2, 3);
      Tensor background = Tensor.of(new double[] {0.2, 0.4, 0.6});
      var shown = VolumeRendering.render(edges, sigma, rgb, background);
      assertThat(shown.color().toDoubles())
          .containsExactly(new double[] {1, 0, 0, 0.2, 0.4, 0.6}, within(1e-12));
      assertThat(shown.opacity().toDoubles()).containsExactly(new double[] {1, 0}, within(1e-12));
      assertThat(shown.depth().toDoubles()).containsExactly(new double[] {1.5, 0}, within(1e-12));
    }
  }

  @Test
  void samplesLieWhereTheWeightsAre() {
    try (Scope scope = Scope.open()) {
      Tensor bins = Tensor.of(new double[] {0, 1, 2, 3}, 1, 4);
      Tensor weights = Tensor.of(new double[] {0, 1, 0}, 1, 3);
      Tensor u = Tensor.of(new double[] {0.1, 0.5, 0.9}, 1, 3);
      assertThat(VolumeRendering.samplePdf(bins, weights, u).toDoubles())
          .containsExactly(new double[] {1.1, 1.5, 1.9}, within(1e-4));
      Tensor ends = Tensor.of(new double[] {0, 1}, 1, 2);
      Tensor outermost = VolumeRendering.samplePdf(bins, weights, ends);
      assertThat(outermost.min().item()).isGreaterThanOrEqualTo(0);
      assertThat(outermost.max().item()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void withoutFlowNeighboursStayWhereTheyAreUpToTheScaling() {
    try (Scope scope = Scope.open()) {
      Tensor frames = Tensor.ones(2, 3, 4, 6).mul(0.25);
      Tensor head = Tensor.zeros(1, 5, 4, 6);
      var mixed =
          FlowAggregation.of(frames, Tensor.zeros(2, 2, 2, 3), Tensor.zeros(1, 2, 2, 3), head);
      assertThat(mixed.warped().sub(0.25).abs().max().item()).isLessThan(1e-6);
      assertThat(mixed.frame().sub(0.125).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void equalImagesHaveNoLoss() {
    try (Scope scope = Scope.open()) {
      Tensor image = new Rng(SEED).uniform(1, 3, 12, 13).to(DType.F64);
      assertThat(FusionLoss.of(image, image).item()).isCloseTo(0, within(1e-12));
      assertThat(FusionLoss.of(image, image.add(0.1)).item()).isGreaterThan(0.07);
      assertThatThrownBy(() -> FusionLoss.ssim(image, image.narrow(2, 0, 5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("11 x 11");
    }
  }

  @Test
  void quantisedWeightsHaveTheirLevelsAndTheGradientOfTheTanh() {
    try (Scope scope = Scope.open()) {
      Tensor w = Tensor.of(new double[] {-2, -0.4, 0, 0.3, 5}).requiresGrad_(true);
      Tensor q = new WeightQuantization(4).apply(w);
      q.sum().backward();
      double[] levels = q.detach().mul(7.0).toDoubles();
      double[] weights = w.detach().toDoubles();
      double[] gradient = w.grad().toDoubles();
      for (int i = 0; i < weights.length; i++) {
        double v = Math.tanh(weights[i]);
        assertThat(levels[i]).isCloseTo(Math.signum(v) * Math.floor(Math.abs(7 * v)), within(1e-9));
        assertThat(gradient[i]).isCloseTo(1 - v * v, within(1e-12));
      }
      assertThatThrownBy(() -> new WeightQuantization(12)).hasMessageContaining("got 12");
    }
  }

  @Test
  void timesFromTheFirstToTheLastCell() {
    var config = new TemporalModulation.Config(3, 1, 32);
    try (Scope scope = Scope.open();
        var layer = new TemporalModulation(config, new Rng(SEED))) {
      layer.load(
          Map.of(
              "mod_grid.0", Tensor.zeros(3, 1, 1, 1),
              "mod_grid.1", Tensor.of(new float[] {1, 2, 4}, 3, 1, 1, 1)));
      Tensor t = Tensor.of(new float[] {0, 0.25f, 0.5f, 1}, 4);
      Tensor y = layer.forward(new Rng(SEED).normal(4, 1, 2, 2), t).mean(1, 2, 3);
      assertThat(y.detach().toDoubles()).containsExactly(new double[] {1, 1.5, 2, 4}, within(1e-5));
      assertThatThrownBy(() -> layer.forward(Tensor.ones(1, 1, 2, 2), Tensor.full(1.5, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("in [0, 1]");
    }
  }

  @Test
  void refusesGridsThatDoNotFit() {
    assertThatThrownBy(() -> new CoordinateAwareModulation.Config(1, List.of(3, 4), "zeros", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("coord_dim 1 has 1 sizes");
    assertThatThrownBy(() -> new CoordinateAwareModulation.Config(4, List.of(3), "zeros", false))
        .hasMessageContaining("got 4");
  }

  private static CamVideo.Config video(Map<String, String> keys) {
    Map<String, String> small = new HashMap<>(keys);
    small.putIfAbsent("fc_hw_dim", "[2, 3, 8]");
    small.putIfAbsent("t_dim", "[4, 6]");
    small.putIfAbsent("strides", "[2, 2, 1]");
    small.putIfAbsent("lower_width", "8");
    small.putIfAbsent("mod_dim", "0");
    return Configs.with(Configs.defaults(CamVideo.Config.class), small, "cam-video");
  }

  @ParameterizedTest
  @CsvSource({
    "norm, bn",
    "norm, in",
    "act, relu",
    "act, leaky01",
    "act, relu6",
    "act, sin",
    "act, swish",
    "act, softplus",
    "act, hardswish",
    "conv_type, compact",
    "bias, false",
    "wbit, 8",
    "wbit, 2",
    "mod_dim, 1",
    "mod_dim, 9",
    "expansion, 2",
    "sigmoid, true"
  })
  void decodesFramesAndFlowsOfAllKinds(String key, String value) {
    try (Scope scope = Scope.open();
        var video = new CamVideo(video(Map.of(key, value)), new Rng(SEED))) {
      var decoded = video.forward(Tensor.of(new float[] {0, 0.4f, 0.999f}, 3));
      assertThat(decoded.flows().shape()).containsExactly(3, 12, 4, 6);
      assertThat(decoded.frame().shape()).containsExactly(3, 5, 8, 12);
      Tensor colours = decoded.frame().detach().narrow(1, 0, 3);
      assertThat(colours.min().item()).isBetween(0.0, 1.0);
      assertThat(colours.max().item()).isBetween(0.0, 1.0);
      decoded.frame().square().sum().add(decoded.flows().square().sum()).backward();
      video.parameters().forEach((name, w) -> assertThat(w.grad()).as(name).isNotNull());
    }
  }

  @Test
  void runsAsManyConvolutionsAsThereAreStages() {
    try (Scope scope = Scope.open();
        var video = new CamVideo(video(Map.of("num_blocks", "2")), new Rng(SEED))) {
      video.forward(Tensor.zeros(1)).frame().sum().backward();
      assertThat(video.parameters().get("layers.2.conv.conv1.weight").grad()).isNotNull();
      assertThat(video.parameters().get("layers.3.conv.conv1.weight").grad()).isNull();
    }
    assertThatThrownBy(
            () -> new CamVideo(video(Map.of("num_blocks", "3", "lower_width", "6")), new Rng(SEED)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gets 8 channels, not the 6");
  }

  @Test
  void videosHaveNoTimeOneAndNoSingleHead() {
    try (Scope scope = Scope.open();
        var video = new CamVideo(video(Map.of()), new Rng(SEED))) {
      assertThatThrownBy(() -> video.forward(Tensor.ones(1))).hasMessageContaining("below 1");
    }
    assertThatThrownBy(() -> video(Map.of("sin_res", "true"))).hasMessageContaining("single head");
    assertThatThrownBy(() -> video(Map.of("strides", "[2, 2]"))).hasMessageContaining("three");
  }
}
