package dev.melange.papers.mixupneuralcollapse;

import dev.melange.tensor.Linalg;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * How far last-layer features and classifier have collapsed to a simplex (Papyan, Han and Donoho,
 * 2020): all are 0 at full collapse. Of unmixed training samples. {@code M} are the class means
 * less their mean, {@code W} the classifier's rows.
 *
 * @param nc1 {@code trace(Sw pinv(Sb)) / K}: variance within classes relative to that between them
 * @param equinormMeans coefficient of variation of the lengths of {@code M}
 * @param equinormWeights the same of {@code W}
 * @param equiangleMeans standard deviation of the cosines of all pairs of {@code M}
 * @param equiangleWeights the same of {@code W}
 * @param maxangleMeans mean distance of the cosines of {@code M} from -1/(K-1)
 * @param maxangleWeights the same of {@code W}
 * @param nc3 squared distance of {@code W} and {@code M}, both of length 1
 * @param nc4 share of samples whose class mean nearest to them is not the predicted class
 * @param classMeans [K, d]; all others are scalars
 */
public record CollapseMetrics(
    Tensor nc1,
    Tensor equinormMeans,
    Tensor equinormWeights,
    Tensor equiangleMeans,
    Tensor equiangleWeights,
    Tensor maxangleMeans,
    Tensor maxangleWeights,
    Tensor nc3,
    Tensor nc4,
    Tensor classMeans) {
  /**
   * Configuration of {@code interpret/nc-metrics}.
   *
   * @param num_classes classes K, at least 2
   */
  public record Config(int num_classes) {
    /** Checks the classes. */
    public Config {
      if (num_classes < 2) {
        throw new IllegalArgumentException("num_classes must be at least 2, got " + num_classes);
      }
    }
  }

  /**
   * Measures features.
   *
   * @param features [N, d]
   * @param labels int64 [N]; every class must occur
   * @param weight [K, d]
   * @param bias [K]
   */
  public static CollapseMetrics of(
      Config config, Tensor features, Tensor labels, Tensor weight, Tensor bias) {
    int k = config.num_classes;
    Rows.requireMatrix("weight", weight, weight.size(weight.dim() - 1));
    if (weight.size(0) != k || !Arrays.equals(bias.shape(), new long[] {k})) {
      throw new IllegalArgumentException(
          "a classifier of %d classes has weight [%d, d] and bias [%d], got %s and %s"
              .formatted(k, k, k, Arrays.toString(weight.shape()), Arrays.toString(bias.shape())));
    }
    Rows.requireMatrix("features", features, weight.size(1));
    Rows.requireLabels("labels", labels, features.size(0), k);
    Tensor members = labels.oneHot(k).to(features.dtype()); // [N, K]
    Tensor counts = members.sum(0);
    if (counts.min().item() == 0) {
      throw new IllegalArgumentException(
          "class %d has no samples; every class needs some for its mean"
              .formatted(counts.argmin(0).itemLong()));
    }
    Tensor means = members.t().matmul(features).div(counts.unsqueeze(1));
    Tensor centred = Rows.centred(means); // M
    Tensor difference = weight.div(weight.norm()).sub(centred.div(centred.norm())).square().sum();
    return new CollapseMetrics(
        within(features.sub(means.indexSelect(0, labels)), centred),
        equinorm(centred),
        equinorm(weight),
        cosines(centred).std(0, 0),
        cosines(weight).std(0, 0),
        maxangle(centred),
        maxangle(weight),
        difference,
        mismatch(features, means, weight, bias),
        means);
  }

  private static Tensor within(Tensor deviations, Tensor centred) {
    long k = centred.size(0);
    Linalg.Svd svd = Linalg.svd(centred);
    // the centred means have rank K - 1, so one singular value is rounding only
    long rank = Math.min(k - 1, centred.size(1));
    Tensor axes = svd.vt().narrow(0, 0, rank); // eigenvectors of Sb, [rank, d]
    Tensor between = svd.s().narrow(0, 0, rank).square().div((double) k);
    return deviations.matmul(axes.t()).square().mean(0).div(between).sum().div((double) k);
  }

  private static Tensor equinorm(Tensor rows) {
    Tensor norms = Rows.norms(rows);
    return norms.std(0, 0).div(norms.mean());
  }

  /** Of all pairs of different rows, [K (K - 1)]. */
  private static Tensor cosines(Tensor rows) {
    Tensor unit = rows.div(Rows.norms(rows).unsqueeze(1));
    Tensor other = Tensor.eye(rows.size(0), rows.dtype()).to(rows.device()).eq(0.0);
    return unit.matmul(unit.t()).maskedSelect(other);
  }

  private static Tensor maxangle(Tensor rows) {
    return cosines(rows).add(1.0 / (rows.size(0) - 1)).abs().mean();
  }

  private static Tensor mismatch(Tensor features, Tensor means, Tensor weight, Tensor bias) {
    // |h - mu|^2 less |h|^2, which is the same for all classes
    Tensor distance = means.square().sum(1).sub(features.matmul(means.t()).mul(2.0));
    Tensor predicted = features.matmul(weight.t()).add(bias).argmax(1);
    return distance.argmin(1).ne(predicted).to(features.dtype()).mean();
  }
}
