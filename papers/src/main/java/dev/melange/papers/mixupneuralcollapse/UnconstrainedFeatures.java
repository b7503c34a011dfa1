package dev.melange.papers.mixupneuralcollapse;

import dev.melange.component.OneOf;
import dev.melange.tensor.DType;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Tensor;

/**
 * The unconstrained features model with mixup: for each mixed label, the features h that are best
 * for a classifier that is a simplex, minimising loss + reg/2 |h|^2 over h itself.
 *
 * <p>Cross entropy: the optimum has logits {@code z = c (y - p)}, c = scale^2 K / ((K-1) reg), so
 * that each z_k is a Lambert function of the one unknown {@code t = log(c / sum exp z)}, which is
 * the root of the falling function sum z_k(t). Squared error: h is linear in the label.
 *
 * @param weight the classifier, [K, d]
 * @param features h, [n, d]
 * @param logits W h, [n, K]
 * @param objective the least value, [n]
 * @param maxProb greatest probability of the softmax of the logits, [n]
 */
public record UnconstrainedFeatures(
    Tensor weight, Tensor features, Tensor logits, Tensor objective, Tensor maxProb) {
  /**
   * Configuration of {@code interpret/ufm-mixup}.
   *
   * @param num_classes classes K, at least 2
   * @param scale of the classifier, positive
   * @param reg weight of the features' squared length, positive
   * @param loss {@code ce}: cross entropy; {@code mse}: half the squared error of the logits
   */
  public record Config(
      int num_classes, double scale, double reg, @OneOf({"ce", "mse"}) String loss) {
    /** Checks all values. */
    public Config {
      if (num_classes < 2) {
        throw new IllegalArgumentException("num_classes must be at least 2, got " + num_classes);
      }
      if (!(scale > 0 && reg > 0) || Double.isInfinite(scale) || Double.isInfinite(reg)) {
        throw new IllegalArgumentException(
            "scale and reg must be positive and finite, got " + scale + " and " + reg);
      }
    }
  }

  /**
   * Solves for each mixed label, in float64.
   *
   * @param lam share of the first label, [n]
   * @param labelsA int64 [n]
   * @param labelsB int64 [n]
   * @param basis orthonormal columns [d, K], d at least K
   */
  public static UnconstrainedFeatures solve(
      Config config, Tensor lam, Tensor labelsA, Tensor labelsB, Tensor basis) {
    int k = config.num_classes;
    Rows.requireMatrix("basis", basis, k);
    long n = lam.numel();
    Rows.requireShares(lam, n);
    Rows.requireLabels("labels_a", labelsA, n, k);
    Rows.requireLabels("labels_b", labelsB, n, k);
    Tensor centring = Tensor.eye(k, DType.F64).to(basis.device()).sub(1.0 / k);
    Tensor weight =
        centring
            .matmul(basis.to(DType.F64).t())
            .mul(config.scale * Math.sqrt(k / (k - 1.0))); // [K, d]
    Tensor share = lam.to(DType.F64).unsqueeze(1);
    Tensor y =
        labelsA
            .oneHot(k)
            .to(DType.F64)
            .mul(share)
            .add(labelsB.oneHot(k).to(DType.F64).mul(share.rsub(1)));
    boolean crossEntropy = config.loss.equals("ce");
    Tensor h =
        crossEntropy
            ? y.sub(probabilities(config, y)).matmul(weight).div(config.reg)
            : ridge(config, y, weight);
    Tensor logits = h.matmul(weight.t());
    Tensor loss =
        crossEntropy
            ? logits.logSoftmax(1).mul(y).sum(1).neg()
            : logits.sub(y).square().sum(1).mul(0.5);
    Tensor objective = loss.add(h.square().sum(1).mul(config.reg / 2));
    return new UnconstrainedFeatures(weight, h, logits, objective, logits.softmax(1).max(1));
  }

  private static Tensor ridge(Config config, Tensor y, Tensor weight) {
    Tensor gram = weight.matmul(weight.t());
    Tensor regularised =
        gram.add(Tensor.eye(config.num_classes, DType.F64).to(gram.device()).mul(config.reg));
    return Linalg.solve(regularised, y.t()).t().matmul(weight);
  }

  /** The probabilities at the optimum, [n, K], of mixed labels [n, K]. */
  private static Tensor probabilities(Config config, Tensor y) {
    int k = config.num_classes;
    double c = config.scale * config.scale * k / ((k - 1) * config.reg);
    double[] labels = y.toDoubles();
    double[] p = new double[labels.length];
    for (int row = 0; row < labels.length; row += k) {
      double low = -60 - c;
      double high = 60 + c;
      while (true) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
          break; // neighbouring numbers
        }
        if (sumOfLogits(labels, row, k, c, middle) > 0) {
          low = middle;
        } else {
          high = middle;
        }
      }
      for (int i = row; i < row + k; i++) {
        p[i] = omega(low + c * labels[i]) / c;
      }
    }
    return Tensor.of(p, y.shape()).to(y.device());
  }

  private static double sumOfLogits(double[] labels, int row, int k, double c, double t) {
    double sum = 0;
    for (int i = row; i < row + k; i++) {
      sum += c * labels[i] - omega(t + c * labels[i]);
    }
    return sum;
  }

  /** The solution w of {@code w + log w = u}: the Lambert function of exp(u). */
  static double omega(double u) {
    if (u < -40) {
      return Math.exp(u); // w differs from it by less than rounding, and log w may overflow
    }
    double w = u > 1 ? u - Math.log(u) : Math.exp(u);
    for (int i = 0; i < 50; i++) {
      double step = (w + Math.log(w) - u) * w / (1 + w);
      w -= step;
      if (Math.abs(step) <= 1e-16 * w) {
        break;
      }
    }
    return w;
  }
}
