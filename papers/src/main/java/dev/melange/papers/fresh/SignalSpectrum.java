package dev.melange.papers.fresh;

import dev.melange.component.Default;
import dev.melange.tensor.DType;
import dev.melange.tensor.Fft;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Resample;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The amplitudes of a signal by frequency: those of the discrete Fourier transform, added up over
 * channels and, for images and volumes, over entries with the same sum of indices. The constant
 * part is left out. Small signals of n points per axis have meaningful entries up to n / 2.
 */
public final class SignalSpectrum {
  /**
   * Configuration of {@code field/signal-spectrum}.
   *
   * @param size how many of the lowest frequencies; all if null or if there are not so many
   * @param dims axes of the signal: 1 (ours), 2 or 3
   */
  public record Config(@Default("null") Integer size, @Default("2") int dims) {
    /** Checks the numbers. */
    public Config {
      if (dims < 1 || dims > 3) {
        throw new IllegalArgumentException("dims is 1, 2 or 3, got " + dims);
      }
      if (size != null && size < 1) {
        throw new IllegalArgumentException("size is at least 1, or null for all; got " + size);
      }
    }
  }

  private static final long LARGEST_SIDE = 1024;

  private SignalSpectrum() {}

  /**
   * The spectrum of a signal.
   *
   * @param signal [C, L], [C, H, W] or [C, D, H, W]; images that are not square or have sides
   *     beyond 1024, and volumes of unequal sides, are resized
   * @return [size], or less if the signal has fewer frequencies
   */
  public static Tensor of(Tensor signal, Config config) {
    if (signal.dim() != config.dims + 1 || signal.numel() == 0) {
      throw new IllegalArgumentException(
          "a signal of %d axes is [C%s], got %s"
              .formatted(
                  config.dims, ", side".repeat(config.dims), Arrays.toString(signal.shape())));
    }
    Tensor all = config.dims == 1 ? line(signal) : diagonals(cubic(signal), config.dims);
    long available = all.size(0) - 1;
    long kept = config.size == null ? available : Math.min(config.size, available);
    return all.narrow(0, 1, kept);
  }

  private static Tensor line(Tensor signal) {
    return Fft.rfft(signal, 1, "backward").abs().sum(0);
  }

  private static Tensor cubic(Tensor signal) {
    long[] shape = signal.shape();
    long side = Arrays.stream(shape, 1, shape.length).min().getAsLong();
    boolean equal = Arrays.stream(shape, 1, shape.length).allMatch(length -> length == side);
    if (shape.length == 3) {
      long target = Math.min(side, LARGEST_SIDE);
      return equal && side == target
          ? signal
          : Resample.bilinear(signal.unsqueeze(0), target, target).squeeze(0);
    }
    return equal ? signal : trilinear(signal, side);
  }

  // Linear along one axis after the other is trilinear.
  private static Tensor trilinear(Tensor volume, long side) {
    Tensor resized = volume;
    for (int axis = 1; axis < 4; axis++) {
      Tensor last = resized.transpose(axis, 3); // [C, ., ., length]
      Tensor lines = last.flatten(0, 2).unsqueeze(0);
      resized =
          Nn.resizeLinear(lines, side, false)
              .squeeze(0)
              .unflatten(0, last.size(0), last.size(1), last.size(2))
              .transpose(axis, 3);
    }
    return resized;
  }

  private static Tensor diagonals(Tensor signal, int dims) {
    int n = (int) signal.size(1);
    Tensor transformed = signal;
    for (int axis = 1; axis <= dims; axis++) {
      transformed = Fft.fft(transformed, axis, "backward");
    }
    Tensor mask = SpectrumMask.of(new SpectrumMask.Config(dims, n));
    Tensor amplitudes = transformed.abs().sum(0);
    Tensor index = Tensor.arange(n);
    Tensor sums = index;
    for (int axis = 1; axis < dims; axis++) {
      sums = sums.unsqueeze(axis).add(index);
    }
    Tensor masked = amplitudes.mul(mask.to(amplitudes.dtype()).to(amplitudes.device()));
    Tensor totals = masked.newZeros((long) dims * (n - 1) + 1);
    return totals.indexAdd(
        0, sums.reshape(-1).to(DType.I64).to(masked.device()), masked.reshape(-1));
  }
}
