package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.metric.ImageQuality.Window;
import java.util.Arrays;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ImageQualityTest {
  private static final int CHANNELS = 2;
  private static final int HEIGHT = 13;
  private static final int WIDTH = 12;

  private static double[] first() {
    double[] image = new double[CHANNELS * HEIGHT * WIDTH];
    Arrays.setAll(image, i -> i * 37 % 101 / 100.0);
    return image;
  }

  private static double[] second() {
    double[] image = first();
    Arrays.setAll(image, i -> Math.min(1, Math.max(0, image[i] + (i * 53 % 23 - 11) / 40.0)));
    return image;
  }

  @Test
  void matchesTwoDimensionalCorrelationInScipy() {
    // Same formulas with scipy.signal.correlate2d(mode="valid") and the full 2-D windows.
    double[] a = first();
    double[] b = second();
    assertThat(ImageQuality.ssim(a, b, CHANNELS, HEIGHT, WIDTH, 1, Window.gaussian()))
        .isCloseTo(0.8677560134472593, within(1e-12));
    assertThat(ImageQuality.ssim(a, b, CHANNELS, HEIGHT, WIDTH, 1, Window.uniform()))
        .isCloseTo(0.8695263825571031, within(1e-12));
    assertThat(ImageQuality.psnr(a, b, 1)).isCloseTo(16.34621526515327, within(1e-12));
    int gray = HEIGHT * WIDTH;
    assertThat(
            ImageQuality.ssim(
                Arrays.copyOf(a, gray),
                Arrays.copyOf(b, gray),
                1,
                HEIGHT,
                WIDTH,
                1,
                Window.gaussian()))
        .isCloseTo(0.8684000412816055, within(1e-12));
  }

  @Test
  void matchesTheReferenceOnColourImages() {
    GoldenFile ssim = GoldenFile.read("ssim.rgb");
    int[] shape = ssim.shape("input/a");
    assertThat(
            ImageQuality.ssim(
                planar(ssim, "input/a"),
                planar(ssim, "input/b"),
                3,
                shape[0],
                shape[1],
                255,
                Window.gaussian()))
        .isCloseTo(ssim.scalar("output/ssim"), within(1e-10));
    GoldenFile psnr = GoldenFile.read("psnr.rgb");
    assertThat(ImageQuality.psnr(psnr.doubles("input/a"), psnr.doubles("input/b"), 255))
        .isCloseTo(psnr.scalar("output/psnr"), within(1e-10));
  }

  @RepeatedTest(10)
  void isSymmetricAndIndependentOfScale() {
    RandomData random = new RandomData();
    double[] a = random.normal(144);
    double[] b = random.normal(144);
    assertThat(ImageQuality.psnr(a, b, 1)).isEqualTo(ImageQuality.psnr(b, a, 1));
    double[] a255 = Arrays.stream(a).map(v -> v * 255).toArray();
    double[] b255 = Arrays.stream(b).map(v -> v * 255).toArray();
    assertThat(ImageQuality.psnr(a255, b255, 255))
        .isCloseTo(ImageQuality.psnr(a, b, 1), within(1e-10));
    for (Window window : new Window[] {Window.gaussian(), Window.uniform()}) {
      double ssim = ImageQuality.ssim(a, b, 1, 12, 12, 1, window);
      assertThat(ssim).isBetween(-1.0, 1.0);
      assertThat(ImageQuality.ssim(b, a, 1, 12, 12, 1, window)).isCloseTo(ssim, within(1e-12));
      assertThat(ImageQuality.ssim(a255, b255, 1, 12, 12, 255, window))
          .isCloseTo(ssim, within(1e-10));
      assertThat(ImageQuality.ssim(a, a, 1, 12, 12, 1, window)).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void equalImagesHaveInfinitePsnr() {
    assertThat(ImageQuality.psnr(new float[] {1, 2}, new float[] {1, 2}, 255))
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void refusesSmallImagesShapesAndPeaks() {
    double[] small = new double[100];
    assertThatThrownBy(() -> ImageQuality.ssim(small, small, 1, 10, 10, 1, Window.gaussian()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("image of 10 x 10 is smaller than the SSIM window of 11 x 11");
    assertThatThrownBy(() -> ImageQuality.ssim(small, small, 3, 10, 10, 1, Window.uniform()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("image has 100 values, expected 3 channels x 10 x 10");
    assertThatThrownBy(() -> ImageQuality.psnr(small, small, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("peak is 0.0");
  }

  private static double[] planar(GoldenFile golden, String name) {
    int[] shape = golden.shape(name);
    double[] interleaved = golden.doubles(name);
    int pixels = shape[0] * shape[1];
    double[] planar = new double[interleaved.length];
    for (int c = 0; c < shape[2]; c++) {
      for (int i = 0; i < pixels; i++) {
        planar[c * pixels + i] = interleaved[i * shape[2] + c];
      }
    }
    return planar;
  }
}
