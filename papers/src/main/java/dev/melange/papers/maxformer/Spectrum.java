package dev.melange.papers.maxformer;

import dev.melange.component.Default;
import dev.melange.tensor.DType;
import dev.melange.tensor.Fft;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** How much of a feature map lies at which spatial frequency. */
public final class Spectrum {
  private Spectrum() {}

  /**
   * Configuration.
   *
   * @param cutoff share of the highest frequency from which on frequencies are high, in [0, 1]
   */
  public record Config(@Default("0.5") double cutoff) {
    /** Checks the range. */
    public Config {
      if (!(cutoff >= 0 && cutoff <= 1)) {
        throw new IllegalArgumentException("cutoff must lie in [0, 1], got " + cutoff);
      }
    }
  }

  /**
   * The spectrum of maps.
   *
   * @param logAmplitude mean over all maps of the logarithm of the amplitude, frequency 0 in the
   *     middle, [H, W]
   * @param relative the same from the middle along the diagonal to a corner, relative to the
   *     middle, [min(H, W) / 2 + 1]; the last is the highest frequency, pi
   * @param highFrequencyRatio share of the energy at high frequencies
   */
  public record Result(Tensor logAmplitude, Tensor relative, double highFrequencyRatio) {}

  /**
   * Analyses maps.
   *
   * @param x [..., H, W]
   * @param cutoff as in {@link Config}
   */
  public static Result of(Tensor x, double cutoff) {
    if (x.dim() < 2 || x.size(-1) < 2 || x.size(-2) < 2) {
      throw new IllegalArgumentException(
          "a spectrum needs maps [..., H, W] of at least 2 x 2, got " + Arrays.toString(x.shape()));
    }
    long height = x.size(-2);
    long width = x.size(-1);
    Tensor maps = x.detach().reshape(x.numel() / (height * width), height, width);
    Tensor spectrum = Fft.fft2(maps, 1, 2, "backward");
    Tensor amplitude = Fft.shift(spectrum.abs(), 1, 2);
    Tensor logs = amplitude.add(1e-12).log().mean(0);
    return new Result(logs, diagonal(logs), highFrequencyRatio(maps, cutoff));
  }

  /**
   * The share of the energy at high frequencies.
   *
   * @param x [..., H, W]
   * @param cutoff as in {@link Config}
   */
  public static double highFrequencyRatio(Tensor x, double cutoff) {
    int height = (int) x.size(-2);
    int width = (int) x.size(-1);
    Tensor maps = x.detach().reshape(x.numel() / ((long) height * width), height, width);
    Tensor power = Fft.fft2(maps, 1, 2, "backward").abs().square().to(DType.F64).sum(0);
    double[] energy = power.toDoubles();
    double high = 0;
    double all = 0;
    for (int i = 0; i < energy.length; i++) {
      double fy = frequency(i / width, height);
      double fx = frequency(i % width, width);
      all += energy[i];
      high += Math.hypot(fy, fx) / Math.sqrt(2) >= cutoff ? energy[i] : 0;
    }
    return high / all;
  }

  /** In units of the highest one, -1 at the Nyquist frequency. */
  private static double frequency(int index, int size) {
    return 2.0 * (index < (size + 1) / 2 ? index : index - size) / size;
  }

  private static Tensor diagonal(Tensor logs) {
    int height = (int) logs.size(0);
    int width = (int) logs.size(1);
    double[] values = logs.toDoubles();
    int count = Math.min(height, width) / 2 + 1;
    double[] line = new double[count];
    double middle = values[height / 2 * width + width / 2];
    for (int k = 0; k < count; k++) {
      int row = height / 2 - step(k, height / 2, count);
      int column = width / 2 - step(k, width / 2, count);
      line[k] = values[row * width + column] - middle;
    }
    return Tensor.of(line, count).to(logs.dtype());
  }

  private static int step(int k, int length, int count) {
    return (int) Math.floor((double) k * length / (count - 1) + 0.5);
  }
}
