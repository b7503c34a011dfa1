package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ViewTransformsTest {
  private static final long SEED = 4;

  private static Image noise(int channels, int height, int width) {
    byte[] data = new byte[channels * height * width];
    new SplittableRandom(SEED).nextBytes(data);
    return new Image(channels, height, width, data);
  }

  @Test
  void appliesATransformAsOftenAsAsked() {
    System.out.println("seed " + SEED);
    Image image = noise(1, 3, 4);
    Transform flip = (given, draws) -> HorizontalFlip.flip(given);
    SplittableRandom draws = new SplittableRandom(SEED);
    int changed = 0;
    for (int i = 0; i < 2000; i++) {
      changed += new RandomApply(0.3, flip).apply(image, draws).equals(image) ? 0 : 1;
    }
    assertThat(changed / 2000.0).isCloseTo(0.3, within(0.05));
    assertThat(new RandomApply(0, flip).apply(image, draws)).isEqualTo(image);
    assertThat(new RandomApply(1, flip).apply(image, draws)).isEqualTo(HorizontalFlip.flip(image));
    assertThatThrownBy(() -> new RandomApply(1.5, flip)).hasMessageContaining("0..1, got 1.5");
  }

  @Test
  void takesColoursOutAndKeepsTheChannels() {
    Image grey = new Grayscale().apply(noise(3, 2, 5), new SplittableRandom(SEED));
    assertThat(grey.channels()).isEqualTo(3);
    for (int y = 0; y < 2; y++) {
      for (int x = 0; x < 5; x++) {
        assertThat(grey.get(1, y, x)).isEqualTo(grey.get(0, y, x));
        assertThat(grey.get(2, y, x)).isEqualTo(grey.get(0, y, x));
      }
    }
  }

  @Test
  void blursAPointIntoAGaussian() {
    byte[] data = new byte[21 * 21];
    data[10 * 21 + 10] = (byte) 255;
    double sigma = 1.5;
    Image blurred = GaussianBlur.blur(new Image(1, 21, 21, data), sigma);
    double norm = 0;
    for (int i = -5; i <= 5; i++) {
      norm += Math.exp(-i * i / (2 * sigma * sigma));
    }
    for (int y = 6; y <= 14; y++) {
      for (int x = 6; x <= 14; x++) {
        double squared = (y - 10) * (y - 10) + (x - 10) * (x - 10);
        double expected = 255 * Math.exp(-squared / (2 * sigma * sigma)) / (norm * norm);
        assertThat((double) blurred.get(0, y, x)).isCloseTo(expected, within(0.51));
      }
    }
  }

  @Test
  void blurLeavesEvenAreasAsTheyAre() {
    byte[] data = new byte[3 * 4 * 6];
    java.util.Arrays.fill(data, (byte) 200);
    Image even = new Image(3, 4, 6, data);
    assertThat(new GaussianBlur(0.1, 30).apply(even, new SplittableRandom(SEED))).isEqualTo(even);
    assertThatThrownBy(() -> new GaussianBlur(2, 1)).hasMessageContaining("got 2.0 to 1.0");
    assertThatThrownBy(() -> new GaussianBlur(0, 1)).hasMessageContaining("positive");
  }
}
