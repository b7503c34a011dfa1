package dev.melange.tensor;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The halves of a batch normalisation whose statistics come from more than the tensor at hand. */
public final class BatchStatistics {
  private BatchStatistics() {}

  /**
   * Mean and biased variance over all dimensions but the second.
   *
   * @param mean [C]
   * @param variance [C]
   */
  public record Moments(Tensor mean, Tensor variance) {}

  /**
   * The gradients of {@link Nn#batchNorm} with given statistics, as if those did not depend on its
   * input.
   *
   * @param input of the input's shape
   * @param scale the sum of the output's gradient times the normalised input, [C]
   * @param shift the sum of the output's gradient, [C]
   */
  public record Gradients(Tensor input, Tensor scale, Tensor shift) {}

  /** The moments of x, [B, C, ...]; not recorded. */
  public static Moments of(Tensor x) {
    try (TensorOptional none = new TensorOptional();
        T_TensorTensor_T pair =
            Native.call(
                "batch_norm_update_stats",
                () -> torch.batch_norm_update_stats(x.raw(), none, none, 0),
                x)) {
      return new Moments(copy(pair.get0()), copy(pair.get1()));
    }
  }

  /**
   * Gradients of a normalisation.
   *
   * @param gradient of the output, [B, C, ...]
   * @param x the input
   * @param weight [C] or null
   * @param mean [C]
   * @param variance [C]
   */
  public static Gradients gradients(
      Tensor gradient, Tensor x, Tensor weight, Tensor mean, Tensor variance, double eps) {
    try (TensorOptional w = Native.optional(weight);
        TensorOptional m = Native.optional(mean);
        TensorOptional v = Native.optional(variance);
        TensorOptional none = new TensorOptional();
        BoolPointer all = new BoolPointer(3).put(0, true).put(1, true).put(2, true);
        T_TensorTensorTensor_T triple =
            Native.call(
                "native_batch_norm_backward",
                () ->
                    torch.native_batch_norm_backward(
                        gradient.raw(), x.raw(), w, m, v, none, none, false, eps, all),
                gradient,
                x)) {
      return new Gradients(copy(triple.get0()), copy(triple.get1()), copy(triple.get2()));
    }
  }

  private static Tensor copy(org.bytedeco.pytorch.Tensor raw) {
    return new Tensor(new org.bytedeco.pytorch.Tensor(raw));
  }
}
