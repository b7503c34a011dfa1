package dev.melange.papers.seminmf;

import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.gpt.Hooks;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * Steers a model along many directions at once and measures, at given divergences, how far its
 * prediction moves to the concept of each. The distance alpha is the least one at which the mean
 * divergence over the prompts reaches the target: found on a grid of halvings, then between two of
 * its points.
 */
final class SteeringTrials {
  private static final int CHUNK = 10; // directions per task, whatever the number of workers
  private static final int HALVINGS = 9;
  private static final int REFINEMENTS = 4;

  private final Gpt model;
  private final int layer;
  private final Steering.Location location;
  private final Tensor prompts;
  private final Tensor base; // unsteered probabilities of the next token, float64 [P, V]
  private final List<Double> targets;
  private final double maxAlpha;

  /**
   * What steering along one direction did.
   *
   * @param alphas the distance for each target; NaN where the divergence is not reached
   * @param divergences what was reached
   * @param scores the mean over the prompts of {@code sum_c (p_steered - p)(c) log(concept(c) /
   *     marginal(c))}
   */
  record Outcome(double[] alphas, double[] divergences, double[] scores) {}

  /**
   * Trials with the same prompts; tensors belong to the current scope.
   *
   * @param prompts int64 [P, T]
   * @param targets mean divergences in nats
   * @param maxAlpha the farthest to push
   */
  SteeringTrials(
      Gpt model,
      int layer,
      Steering.Location location,
      Tensor prompts,
      List<Double> targets,
      double maxAlpha) {
    this.model = model;
    this.layer = layer;
    this.location = location;
    this.prompts = prompts;
    this.targets = List.copyOf(targets);
    this.maxAlpha = maxAlpha;
    base = Autograd.noGrad(() -> Scope.run(() -> last(model.forward(prompts)).softmax(-1)));
  }

  private Tensor last(Tensor logits) {
    return logits.select(1, logits.size(1) - 1).to(DType.F64);
  }

  /**
   * Steers along each direction.
   *
   * @param directions [K, m], each of length 1
   * @param concepts what each should bring out
   * @return one outcome per direction
   */
  List<Outcome> run(Tensor directions, List<NextTokens> concepts) {
    if (directions.size(0) != concepts.size()) {
      throw new IllegalArgumentException(
          "%d directions need a concept each, got %d"
              .formatted(directions.size(0), concepts.size()));
    }
    List<Supplier<List<Outcome>>> tasks = new ArrayList<>();
    for (int from = 0; from < concepts.size(); from += CHUNK) {
      int first = from;
      int count = Math.min(CHUNK, concepts.size() - from);
      tasks.add(
          () -> chunk(directions.narrow(0, first, count), concepts.subList(first, first + count)));
    }
    List<Outcome> all = new ArrayList<>();
    Autograd.noGrad(() -> Engine.get().parallel(tasks)).forEach(all::addAll);
    return all;
  }

  private List<Outcome> chunk(Tensor directions, List<NextTokens> concepts) {
    try (Scope scope = Scope.open()) {
      int count = concepts.size();
      List<double[]> grid = grid(directions);
      double[][] alphas = new double[count][targets.size()];
      double[][] reached = new double[count][targets.size()];
      double[][] scores = new double[count][targets.size()];
      for (int t = 0; t < targets.size(); t++) {
        double target = targets.get(t);
        Bracket[] brackets = new Bracket[count];
        for (int i = 0; i < count; i++) {
          brackets[i] = bracket(grid, i, target);
        }
        double[] found = new double[count];
        double[] divergence = new double[count];
        double[] score = new double[count];
        for (int step = 0; step < REFINEMENTS; step++) {
          for (int i = 0; i < count; i++) {
            found[i] = brackets[i] == null ? 0 : brackets[i].guess(target);
          }
          Tensor p = steered(directions, found);
          divergence = divergences(p);
          score = scores(p, concepts);
          for (int i = 0; i < count; i++) {
            if (brackets[i] != null) {
              brackets[i] = brackets[i].narrowed(found[i], divergence[i], target);
            }
          }
        }
        for (int i = 0; i < count; i++) {
          boolean there = brackets[i] != null;
          alphas[i][t] = there ? found[i] : Double.NaN;
          reached[i][t] = there ? divergence[i] : Double.NaN;
          scores[i][t] = there ? score[i] : Double.NaN;
        }
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        outcomes.add(new Outcome(alphas[i], reached[i], scores[i]));
      }
      return outcomes;
    }
  }

  /**
   * The divergences of all directions at the points of the grid, up to the point at which all have
   * reached all targets.
   */
  private List<double[]> grid(Tensor directions) {
    int count = Math.toIntExact(directions.size(0));
    double largest = Collections.max(targets);
    boolean[] done = new boolean[count];
    int left = count;
    List<double[]> grid = new ArrayList<>();
    for (int j = 0; j <= HALVINGS && left > 0; j++) {
      double[] alphas = new double[count];
      Arrays.fill(alphas, gridAlpha(j));
      try (Scope scope = Scope.open()) {
        double[] reached = divergences(steered(directions, alphas));
        grid.add(reached);
        for (int i = 0; i < count; i++) {
          if (!done[i] && reached[i] >= largest) {
            done[i] = true;
            left--;
          }
        }
      }
    }
    return grid;
  }

  /** Point j of the grid: the largest alpha halved so often, the smallest first. */
  private double gridAlpha(int j) {
    return maxAlpha * Math.pow(0.5, HALVINGS - j);
  }

  /** The first pair of neighbours between which the divergence reaches the target, or null. */
  private Bracket bracket(List<double[]> grid, int direction, double target) {
    double low = 0;
    double lowDivergence = 0;
    for (int j = 0; j < grid.size(); j++) {
      double divergence = grid.get(j)[direction];
      if (divergence >= target) {
        return new Bracket(low, lowDivergence, gridAlpha(j), divergence);
      }
      low = gridAlpha(j);
      lowDivergence = divergence;
    }
    return null;
  }

  /** An interval of alpha at whose ends the divergence lies below and above the target. */
  private record Bracket(double low, double lowDivergence, double high, double highDivergence) {
    /** Between the ends; for small alpha the root of the divergence grows in proportion. */
    double guess(double target) {
      double a = Math.sqrt(Math.max(0, lowDivergence));
      double b = Math.sqrt(highDivergence);
      return b > a ? low + (high - low) * (Math.sqrt(target) - a) / (b - a) : (low + high) / 2;
    }

    Bracket narrowed(double alpha, double divergence, double target) {
      return divergence < target
          ? new Bracket(alpha, divergence, high, highDivergence)
          : new Bracket(low, lowDivergence, alpha, divergence);
    }
  }

  /** Probabilities of the next token with each direction pushed by its alpha, float64 [k, P, V]. */
  private Tensor steered(Tensor directions, double[] alphas) {
    return Scope.run(
        () -> {
          long k = directions.size(0);
          long p = prompts.size(0);
          Tensor push =
              directions
                  .mul(Tensor.of(alphas, k, 1).to(directions.dtype()))
                  .unsqueeze(1)
                  .expand(k, p, directions.size(1))
                  .reshape(k * p, 1, directions.size(1));
          Tensor ids =
              prompts.unsqueeze(0).expand(k, p, prompts.size(1)).reshape(k * p, prompts.size(1));
          Hooks hooks = Hooks.none().replace(location.of(layer), x -> x.add(push));
          return last(model.forward(ids, hooks)).softmax(-1).reshape(k, p, -1);
        });
  }

  /** The mean over the prompts of each direction's divergence. */
  private double[] divergences(Tensor steered) {
    try (Scope scope = Scope.open()) {
      return Steering.divergenceOf(base.unsqueeze(0), steered).mean(1).toDoubles();
    }
  }

  private double[] scores(Tensor steered, List<NextTokens> concepts) {
    double[] scores = new double[concepts.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = concepts.get(i).lift(steered.get(i)) - concepts.get(i).lift(base);
    }
    return scores;
  }
}
