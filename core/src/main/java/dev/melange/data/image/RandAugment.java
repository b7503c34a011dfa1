package dev.melange.data.image;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/**
 * RandAugment as timm runs it under the name {@code rand-m9-mstd0.5-inc1}: {@code layers}
 * operations drawn with replacement, each carried out with probability 0.5 at a magnitude m drawn
 * from N(magnitude, deviation) and cut to 0..10. "Increasing" means that a larger m changes more.
 * With s a random sign, the operations are:
 *
 * <ul>
 *   <li>auto-contrast, equalise, invert: no magnitude
 *   <li>rotate by s 30 m/10 degrees about the centre
 *   <li>posterise: keep the upper 4 - floor(4 m/10) bits
 *   <li>solarise: invert samples of at least 256 - floor(256 m/10)
 *   <li>solarise-add: add floor(110 m/10), at most 128, to samples below 128
 *   <li>colour, contrast, brightness, sharpness: blend factor max(0.1, 1 + s 0.9 m/10)
 *   <li>shear along x or y by s 0.3 m/10
 *   <li>translate along x or y by s 0.45 m/10 of the side
 * </ul>
 *
 * <p>Moved pixels are interpolated bilinearly or bicubically, at random; what comes in from outside
 * has the fill colour.
 *
 * @param layers operations per image, usually 2
 * @param magnitude mean magnitude, 0..10, usually 9
 * @param deviation standard deviation of the magnitude, usually 0.5
 * @param probability that a drawn operation is carried out, usually 0.5
 * @param fill fill colour per channel, 0..255; usually the data's mean colour
 */
public record RandAugment(
    int layers, double magnitude, double deviation, double probability, int[] fill)
    implements Transform {

  /** The operations. */
  enum Op {
    AUTO_CONTRAST,
    EQUALIZE,
    INVERT,
    ROTATE,
    POSTERIZE,
    SOLARIZE,
    SOLARIZE_ADD,
    COLOR,
    CONTRAST,
    BRIGHTNESS,
    SHARPNESS,
    SHEAR_X,
    SHEAR_Y,
    TRANSLATE_X,
    TRANSLATE_Y
  }

  private static final Op[] OPS = Op.values();
  private static final double MAX = 10;

  /** Checks the numbers. */
  public RandAugment {
    if (layers < 0 || !(magnitude >= 0 && magnitude <= MAX) || !(deviation >= 0)) {
      throw new IllegalArgumentException(
          "layers must not be negative, magnitude in 0..10, deviation not negative; got %d, %s, %s"
              .formatted(layers, magnitude, deviation));
    }
    if (!(probability >= 0 && probability <= 1) || fill.length == 0) {
      throw new IllegalArgumentException(
          "probability must be in 0..1 and fill have a colour, got %s, %s"
              .formatted(probability, Arrays.toString(fill)));
    }
    fill = fill.clone();
  }

  /** Two operations, magnitude 9 with deviation 0.5, probability 0.5, fill (124, 116, 104). */
  public static RandAugment standard() {
    return new RandAugment(2, 9, 0.5, 0.5, new int[] {124, 116, 104});
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    Op[] chosen = new Op[layers];
    for (int i = 0; i < layers; i++) {
      chosen[i] = OPS[draws.nextInt(OPS.length)];
    }
    Image result = image;
    for (Op op : chosen) {
      if (probability == 1 || draws.nextDouble() <= probability) {
        double m = magnitude + deviation * draws.nextGaussian();
        result =
            apply(
                result,
                op,
                Math.max(0, Math.min(MAX, m)),
                draws.nextBoolean(),
                draws.nextBoolean());
      }
    }
    return result;
  }

  Image apply(Image image, Op op, double m, boolean negative, boolean bicubic) {
    double part = m / MAX;
    double signed = negative ? -part : part;
    double factor = Math.max(0.1, 1 + 0.9 * signed);
    return switch (op) {
      case AUTO_CONTRAST -> Pixels.autoContrast(image);
      case EQUALIZE -> Pixels.equalize(image);
      case INVERT -> Pixels.lookup(image, table(v -> 255 - v));
      case ROTATE -> rotate(image, 30 * signed, bicubic);
      case POSTERIZE -> {
        int mask = 0xff & ~((1 << (8 - (4 - (int) (part * 4)))) - 1);
        yield Pixels.lookup(image, table(v -> v & mask));
      }
      case SOLARIZE -> {
        int threshold = 256 - Math.min(256, (int) (part * 256));
        yield Pixels.lookup(image, table(v -> v < threshold ? v : 255 - v));
      }
      case SOLARIZE_ADD -> {
        int add = Math.min(128, (int) (part * 110));
        yield Pixels.lookup(image, table(v -> v < 128 ? Math.min(255, v + add) : v));
      }
      case COLOR -> Pixels.saturation(image, factor);
      case CONTRAST -> Pixels.contrast(image, factor);
      case BRIGHTNESS -> Pixels.brightness(image, factor);
      case SHARPNESS -> Pixels.sharpness(image, factor);
      case SHEAR_X -> move(image, bicubic, 1, 0.3 * signed, 0, 0, 1, 0);
      case SHEAR_Y -> move(image, bicubic, 1, 0, 0, 0.3 * signed, 1, 0);
      case TRANSLATE_X -> move(image, bicubic, 1, 0, 0.45 * signed * image.width(), 0, 1, 0);
      case TRANSLATE_Y -> move(image, bicubic, 1, 0, 0, 0, 1, 0.45 * signed * image.height());
    };
  }

  private Image rotate(Image image, double degrees, boolean bicubic) {
    double cos = Math.cos(Math.toRadians(degrees));
    double sin = Math.sin(Math.toRadians(degrees));
    double cx = image.width() / 2.0;
    double cy = image.height() / 2.0;
    return move(
        image, bicubic, cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy);
  }

  private Image move(Image image, boolean bicubic, double... matrix) {
    return Pixels.affine(image, matrix, bicubic, fill);
  }

  private static int[] table(IntUnaryOperator f) {
    int[] table = new int[256];
    Arrays.setAll(table, f);
    return table;
  }

  /** Same settings. */
  @Override
  public boolean equals(Object other) {
    return other instanceof RandAugment that
        && layers == that.layers
        && magnitude == that.magnitude
        && deviation == that.deviation
        && probability == that.probability
        && Arrays.equals(fill, that.fill);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new double[] {layers, magnitude, deviation, probability, fill[0]});
  }
}
