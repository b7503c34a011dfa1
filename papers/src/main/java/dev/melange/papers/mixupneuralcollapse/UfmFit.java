package dev.melange.papers.mixupneuralcollapse;

import dev.melange.tensor.DType;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * The unconstrained features model beside a trained network: its simplex is the one nearest to the
 * network's classifier, and its one free number, the regulariser, makes the features of pure images
 * as long as the network's.
 */
final class UfmFit {
  private static final double LEAST_REG = 1e-9;
  private static final double GREATEST_REG = 1e3;
  private static final int BISECTIONS = 60;

  private final UnconstrainedFeatures.Config config;
  private final Tensor basis; // [d, K]
  private final Tensor projection; // onto what the classifier sees, [d, d]
  private final Tensor centre; // [d]
  private final Tensor means; // centred and projected class means, [K, d]

  /** How far a network's mixed features are from two predictions, relative to their length. */
  record Errors(double ufm, double line) {}

  /**
   * Fits the model.
   *
   * @param weight the network's classifier [K, d], d at least K
   * @param classMeans of its unmixed features [K, d]
   */
  UfmFit(Tensor weight, Tensor classMeans) {
    int k = (int) weight.size(0);
    if (weight.size(1) < k) {
      throw new IllegalArgumentException(
          "the unconstrained features model needs at least as many features as classes, got %d features and %d classes"
              .formatted(weight.size(1), k));
    }
    Tensor rows = Rows.centred(weight.to(DType.F64));
    Linalg.Svd svd = Linalg.svd(rows.t()); // [d, K]
    // the orthonormal columns nearest to the rows (Procrustes)
    basis = svd.u().narrow(1, 0, k).matmul(svd.vt().narrow(0, 0, k));
    Tensor axes = svd.u().narrow(1, 0, k - 1);
    projection = axes.matmul(axes.t());
    centre = classMeans.to(DType.F64).mean(0);
    means = Rows.centred(classMeans.to(DType.F64)).matmul(projection);
    double scale = Rows.norms(rows).mean().item();
    double wanted = Rows.norms(means).mean().item();
    config = fit(k, scale, wanted);
  }

  /** The longer the features are to be, the less they are regularised. */
  private UnconstrainedFeatures.Config fit(int k, double scale, double wanted) {
    double low = Math.log(LEAST_REG);
    double high = Math.log(GREATEST_REG);
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (length(config(k, scale, Math.exp(middle))) > wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return config(k, scale, Math.exp(low));
  }

  private static UnconstrainedFeatures.Config config(int k, double scale, double reg) {
    return new UnconstrainedFeatures.Config(k, scale, reg, "ce");
  }

  private double length(UnconstrainedFeatures.Config candidate) {
    return Scope.run(
            () -> {
              Tensor zero = Tensor.of(new long[] {0});
              return Rows.norms(
                  UnconstrainedFeatures.solve(
                          candidate, Tensor.of(new double[] {1}), zero, zero, basis)
                      .features());
            })
        .item();
  }

  /** The regulariser found. */
  double reg() {
    return config.reg();
  }

  /** The model's features of mixed labels, centred, [n, d]. */
  Tensor features(Tensor lam, Tensor labelsA, Tensor labelsB) {
    return UnconstrainedFeatures.solve(config, lam, labelsA, labelsB, basis).features();
  }

  /** The same where the network's features are, [n, d]. */
  Tensor placed(Tensor lam, Tensor labelsA, Tensor labelsB) {
    return features(lam, labelsA, labelsB).add(centre);
  }

  /**
   * How well the model, and straight lines between the network's own class means, predict the
   * features of mixtures of two classes.
   *
   * @param mixed the network's features [n, d]
   */
  Errors errors(Mixtures mixtures, Tensor mixed) {
    Tensor different = mixtures.labelsA().ne(mixtures.labelsB()).nonzero().squeeze(1);
    Tensor a = mixtures.labelsA().indexSelect(0, different);
    Tensor b = mixtures.labelsB().indexSelect(0, different);
    Tensor lam = mixtures.lam().indexSelect(0, different);
    Tensor measured = mixed.indexSelect(0, different).sub(centre).matmul(projection);
    Tensor share = lam.unsqueeze(1);
    Tensor line =
        means.indexSelect(0, a).mul(share).add(means.indexSelect(0, b).mul(share.rsub(1)));
    double size = measured.square().sum().item();
    return new Errors(
        Math.sqrt(measured.sub(features(lam, a, b)).square().sum().item() / size),
        Math.sqrt(measured.sub(line).square().sum().item() / size));
  }

  /**
   * How far the optimal features of two classes' mixtures bend: their greatest distance from the
   * straight line between the ends, relative to the length of an end.
   *
   * @param loss {@code ce} or {@code mse}
   */
  static double bend(int classes, double scale, double reg, String loss) {
    return Scope.run(
            () -> {
              long points = 101;
              Tensor lam = Tensor.linspace(0, 1, points, DType.F64);
              Tensor h =
                  UnconstrainedFeatures.solve(
                          new UnconstrainedFeatures.Config(classes, scale, reg, loss),
                          lam,
                          Tensor.full(0, points).to(DType.I64),
                          Tensor.full(1, points).to(DType.I64),
                          Tensor.eye(classes, DType.F64))
                      .features();
              Tensor share = lam.unsqueeze(1);
              Tensor end = h.get(points - 1);
              Tensor line = end.mul(share).add(h.get(0).mul(share.rsub(1)));
              return Rows.norms(h.sub(line)).max().div(end.norm());
            })
        .item();
  }
}
