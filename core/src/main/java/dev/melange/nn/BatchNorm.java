package dev.melange.nn;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.BatchStatistics;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

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

  @Override
  public Tensor forward(Tensor x) {
    BatchParts.Part part = isTraining() ? BatchParts.current() : null;
    if (isTraining() && (part == null || part.isFirst())) {
      try (var guard = Autograd.noGrad()) {
        batches.add_(batches.onesLike());
      }
    }
    return part == null
        ? Nn.batchNorm(x, weight, bias, mean, variance, isTraining(), momentum, eps)
        : forward(x, part);
  }

  /** Normalises a part of a batch with the statistics of the whole batch. */
  private Tensor forward(Tensor x, BatchParts.Part part) {
    Whole[] whole = new Whole[1];
    Tensor[] inputs = weight == null ? new Tensor[] {x} : new Tensor[] {x, weight, bias};
    return Autograd.custom(
        in -> {
          whole[0] = whole(in[0], part);
          Tensor scale = weight == null ? null : in[1];
          Tensor shift = weight == null ? null : in[2];
          return normalised(whole[0], scale, shift);
        },
        gradient -> gradients(gradient, whole[0], part),
        inputs);
  }

  /**
   * What a part knows of its batch.
   *
   * @param x the part's input
   * @param mean of the batch, [C]
   * @param variance of the batch, biased, [C]
   * @param count values per channel in the batch
   */
  private record Whole(Tensor x, Tensor mean, Tensor variance, double count) {}

  private Tensor normalised(Whole whole, Tensor scale, Tensor shift) {
    return Nn.batchNorm(
        whole.x(), scale, shift, whole.mean(), whole.variance(), false, momentum, eps);
  }

  /** The moments of the batch from those of its parts. */
  private Whole whole(Tensor x, BatchParts.Part part) {
    int channels = (int) x.size(1);
    BatchStatistics.Moments own = BatchStatistics.of(x);
    double[] mine = new double[1 + 2 * channels];
    mine[0] = (double) x.numel() / channels;
    System.arraycopy(own.mean().toDoubles(), 0, mine, 1, channels);
    System.arraycopy(own.variance().toDoubles(), 0, mine, 1 + channels, channels);
    double count = 0;
    double[] means = new double[channels];
    double[] variances = new double[channels];
    for (double[] moments : part.exchange(this, mine)) {
      double n = moments[0];
      double before = count;
      count += n;
      for (int c = 0; c < channels; c++) {
        double gap = moments[1 + c] - means[c];
        variances[c] += n * moments[1 + channels + c] + gap * gap * before * n / count;
        means[c] += gap * n / count;
      }
    }
    for (int c = 0; c < channels; c++) {
      variances[c] /= count;
    }
    Tensor batchMean = like(x, means);
    Tensor batchVariance = like(x, variances);
    if (part.isFirst()) {
      mean.mul_(1 - momentum).add_(batchMean.mul(momentum));
      variance.mul_(1 - momentum).add_(batchVariance.mul(momentum * count / (count - 1)));
    }
    return new Whole(x, batchMean, batchVariance, count);
  }

  /** Gradients of the input and of scale and shift, the latter of this part alone. */
  private Tensor[] gradients(Tensor gradient, Whole whole, BatchParts.Part part) {
    BatchStatistics.Gradients own =
        BatchStatistics.gradients(gradient, whole.x(), weight, whole.mean(), whole.variance(), eps);
    int channels = (int) whole.mean().numel();
    double[] mine = new double[2 * channels];
    System.arraycopy(own.scale().toDoubles(), 0, mine, 0, channels);
    System.arraycopy(own.shift().toDoubles(), 0, mine, channels, channels);
    double[] sums = new double[2 * channels];
    for (double[] other : part.exchange(this, mine)) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += other[i];
      }
    }
    double[] variances = whole.variance().toDoubles();
    double[] scales = weight == null ? null : weight.toDoubles();
    double[] slope = new double[channels];
    double[] offset = new double[channels];
    for (int c = 0; c < channels; c++) {
      double each =
          -(scales == null ? 1 : scales[c]) / Math.sqrt(variances[c] + eps) / whole.count();
      slope[c] = each * sums[c];
      offset[c] = each * sums[channels + c];
    }
    Tensor input =
        own.input().add_(normalised(whole, like(whole.x(), slope), like(whole.x(), offset)));
    return weight == null ? new Tensor[] {input} : new Tensor[] {input, own.scale(), own.shift()};
  }

  private static Tensor like(Tensor x, double[] values) {
    return Tensor.of(values, values.length).to(x.dtype()).to(x.device());
  }
}
