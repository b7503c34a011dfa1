package dev.melange.tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Discrete Fourier transforms. {@code norm} is {@code backward} (the inverse divides by n), {@code
 * ortho} or {@code forward}.
 */
public final class Fft {
  // The native string view does not own its text, so the texts live as long as the class.
  private static final Map<String, BytePointer> NAMES = new LinkedHashMap<>();
  private static final Map<String, StringViewOptional> NORMS = new LinkedHashMap<>();

  static {
    Native.load();
    for (String norm : new String[] {"backward", "ortho", "forward"}) {
      NAMES.put(norm, new BytePointer(norm));
      NORMS.put(norm, new StringViewOptional(NAMES.get(norm)));
    }
  }

  private Fft() {}

  private static Tensor with(
      String name,
      String norm,
      Tensor x,
      Function<StringViewOptional, org.bytedeco.pytorch.Tensor> call) {
    StringViewOptional argument = NORMS.get(norm);
    if (argument == null) {
      throw new IllegalArgumentException(
          "norm is one of " + NORMS.keySet() + ", got '" + norm + "'");
    }
    return Native.op(name, () -> call.apply(argument), x);
  }

  /** Complex transform along a dimension. */
  public static Tensor fft(Tensor x, long dim, String norm) {
    return with("fft", norm, x, s -> torch.fft_fft(x.raw(), Native.NO_LONG, dim, s));
  }

  /** Inverse complex transform along a dimension. */
  public static Tensor ifft(Tensor x, long dim, String norm) {
    return with("ifft", norm, x, s -> torch.fft_ifft(x.raw(), Native.NO_LONG, dim, s));
  }

  /** Inverse complex transform of length n (padded with zeros or cut) along a dimension. */
  public static Tensor ifft(Tensor x, long n, long dim, String norm) {
    try (LongOptional length = new LongOptional(n)) {
      return with("ifft", norm, x, s -> torch.fft_ifft(x.raw(), length, dim, s));
    }
  }

  /** Transform of real numbers along a dimension: n values to n/2+1 complex ones. */
  public static Tensor rfft(Tensor x, long dim, String norm) {
    return with("rfft", norm, x, s -> torch.fft_rfft(x.raw(), Native.NO_LONG, dim, s));
  }

  /** Inverse of {@link #rfft} to n real values. */
  public static Tensor irfft(Tensor x, long n, long dim, String norm) {
    try (LongOptional length = new LongOptional(n)) {
      return with("irfft", norm, x, s -> torch.fft_irfft(x.raw(), length, dim, s));
    }
  }

  /** Complex transform over two dimensions. */
  public static Tensor fft2(Tensor x, long dim1, long dim2, String norm) {
    return fft(fft(x, dim2, norm), dim1, norm);
  }

  /** Inverse complex transform over two dimensions. */
  public static Tensor ifft2(Tensor x, long dim1, long dim2, String norm) {
    return ifft(ifft(x, dim1, norm), dim2, norm);
  }

  /** Transform of real numbers over two dimensions; the second one is halved. */
  public static Tensor rfft2(Tensor x, long dim1, long dim2, String norm) {
    return fft(rfft(x, dim2, norm), dim1, norm);
  }

  /** Inverse of {@link #rfft2} to n values along the second dimension. */
  public static Tensor irfft2(Tensor x, long dim1, long dim2, long n, String norm) {
    return irfft(ifft(x, dim1, norm), n, dim2, norm);
  }

  /** Frequencies of {@link #fft} in cycles per sample: {@code 0, 1/n, ..., -1/n}. */
  public static Tensor frequencies(long n) {
    Native.load();
    return Native.op("fftfreq", () -> torch.fft_fftfreq(n));
  }

  /** Moves frequency zero to the middle of the given dimensions. */
  public static Tensor shift(Tensor x, long... dims) {
    return Native.op("fftshift", () -> torch.fft_fftshift(x.raw(), dims), x);
  }
}
