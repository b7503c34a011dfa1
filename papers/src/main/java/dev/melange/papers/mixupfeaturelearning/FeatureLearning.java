package dev.melange.papers.mixupfeaturelearning;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Full-batch gradient descent of {@link QuadraticCnn} on {@link FeatureNoise}, by standard training
 * or mixup of all pairs, which may stop early and go on as standard training; and how much of each
 * feature the filters learn on the way.
 */
public final class FeatureLearning {
  private FeatureLearning() {}

  /**
   * Configuration of {@code optim/feature-learning-gd}.
   *
   * @param num_classes classes K, at least 2
   * @param mode {@code standard}, or {@code mixup} of all pairs
   * @param steps number of steps
   * @param stop_step first step without mixup; -1: never
   * @param eta step size
   * @param lam_x share of a sample in its mixture, [0, 1]
   * @param lam_y share of its label, [0, 1]
   */
  public record Config(
      int num_classes,
      @OneOf({"standard", "mixup"}) String mode,
      int steps,
      @Default("-1") int stop_step,
      @Default("0.5") double eta,
      @Default("0.7") double lam_x,
      @Default("0.7") double lam_y) {
    /** Checks all values. */
    public Config {
      FeatureMixup.checkShares(num_classes, lam_x, lam_y);
      if (num_classes < 2) {
        throw new IllegalArgumentException("num_classes must be at least 2, got " + num_classes);
      }
      if (steps < 1 || stop_step < -1) {
        throw new IllegalArgumentException(
            "steps must be at least 1 and stop_step at least -1 (never), got %d and %d"
                .formatted(steps, stop_step));
      }
      if (!(eta > 0)) {
        throw new IllegalArgumentException("eta must be positive, got " + eta);
      }
    }

    /** Whether a step, counted from 0, mixes. */
    public boolean mixes(int step) {
      return mode.equals("mixup") && (stop_step < 0 || step < stop_step);
    }
  }

  /**
   * What training gives.
   *
   * @param w the filters after the last step, [K, m, d]
   * @param loss of each step before its update, float64 [steps]
   * @param strength of the features v, u, v', u' after each update, [steps, 4]
   * @param logits of the samples after the last step, [n, K]
   */
  public record Result(Tensor w, Tensor loss, Tensor strength, Tensor logits) {}

  /**
   * Trains from given filters, which stay as they are.
   *
   * @param initial filters [K, m, d]
   * @param patches [n, P, d]
   * @param labels int64 [n]
   * @param features the four features [4, d]
   */
  public static Result train(
      Config config, Tensor initial, Tensor patches, Tensor labels, Tensor features) {
    if (initial.size(0) != config.num_classes) {
      throw new IllegalArgumentException(
          "num_classes is %d, but the filters [K, m, d] are %s"
              .formatted(config.num_classes, Arrays.toString(initial.shape())));
    }
    Tensor x = patches.detach();
    Tensor v = features.detach();
    double[] losses = new double[config.steps];
    Tensor[] strengths = new Tensor[config.steps];
    Tensor w =
        descend(
            config,
            initial,
            x,
            labels,
            (filters, step) ->
                FeatureMixup.allPairs(filters, x, labels, config.lam_x, config.lam_y),
            (step, loss, filters) -> {
              losses[step] = loss;
              strengths[step] = Scope.run(() -> strength(filters, v));
            });
    Tensor logits = Autograd.noGrad(() -> QuadraticCnn.logits(w, x));
    return new Result(w, Tensor.of(losses), Tensor.stack(0, strengths), logits);
  }

  /** The mixed loss of a step, for training in which not all pairs are mixed. */
  @FunctionalInterface
  interface MixedLoss {
    Tensor of(Tensor filters, int step);
  }

  /** Sees the filters after each update. */
  @FunctionalInterface
  interface Observer {
    void updated(int step, double loss, Tensor filters);
  }

  /** Gradient descent from given filters, which stay as they are, to the returned ones. */
  static Tensor descend(
      Config config,
      Tensor initial,
      Tensor patches,
      Tensor labels,
      MixedLoss mixed,
      Observer observer) {
    Tensor w = initial.detach().copy();
    for (int step = 0; step < config.steps; step++) {
      double loss;
      try (Scope scope = Scope.open();
          var recording = Autograd.enableGrad()) {
        Tensor leaf = w.detach().requiresGrad_(true);
        Tensor objective =
            config.mixes(step)
                ? mixed.of(leaf, step)
                : FeatureMixup.standard(leaf, patches, labels);
        loss = objective.item();
        Tensor gradient = Autograd.grad(objective, leaf)[0];
        try (var off = Autograd.noGrad()) {
          w.add_(gradient, -config.eta);
        }
      }
      observer.updated(step, loss, w);
    }
    return w;
  }

  /**
   * How much the filters of a feature's class have learned of it, {@code sum_r <w_kr, V_f>^2} for f
   * = 0..3 and class k = f mod 2.
   *
   * @param w filters [K, m, d], K at least 2
   * @param features [4, d]
   * @return [4]
   */
  public static Tensor strength(Tensor w, Tensor features) {
    FeatureNoise.checkFeatures(features, w.size(2));
    Tensor all = w.matmul(features.t()).square().sum(1); // [K, 4]
    Tensor own = Tensor.of(new long[] {0, 1, 0, 1}, 1, 4).to(w.device());
    return all.gather(0, own).squeeze(0);
  }
}
