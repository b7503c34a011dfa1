package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class TransformTest {
  private static final RandomGenerator NONE =
      () -> {
        throw new AssertionError("a fixed transform drew a random number");
      };

  private static Image grey(int height, int width, int... samples) {
    byte[] data = new byte[samples.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) samples[i];
    }
    return new Image(1, height, width, data);
  }

  private static Image pattern() {
    int[] samples = new int[63];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (i * 37 + (i * i) % 11 * 5) % 256;
    }
    return grey(7, 9, samples);
  }

  private static Image colourful(int height, int width) {
    byte[] data = new byte[3 * height * width];
    new java.util.Random(5).nextBytes(data);
    return new Image(3, height, width, data);
  }

  private static void agrees(Image image, int... expected) {
    assertThat(image.pixels()).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(image.data()[i] & 0xff).as("sample %d", i).isCloseTo(expected[i], within(1));
    }
  }

  // Computed with the antialiased 8-bit interpolation of PyTorch 2.
  @Test
  void shrinksLikeTheReference() {
    agrees(
        new Resize(3, 4, Resize.Filter.BILINEAR).apply(pattern(), NONE),
        110,
        149,
        134,
        119,
        144,
        126,
        124,
        142,
        168,
        110,
        112,
        137);
    agrees(
        new Resize(3, 4, Resize.Filter.BICUBIC).apply(pattern(), NONE),
        104,
        153,
        139,
        118,
        148,
        127,
        118,
        144,
        170,
        107,
        113,
        136);
  }

  @Test
  void enlargesLikeTheReference() {
    Image bilinear = new Resize(10, 13, Resize.Filter.BILINEAR).apply(pattern(), NONE);
    agrees(
        bilinear.crop(0, 0, 2, 13),
        0,
        23,
        54,
        90,
        132,
        161,
        173,
        192,
        214,
        221,
        76,
        54,
        85,
        53,
        70,
        94,
        122,
        157,
        187,
        213,
        147,
        128,
        138,
        83,
        86,
        111);
    agrees(
        bilinear.crop(9, 0, 1, 13), 211, 228, 194, 45, 61, 100, 143, 155, 170, 190, 215, 128, 15);
    Image bicubic = new Resize(10, 13, Resize.Filter.BICUBIC).apply(pattern(), NONE);
    agrees(
        bicubic.crop(0, 0, 2, 13),
        0,
        13,
        49,
        86,
        133,
        161,
        169,
        196,
        236,
        238,
        61,
        38,
        86,
        46,
        58,
        83,
        114,
        162,
        205,
        224,
        146,
        123,
        139,
        70,
        75,
        107);
  }

  @Test
  void nearestTakesThePixelUnderTheCentre() {
    Image image = grey(1, 4, 10, 20, 30, 40);
    assertThat(new Resize(1, 2, Resize.Filter.NEAREST).apply(image, NONE))
        .isEqualTo(grey(1, 2, 20, 40));
    assertThat(new Resize(1, 8, Resize.Filter.NEAREST).apply(image, NONE))
        .isEqualTo(grey(1, 8, 10, 10, 20, 20, 30, 30, 40, 40));
  }

  @Test
  void constantImagesStayConstant() {
    byte[] data = new byte[3 * 50 * 31];
    java.util.Arrays.fill(data, (byte) 200);
    Image image = new Image(3, 50, 31, data);
    for (Resize.Filter filter : Resize.Filter.values()) {
      assertThat(new Resize(17, 64, filter).apply(image, NONE).data()).containsOnly(200);
    }
  }

  @Test
  void shorterSideKeepsProportions() {
    Image image = colourful(20, 31);
    assertThat(new ResizeShorterSide(10, Resize.Filter.BICUBIC).apply(image, NONE))
        .hasToString("Image[3, 10, 15]");
    assertThat(new ResizeShorterSide(40, Resize.Filter.BILINEAR).apply(colourful(1000, 1), NONE))
        .hasToString("Image[3, 40000, 40]");
  }

  @Test
  void cropsAndPads() {
    Image image = grey(2, 3, 1, 2, 3, 4, 5, 6);
    assertThat(new CenterCrop(2, 1).apply(image, NONE)).isEqualTo(grey(2, 1, 2, 5));
    assertThat(new CenterCrop(4, 3).apply(image, NONE))
        .isEqualTo(grey(4, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0));
    assertThat(Padding.pad(image, 1, 1, 1, 1, Padding.REFLECT))
        .isEqualTo(grey(4, 5, 5, 4, 5, 6, 5, 2, 1, 2, 3, 2, 5, 4, 5, 6, 5, 2, 1, 2, 3, 2));
    assertThatThrownBy(() -> Padding.pad(image, 2, 0, 0, 0, Padding.REFLECT))
        .hasMessageContaining("cannot be reflected from an image of 2x3");
    assertThatThrownBy(() -> image.crop(1, 0, 2, 3)).hasMessageContaining("not inside");
  }

  @Test
  void shiftsByWholePixels() {
    Image image = grey(2, 2, 1, 2, 3, 4);
    assertThat(RandomShift.shift(image, 1, 0, Padding.ZERO)).isEqualTo(grey(2, 2, 0, 0, 1, 2));
    assertThat(RandomShift.shift(image, 0, -1, Padding.ZERO)).isEqualTo(grey(2, 2, 2, 0, 4, 0));
    assertThat(new RandomShift(0, Padding.ZERO).apply(image, new SplittableRandom(1)))
        .isEqualTo(image);
  }

  @Test
  void flips() {
    Image image = grey(2, 3, 1, 2, 3, 4, 5, 6);
    assertThat(HorizontalFlip.flip(image)).isEqualTo(grey(2, 3, 3, 2, 1, 6, 5, 4));
    RandomGenerator draws = new SplittableRandom(1);
    int flipped = 0;
    for (int i = 0; i < 1000; i++) {
      flipped += new HorizontalFlip(0.3).apply(image, draws).equals(image) ? 0 : 1;
    }
    assertThat(flipped).isBetween(240, 360);
  }

  @Test
  void randomCropsReachEveryPlace() {
    Image image = grey(1, 1, 9);
    RandomGenerator draws = new SplittableRandom(1);
    int[] seen = new int[9];
    for (int i = 0; i < 900; i++) {
      Image crop = new RandomCrop(3, 3, 2, Padding.ZERO).apply(image, draws);
      for (int j = 0; j < 9; j++) {
        seen[j] += crop.data()[j] == 9 ? 1 : 0;
      }
    }
    for (int count : seen) {
      assertThat(count).isBetween(60, 145);
    }
    assertThatThrownBy(() -> new RandomCrop(4, 4, 0, Padding.ZERO).apply(image, draws))
        .hasMessageContaining("1x1 is too small for a crop of 4x4");
  }

  @Test
  void randomResizedCropsAlwaysHaveTheSize() {
    RandomGenerator draws = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      Image image = colourful(1 + i % 40, 1 + (i * 7) % 90);
      assertThat(RandomResizedCrop.of(12).apply(image, draws)).hasToString("Image[3, 12, 12]");
    }
  }

  @Test
  void colourOperationsHaveTheirFixedPoints() {
    Image image = colourful(5, 6);
    assertThat(Pixels.brightness(image, 1)).isEqualTo(image);
    assertThat(Pixels.contrast(image, 1)).isEqualTo(image);
    assertThat(Pixels.saturation(image, 1)).isEqualTo(image);
    assertThat(Pixels.sharpness(image, 1)).isEqualTo(image);
    assertThat(Pixels.brightness(image, 0).data()).containsOnly(0);
    assertThat(Pixels.saturation(image, 0)).isEqualTo(image.withChannels(1).withChannels(3));
    agrees(Pixels.hue(image, 1).withChannels(1), ints(image.withChannels(1)));
    assertThat(Pixels.contrast(grey(1, 2, 10, 20), 0)).isEqualTo(grey(1, 2, 15, 15));
    assertThat(Pixels.brightness(grey(1, 2, 100, 200), 1.5)).isEqualTo(grey(1, 2, 150, 255));
    assertThat(new ColorJitter(0, 0, 0, 0).apply(image, new SplittableRandom(2))).isEqualTo(image);
    assertThat(new ColorJitter(0.4, 0.4, 0.4, 0.1).apply(image, new SplittableRandom(2)))
        .isNotEqualTo(image);
  }

  private static int[] ints(Image image) {
    int[] values = new int[image.data().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = image.data()[i] & 0xff;
    }
    return values;
  }

  @Test
  void randAugmentOperationsDoWhatTheySay() {
    RandAugment augment = new RandAugment(2, 9, 0.5, 0.5, new int[] {7});
    Image image = grey(1, 4, 0, 100, 150, 255);
    assertThat(augment.apply(image, RandAugment.Op.INVERT, 9, false, false))
        .isEqualTo(grey(1, 4, 255, 155, 105, 0));
    // m = 5: keep 4 - 2 = 2 bits; solarise from 256 - 128; add 55 below 128.
    assertThat(augment.apply(image, RandAugment.Op.POSTERIZE, 5, false, false))
        .isEqualTo(grey(1, 4, 0, 64, 128, 192));
    assertThat(augment.apply(image, RandAugment.Op.SOLARIZE, 5, false, false))
        .isEqualTo(grey(1, 4, 0, 100, 105, 0));
    assertThat(augment.apply(image, RandAugment.Op.SOLARIZE_ADD, 5, false, false))
        .isEqualTo(grey(1, 4, 55, 155, 150, 255));
    assertThat(augment.apply(image, RandAugment.Op.BRIGHTNESS, 10, true, false))
        .isEqualTo(grey(1, 4, 0, 10, 15, 25));
    assertThat(
            augment.apply(grey(1, 3, 51, 102, 153), RandAugment.Op.AUTO_CONTRAST, 9, false, false))
        .isEqualTo(grey(1, 3, 0, 127, 255));
    // Moved by 0.45 m/10 of the side; this m gives two pixels.
    Image wide = grey(1, 5, 1, 2, 3, 4, 5);
    assertThat(augment.apply(wide, RandAugment.Op.TRANSLATE_X, 10 * 2 / (0.45 * 5), false, false))
        .isEqualTo(grey(1, 5, 3, 4, 5, 7, 7));
  }

  @Test
  void movingByNothingKeepsTheImage() {
    Image image = colourful(6, 7);
    for (boolean bicubic : new boolean[] {false, true}) {
      assertThat(RandAugment.standard().apply(image, RandAugment.Op.ROTATE, 0, false, bicubic))
          .isEqualTo(image);
      assertThat(RandAugment.standard().apply(image, RandAugment.Op.SHEAR_X, 0, false, bicubic))
          .isEqualTo(image);
    }
  }

  @Test
  void equalizesHistograms() {
    int[] samples = new int[256 * 2];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = i / 4;
    }
    Image flat = Pixels.equalize(grey(2, 256, samples));
    assertThat(flat.get(0, 0, 0)).isZero();
    assertThat(flat.get(0, 1, 255)).isGreaterThan(250);
  }

  @Test
  void randAugmentRepeatsItselfAndKeepsTheShape() {
    for (int channels : new int[] {1, 3}) {
      Image image = colourful(16, 20).withChannels(channels);
      int changed = 0;
      for (int seed = 0; seed < 100; seed++) {
        Image once = RandAugment.standard().apply(image, new SplittableRandom(seed));
        assertThat(RandAugment.standard().apply(image, new SplittableRandom(seed))).isEqualTo(once);
        assertThat(once).hasToString(image.toString());
        changed += once.equals(image) ? 0 : 1;
      }
      // Both operations are left out with probability 1/4.
      assertThat(changed).isBetween(50, 90);
    }
  }

  @Test
  void normalisesAndInverts() {
    Image image = colourful(4, 4);
    FloatImage normalized = Normalize.IMAGENET.apply(image);
    assertThat(normalized.get(1, 2, 3)).isEqualTo((image.get(1, 2, 3) / 255f - 0.456f) / 0.224f);
    assertThat(Normalize.IMAGENET.invert(normalized)).isEqualTo(image);
    assertThat(image.toFloat().toImage()).isEqualTo(image);
    assertThatThrownBy(() -> Normalize.IMAGENET.apply(image.withChannels(1)))
        .hasMessage("normalisation is for 3 channels, the image has 1");
  }

  @Test
  void erasesARectangleWithNoise() {
    FloatImage zeros = new FloatImage(3, 40, 40, new float[3 * 1600]);
    FloatImage erased = RandomErasing.of(1).apply(zeros, new SplittableRandom(3));
    int noise = 0;
    double squares = 0;
    for (float v : erased.data()) {
      noise += v == 0 ? 0 : 1;
      squares += v * v;
    }
    assertThat(noise % 3).isZero();
    assertThat(noise / 4800.0).isBetween(0.015, 0.35);
    assertThat(squares / noise).isBetween(0.7, 1.3);
    assertThat(RandomErasing.of(0).apply(zeros, new SplittableRandom(3))).isSameAs(zeros);
  }

  @Test
  void pipelinesRunInOrder() {
    Pipeline pipeline =
        Pipeline.of(Normalize.UNIT, new Resize(8, 8, Resize.Filter.BICUBIC))
            .then(new RandomCrop(8, 8, 2, Padding.REFLECT))
            .with(RandomErasing.of(0.5));
    Image image = colourful(10, 12);
    FloatImage once = pipeline.apply(image, new SplittableRandom(4));
    assertThat(once.height()).isEqualTo(8);
    assertThat(pipeline.apply(image, new SplittableRandom(4)).data()).isEqualTo(once.data());
  }

  @Test
  void refusesNonsense() {
    assertThatThrownBy(() -> new Resize(0, 3, Resize.Filter.NEAREST))
        .hasMessageContaining("cannot resize to 0x3");
    assertThatThrownBy(() -> new HorizontalFlip(1.5)).hasMessageContaining("got 1.5");
    assertThatThrownBy(() -> new Image(2, 1, 1, new byte[2])).hasMessageContaining("1 or 3");
    assertThatThrownBy(() -> new Image(1, 2, 2, new byte[3]))
        .hasMessageContaining("has 4 samples, got 3");
    assertThatThrownBy(() -> new RandAugment(2, 11, 0.5, 0.5, new int[] {0}))
        .hasMessageContaining("magnitude in 0..10");
  }
}
