package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Changes brightness, contrast, saturation and hue by random factors, in random order. Each factor
 * is uniform in [max(0, 1 - s), 1 + s]; the hue turns by a uniform part of the circle in [-s, s].
 *
 * @param brightness s of the brightness, 0 for none
 * @param contrast s of the contrast
 * @param saturation s of the saturation
 * @param hue s of the hue, at most 0.5
 */
public record ColorJitter(double brightness, double contrast, double saturation, double hue)
    implements Transform {
  /** Checks the strengths. */
  public ColorJitter {
    if (!(brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5)) {
      throw new IllegalArgumentException(
          "strengths must not be negative and hue at most 0.5, got %s, %s, %s, %s"
              .formatted(brightness, contrast, saturation, hue));
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    int[] order = {0, 1, 2, 3};
    for (int i = 3; i > 0; i--) {
      int j = draws.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    Image result = image;
    for (int step : order) {
      result =
          switch (step) {
            case 0 ->
                brightness == 0 ? result : Pixels.brightness(result, factor(draws, brightness));
            case 1 -> contrast == 0 ? result : Pixels.contrast(result, factor(draws, contrast));
            case 2 ->
                saturation == 0 ? result : Pixels.saturation(result, factor(draws, saturation));
            default -> hue == 0 ? result : Pixels.hue(result, hue * (2 * draws.nextDouble() - 1));
          };
    }
    return result;
  }

  private static double factor(RandomGenerator draws, double strength) {
    double low = Math.max(0, 1 - strength);
    return low + (1 + strength - low) * draws.nextDouble();
  }
}
