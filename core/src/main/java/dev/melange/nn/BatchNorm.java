package dev.melange.nn;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Batch normalisation of [B, C] or [B, C, ...]. In training the batch's own statistics are used and
 * the running ones updated (unbiased variance), in inference the running ones are used.
 */
public final class BatchNorm extends UnaryLayer {
  private final double momentum;
  private final double eps;
  private final Tensor weight;
  private final Tensor bias;
  private final Tensor mean;
  private final Tensor variance;
  private final Tensor batches;

  /** With eps 1e-5, momentum 0.1, scale and shift. */
  public BatchNorm(long channels) {
    this(channels, 1e-5, 0.1, true);
  }

  /**
   * A layer over channels.
   *
   * @param momentum the share of the new batch in the running statistics
   * @param affine whether there are a scale and a shift
   */
  public BatchNorm(long channels, double eps, double momentum, boolean affine) {
    this.eps = eps;
    this.momentum = momentum;
    weight = affine ? parameter("weight", Tensor.ones(channels)) : null;
    bias = affine ? parameter("bias", Tensor.zeros(channels)) : null;
    mean = buffer("running_mean", Tensor.zeros(channels));
    variance = buffer("running_var", Tensor.ones(channels));
    batches = buffer("num_batches_tracked", Tensor.zeros(DType.I64, Device.CPU));
  }

  /** The scale, [channels], or null. */
  public Tensor weight() {
    return weight;
  }

  /** The running mean, [channels]. */
  public Tensor runningMean() {
    return mean;
  }

  /** The running variance, [channels]. */
  public Tensor runningVariance() {
    return variance;
  }

  @Override
  public boolean hasBatchStatistics() {
    return true;
  }

  /**
   * This norm after a convolution without bias. In inference both are one convolution, whose
   * filters are scaled by what the norm would multiply with: a pass over the map less.
   *
   * @throws IllegalArgumentException if the convolution has a bias
   */
  public Tensor forwardAfter(Conv2d conv, Tensor x) {
    if (conv.bias() != null) {
      throw new IllegalArgumentException(
          "a batch norm takes the place of the bias of the convolution before it, which has one");
    }
    if (isTraining()) {
      return forward(conv.forward(x));
    }
    Tensor scale = variance.add(eps).rsqrt();
    if (weight != null) {
      scale = scale.mul(weight);
    }
    Tensor shift = mean.mul(scale).neg();
    if (bias != null) {
      shift = shift.add(bias);
    }
    return conv.forward(x, scale, shift);
  }

  /**
   * The normalised numbers, of the same shape.
   *
   * @throws IllegalArgumentException in training, if there is one number per channel only: it would
   *     have no variance, and the running one would become NaN
   */
  @Override
  public Tensor forward(Tensor x) {
    if (isTraining()) {
      if (x.dim() >= 2 && x.numel() == x.size(1)) {
        throw new IllegalArgumentException(
            "batch normalisation needs more than one number per channel in training, got %s; train with batches of at least 2"
                .formatted(Arrays.toString(x.shape())));
      }
      try (var guard = Autograd.noGrad()) {
        batches.add_(batches.onesLike());
      }
    }
    return Nn.batchNorm(x, weight, bias, mean, variance, isTraining(), momentum, eps);
  }
}
