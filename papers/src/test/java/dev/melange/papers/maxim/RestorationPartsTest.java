package dev.melange.papers.maxim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.component.Configs;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objective, degradations, padding, ensembles and figures of quality. */
class RestorationPartsTest {
  private static Tensor image(long seed, long... shape) {
    return new Rng(seed)
        .uniform_(Tensor.empty(DType.F64, dev.melange.tensor.Device.CPU, shape), 0, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "element, modulus, backward",
    "element, real-imag, ortho",
    "global, modulus, ortho",
    "global, real-imag, backward"
  })
  void lossFollowsItsFormula(String charbonnier, String frequency, String norm) {
    RestorationLoss.Config config =
        new RestorationLoss.Config(1, 1, 0.01, 0.5, charbonnier, frequency, norm);
    try (Scope scope = Scope.open()) {
      Tensor a = image(1, 2, 3, 4, 6);
      Tensor b = image(2, 2, 3, 4, 6);
      RestorationLoss.Terms terms = new RestorationLoss(config).of(List.of(List.of(a)), b);
      double[] d = a.sub(b).contiguous().toDoubles();
      assertThat(terms.charbonnier().item())
          .isCloseTo(charbonnier(d, charbonnier.equals("global")), within(1e-12));
      double expected = frequency(d, frequency.equals("modulus"));
      assertThat(terms.frequency().item())
          .isCloseTo(norm.equals("ortho") ? expected / Math.sqrt(24) : expected, within(1e-11));
      assertThat(terms.loss().item())
          .isCloseTo(terms.charbonnier().item() + 0.5 * terms.frequency().item(), within(1e-12));
    }
  }

  private static double charbonnier(double[] d, boolean global) {
    if (!global) {
      return Arrays.stream(d).map(v -> Math.sqrt(v * v + 1e-4)).average().orElseThrow();
    }
    double sum = 0;
    for (int b = 0; b < 2; b++) {
      sum += Math.sqrt(Arrays.stream(d, b * 72, (b + 1) * 72).map(v -> v * v).sum() + 1e-4);
    }
    return sum / 2;
  }

  /** The mean over all frequencies, by the definition of the transform. */
  private static double frequency(double[] d, boolean modulus) {
    double sum = 0;
    for (int plane = 0; plane < 6; plane++) {
      for (int u = 0; u < 4; u++) {
        for (int v = 0; v < 6; v++) {
          double re = 0;
          double im = 0;
          for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 6; x++) {
              double angle = -2 * Math.PI * (u * y / 4.0 + v * x / 6.0);
              re += d[plane * 24 + y * 6 + x] * Math.cos(angle);
              im += d[plane * 24 + y * 6 + x] * Math.sin(angle);
            }
          }
          sum += modulus ? Math.hypot(re, im) : (Math.abs(re) + Math.abs(im)) / 2;
        }
      }
    }
    return sum / 144;
  }

  @Test
  void lossRefusesOtherStagesScalesAndShapes() {
    RestorationLoss loss =
        new RestorationLoss(
            new RestorationLoss.Config(1, 2, 1e-3, 0.1, "element", "modulus", "backward"));
    try (Scope scope = Scope.open()) {
      Tensor target = Tensor.zeros(1, 3, 4, 4);
      assertThatThrownBy(() -> loss.of(List.of(), target)).hasMessageContaining("1 stages");
      assertThatThrownBy(() -> loss.of(List.of(List.of(target)), target))
          .hasMessageContaining("2 scales");
      assertThatThrownBy(() -> loss.of(List.of(List.of(target, target)), target))
          .hasMessageContaining("at scale 1 the prediction has shape [1, 3, 4, 4]");
    }
  }

  @Test
  void degradationsDrawWhatTheyNeedAndStayInRange() {
    List<Degradation.Config> all =
        List.of(
            Degradation.Config.noise(0.2),
            Degradation.Config.blur(5, 30),
            Degradation.Config.rain(0.9, 4, -0.7, 0.6),
            Degradation.Config.haze(1.2, 0.8),
            Degradation.Config.lowLight(0.4, 1.8, 0.05));
    try (Scope scope = Scope.open()) {
      Tensor x = image(1, 2, 3, 12, 9).to(DType.F32);
      for (Degradation.Config config : all) {
        float[] y = new Degradation(config).apply(x, new Rng(3)).contiguous().toFloats();
        assertThat(y).hasSize(2 * 3 * 12 * 9).isNotEqualTo(x.toFloats());
        for (float value : y) {
          assertThat(value).isBetween(0f, 1f);
        }
        assertThat(new Degradation(config).apply(x, new Rng(3)).contiguous().toFloats())
            .isEqualTo(y);
      }
    }
  }

  @Test
  void streaksFallTheWayTheySlant() {
    Degradation rain = new Degradation(Degradation.Config.rain(0.5, 3, -1, 1));
    try (Scope scope = Scope.open()) {
      float[] seeds = new float[16];
      seeds[3] = 1; // first row, last column
      Tensor y = rain.apply(Tensor.zeros(1, 1, 4, 4), Tensor.of(seeds, 1, 1, 4, 4));
      float[] expected = new float[16];
      expected[3] = 1;
      expected[4 + 2] = 2 / 3f;
      expected[8 + 1] = 1 / 3f;
      assertThat(y.toFloats()).containsExactly(expected, within(1e-6f));
    }
  }

  @Test
  void aBlurOfAnImageOfOneColourChangesNothing() {
    try (Scope scope = Scope.open()) {
      Tensor gray = Tensor.full(0.3, 1, 3, 6, 7);
      float[] y =
          new Degradation(Degradation.Config.blur(7, 70)).apply(gray, new Rng(1)).toFloats();
      for (float value : y) {
        assertThat(value).isCloseTo(0.3f, within(1e-6f));
      }
      assertThatThrownBy(
              () ->
                  new Degradation(Degradation.Config.blur(7, 70))
                      .apply(Tensor.zeros(1, 3, 3, 9), new Rng(1)))
          .hasMessageContaining("needs images of more than 3 pixels");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kind\": \"noise\"}",
        "{\"kind\": \"noise\", \"sigma\": -1}",
        "{\"kind\": \"noise\", \"sigma\": 0.1, \"beta\": 1}",
        "{\"kind\": \"blur\", \"length\": 4, \"angle\": 0}",
        "{\"kind\": \"fog\", \"beta\": 1}",
        "{\"sigma\": 1}"
      })
  void refusesValuesThatTheKindDoesNotTake(String json) throws Exception {
    var parsed = new com.fasterxml.jackson.databind.ObjectMapper().readTree(json);
    assertThatThrownBy(() -> Configs.read(Degradation.Config.class, parsed, "data/degrade"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"1,1,64", "1,7,16", "2,3,8", "65,64,64", "63,130,64", "5,5,3"})
  void paddingIsUndoneByCropping(int height, int width, int factor) {
    ReflectPadding padding = ReflectPadding.of(height, width, factor, factor);
    try (Scope scope = Scope.open()) {
      Tensor x = image(1, 3, height, width);
      Tensor padded = padding.pad(x, 1, 2);
      assertThat(padded.size(1) % factor).isZero();
      assertThat(padded.size(2) % factor).isZero();
      assertThat(padding.crop(padded, 1, 2).contiguous().toDoubles()).isEqualTo(x.toDoubles());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void ensemblesTurnBackWhatTheyTurned(int times) {
    GeometricEnsemble ensemble = new GeometricEnsemble(new GeometricEnsemble.Config(times), 2, 3);
    try (Scope scope = Scope.open()) {
      Tensor x = image(1, 1, 3, 4, 6);
      for (int i = 0; i < times; i++) {
        Tensor version = ensemble.version(x, i);
        assertThat(version.size(2)).isEqualTo(i % 2 == 0 ? 4 : 6);
        assertThat(ensemble.undo(version, i).contiguous().toDoubles()).isEqualTo(x.toDoubles());
      }
    }
    assertThatThrownBy(() -> new GeometricEnsemble.Config(6)).hasMessageContaining("4 or 8");
  }

  @Test
  void equalImagesAreInfinitelyGoodAndTinyOnesHaveNoSsim() {
    RestorationQuality quality = new RestorationQuality(new RestorationQuality.Config(1, true));
    try (Scope scope = Scope.open()) {
      Tensor x = image(1, 14, 13, 3).mul(255.0);
      assertThat(quality.psnr(x, x)).isInfinite();
      assertThat(quality.ssim(x, x)).isCloseTo(1, within(1e-12));
      Tensor tiny = image(1, 12, 13, 3);
      assertThatThrownBy(() -> quality.ssim(tiny, tiny))
          .hasMessageContaining("smaller than the SSIM");
      assertThatThrownBy(() -> quality.psnr(image(1, 2, 5, 3), image(1, 2, 5, 3)))
          .hasMessageContaining("more than 2 pixels");
    }
  }
}
