package dev.melange.papers.mixuppolicies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataSets;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SmallImagesTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void halvesImagesByTheMeanOfFourPixels() throws IOException {
    DataSets sets = DataSets.standard();
    SmallImages whole = SmallImages.load(sets, "digits", 8, 50, 20);
    SmallImages half = SmallImages.load(sets, "digits", 4, 50, 20);
    assertThat(half.train().shape()).containsExactly(50, 1, 4, 4);
    assertThat(half.test().shape()).containsExactly(20, 1, 4, 4);
    assertThat(half.trainLabels().toLongs()).isEqualTo(whole.trainLabels().toLongs());
    double difference =
        half.train().sub(Nn.avgPool2d(whole.train(), 2, 2, 0, false)).abs().max().item();
    assertThat(difference).isCloseTo(0, within(1e-6));
  }

  @Test
  void normalisesByTheTrainingImages() throws IOException {
    SmallImages images = SmallImages.load(DataSets.standard(), "digits", 8, 1000, 20);
    assertThat(images.train().mean().item()).isCloseTo(0, within(1e-5));
    assertThat(images.train().square().mean().item()).isCloseTo(1, within(1e-4));
  }

  @Test
  void movesAndMirrorsWholePictures() {
    long seed = 5;
    System.out.println("seed " + seed);
    Tensor images = new Rng(seed).normal(40, 1, 6, 6);
    Tensor padded = Nn.pad(images, 1, 1, 1, 1);
    Tensor mirrored = padded.flip(3);
    for (boolean each : new boolean[] {false, true}) {
      Tensor changed = SmallImages.augment(images, 1, each, new Rng(seed));
      int flips = 0;
      int[] places = new int[9];
      for (int i = 0; i < 40; i++) {
        int place = place(padded.get(i), changed.get(i));
        int place2 = place(mirrored.get(i), changed.get(i));
        assertThat(place >= 0 || place2 >= 0).as("image %d is a moved or mirrored one", i).isTrue();
        flips += place2 >= 0 ? 1 : 0;
        places[Math.max(place, place2)]++;
      }
      assertThat(flips).isBetween(8, 32);
      long used = java.util.Arrays.stream(places).filter(count -> count > 0).count();
      assertThat(used).isEqualTo(each ? 9 : 1);
    }
  }

  /** Which of the 3 x 3 windows of a padded image this is, or -1. */
  private static int place(Tensor padded, Tensor image) {
    for (int i = 0; i < 9; i++) {
      Tensor window = padded.narrow(1, i / 3, 6).narrow(2, i % 3, 6);
      if (window.sub(image).abs().max().item() == 0) {
        return i;
      }
    }
    return -1;
  }
}
