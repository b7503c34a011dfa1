package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * FMix (2020): masks of arbitrary shape from low-frequency noise.
 *
 * @param alpha the image's share is drawn from Beta(alpha, alpha); above 0
 * @param decay how strongly high frequencies are damped, 3 in the paper
 * @param soft half the share of pixels on a ramp between the images, 0 in the paper
 */
public record FMix(double alpha, double decay, double soft) implements MixPolicy {
  /** Refuses a Beta distribution that does not exist. */
  public FMix {
    MixPolicies.requireAlpha("fmix", alpha);
  }

  @Override
  public String name() {
    return MixPolicies.name("fmix", this);
  }

  /** As in the paper. */
  public FMix(double alpha) {
    this(alpha, 3, 0);
  }

  @Override
  public int[] partners(int n, Rng rng) {
    return MixPairs.derangement(n, rng);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    int height = (int) pairs.image().size(2);
    int width = (int) pairs.image().size(3);
    Tensor gray = gray(rng.normal(1, height, noiseWidth(width), 2), width, decay);
    Tensor mask = mask(gray, lam, soft, rng.nextBoolean());
    mask = mask.to(pairs.image().dtype()).to(pairs.image().device());
    return pairs.mixed(apply(pairs.image(), pairs.partner(), mask, lam));
  }

  /** Width of the noise for an image width: {@code w/2 + 1} for even, one more for odd widths. */
  public static int noiseWidth(int width) {
    return width / 2 + 1 + width % 2;
  }

  /**
   * The smooth gray image in [0, 1] to be binarised, [h, w]. As in the original code the real and
   * the imaginary part come from rows 0 and 1 of the noise.
   *
   * @param noise standard normal, [1, h, noiseWidth(w), 2]
   * @param width of the image
   * @param decay how strongly high frequencies are damped
   */
  public static Tensor gray(Tensor noise, int width, double decay) {
    int height = (int) noise.size(1);
    int columns = noiseWidth(width);
    if (height < 2 || noise.size(2) != columns) {
      throw new IllegalArgumentException(
          "FMix expects noise [1, h >= 2, %d, 2] for width %d, got %s"
              .formatted(columns, width, Arrays.toString(noise.shape())));
    }
    double[] spectrum = noise.slice(1, 0, 2).toDoubles(); // [2, columns, 2]
    for (int i = 0; i < 2 * columns; i++) {
      double frequency = Math.hypot(frequency(i / columns, height), frequency(i % columns, width));
      double scale = 1 / Math.pow(Math.max(frequency, 1.0 / Math.max(width, height)), decay);
      spectrum[2 * i] *= scale;
      spectrum[2 * i + 1] *= scale;
    }
    double[] image = image(spectrum, height, width, columns);
    double low = Arrays.stream(image).min().orElseThrow();
    double high = Arrays.stream(image).max().orElseThrow() - low;
    for (int i = 0; i < image.length; i++) {
      image[i] = (image[i] - low) / high;
    }
    return Tensor.of(image, height, width).to(noise.dtype()).to(noise.device());
  }

  /**
   * The inverse transform of a spectrum with two columns only: along the rows complex, along the
   * columns real; all further frequencies are zero.
   */
  private static double[] image(double[] spectrum, int height, int width, int columns) {
    double[] cosRow = cosines(height);
    double[] cosColumn = cosines(width);
    double[] image = new double[height * width];
    int used = Math.min(columns, height);
    // the second column stands for its mirror image, too, unless it is its own
    double twice = width > 2 ? 2 : width == 2 ? 1 : 0;
    for (int y = 0; y < height; y++) {
      double mean = 0;
      double re = 0;
      double im = 0;
      for (int j = 0; j < used; j++) {
        int turn = (int) ((long) j * y % height);
        double cos = cosRow[2 * turn];
        double sin = cosRow[2 * turn + 1];
        int real = 2 * j;
        int imaginary = 2 * (columns + j);
        mean += spectrum[real] * cos - spectrum[imaginary] * sin;
        re += spectrum[real + 1] * cos - spectrum[imaginary + 1] * sin;
        im += spectrum[real + 1] * sin + spectrum[imaginary + 1] * cos;
      }
      for (int x = 0; x < width; x++) {
        image[y * width + x] = mean + twice * (re * cosColumn[2 * x] - im * cosColumn[2 * x + 1]);
      }
    }
    return image;
  }

  /** Cosine and sine of all multiples of a turn through n. */
  private static double[] cosines(int n) {
    double[] table = new double[2 * n];
    for (int i = 0; i < n; i++) {
      table[2 * i] = Math.cos(2 * Math.PI * i / n);
      table[2 * i + 1] = Math.sin(2 * Math.PI * i / n);
    }
    return table;
  }

  private static double frequency(int k, int n) {
    return (k < (n + 1) / 2 ? k : k - n) / (double) n;
  }

  /**
   * The mask, 1 for the brightest share of the pixels, [1, 1, h, w].
   *
   * @param gray from {@link #gray}
   * @param lam the share of ones
   * @param soft half the share of pixels that lie on a ramp from 1 to 0
   * @param ceil whether to round the number of ones up
   */
  public static Tensor mask(Tensor gray, double lam, double soft, boolean ceil) {
    double[] values = gray.toDoubles();
    double share = lam * values.length;
    int ones = (int) (ceil ? Math.ceil(share) : Math.floor(share));
    double ramp = soft > lam || soft > 1 - lam ? Math.min(lam, 1 - lam) : soft;
    int half = (int) (values.length * ramp);
    int low = Math.max(0, ones - half);
    int high = Math.min(values.length, ones + half);
    double[] mask = new double[values.length];
    if (low == high) {
      brightest(values, high, mask);
    } else {
      ramp(values, low, high, mask);
    }
    return Tensor.of(mask, 1, 1, gray.size(0), gray.size(1)).to(gray.dtype()).to(gray.device());
  }

  /** Ones for the brightest pixels; of equal ones for the first. */
  private static void brightest(double[] values, int count, double[] mask) {
    if (count == 0) {
      return;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double least = sorted[sorted.length - count];
    int left = count;
    for (int i = 0; i < values.length; i++) {
      if (values[i] > least) {
        mask[i] = 1;
        left--;
      }
    }
    for (int i = 0; left > 0; i++) {
      if (values[i] == least) {
        mask[i] = 1;
        left--;
      }
    }
  }

  /** Ones for the brightest pixels, then a ramp down to zero. */
  private static void ramp(double[] values, int low, int high, double[] mask) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 0; i < high; i++) {
      mask[order[i]] = i <= low ? 1 : 1 - (i - low) / (double) (high - low - 1);
    }
  }

  /**
   * Takes the image where the mask is 1.
   *
   * @param image [N, C, h, w]
   * @param partner of the same shape
   * @param mask from {@link #mask}
   * @param lam the weight with which the mask was made; it is returned as it is
   */
  public static Mixed apply(Tensor image, Tensor partner, Tensor mask, double lam) {
    return new Mixed(image.mul(mask).add(partner.mul(mask.rsub(1))), mask, lam);
  }
}
