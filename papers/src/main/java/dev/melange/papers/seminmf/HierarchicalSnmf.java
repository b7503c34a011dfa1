package dev.melange.papers.seminmf;

import dev.melange.component.Default;
import dev.melange.optim.Adam;
import dev.melange.optim.ParameterGroup;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Factors the features that {@link SemiNmf} found again and again, into fewer and broader ones: X
 * [n, d] is about {@code W_1 W_2 ... W_L H}, W not negative. Levels are fitted one after the other,
 * then all together (without keeping W non-negative).
 */
public final class HierarchicalSnmf {
  private static final double REG = 1e-6;
  private static final int PATIENCE = 100;

  private HierarchicalSnmf() {}

  /**
   * Settings.
   *
   * @param ranks features per level, descending
   * @param sparsity share of each feature's entries that may differ from 0, at all levels
   * @param max_iter most iterations per level
   * @param tol least decrease of the squared error that counts as progress
   * @param ft_lr learning rate of the joint fit
   * @param ft_iters steps of the joint fit; 0 for none
   */
  public record Config(
      List<Integer> ranks,
      @Default("0.01") double sparsity,
      @Default("500") int max_iter,
      @Default("1e-4") double tol,
      @Default("1e-3") double ft_lr,
      @Default("500") int ft_iters) {
    /** Checks the ranges. */
    public Config {
      ranks = List.copyOf(ranks);
      if (ranks.isEmpty() || ft_iters < 0 || !(ft_lr > 0)) {
        throw new IllegalArgumentException(
            "hierarchical semi-nmf needs a rank, ft_iters >= 0 and ft_lr > 0, got %s, %d, %s"
                .formatted(ranks, ft_iters, ft_lr));
      }
    }

    SemiNmf.Config level(int index) {
      return new SemiNmf.Config(ranks.get(index), sparsity, max_iter, tol, REG, PATIENCE);
    }
  }

  /**
   * The factors of some data.
   *
   * @param weights W_1 [n, r_1], W_2 [r_1, r_2], ...
   * @param features H_1 [r_1, d], H_2 [r_2, d], ...: the features of each level; after a joint fit
   *     of the last level only
   */
  public record Levels(List<Tensor> weights, List<Tensor> features) {
    /** Copies the lists. */
    public Levels {
      weights = List.copyOf(weights);
      features = List.copyOf(features);
    }

    /**
     * How strongly each sample expresses each feature of a level: {@code W_1 ... W_l}, [n, r_l].
     *
     * @param level from 1
     */
    public Tensor activations(int level) {
      Tensor product = weights.get(0);
      for (int i = 1; i < level; i++) {
        product = product.matmul(weights.get(i));
      }
      return product;
    }

    /** {@code W_1 ... W_L H}, [n, d]. */
    public Tensor reconstruct() {
      return activations(weights.size()).matmul(features.get(features.size() - 1));
    }
  }

  /**
   * Fits level after level.
   *
   * @param x one sample per row, [n, d]
   * @param starts where each level starts: F [d, r_i], G [n, r_1] or [r_(i-1), r_i]
   * @return factors that belong to the current scope
   */
  public static Levels fit(Config config, Tensor x, List<Factors> starts) {
    if (starts.size() != config.ranks().size()) {
      throw new IllegalArgumentException(
          "%d levels need a start each, got %d".formatted(config.ranks().size(), starts.size()));
    }
    List<Tensor> weights = new ArrayList<>();
    List<Tensor> features = new ArrayList<>();
    Tensor a = x.t();
    for (int i = 0; i < starts.size(); i++) {
      Factors factors = SemiNmf.fit(config.level(i), a, starts.get(i)).factors();
      weights.add(factors.coefficients());
      features.add(factors.features().t());
      a = factors.features();
    }
    return new Levels(weights, features);
  }

  /**
   * Fits all W and the last H together: Adam on the mean squared error of the reconstruction.
   *
   * @param x [n, d]
   * @param levels from {@link #fit}; not changed
   * @return new factors, with the last level's features only, that belong to the current scope
   */
  public static Levels tune(Config config, Tensor x, Levels levels) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (int i = 0; i < levels.weights().size(); i++) {
      parameters.put("W." + (i + 1), trainable(levels.weights().get(i)));
    }
    parameters.put("H", trainable(levels.features().get(levels.features().size() - 1)));
    List<Tensor> weights = new ArrayList<>(parameters.values());
    Tensor features = weights.remove(weights.size() - 1);
    Levels tuned = new Levels(weights, List.of(features));
    var group = new ParameterGroup("factors", parameters, 1, 0);
    try (var optimizer = Adam.of(List.of(group), Adam.Config.ADAM);
        var guard = Autograd.enableGrad()) {
      for (int i = 0; i < config.ft_iters(); i++) {
        try (Scope scope = Scope.open()) {
          Tensor loss = Losses.mse(tuned.reconstruct(), x);
          var gradients = optimizer.gradients(Autograd.grad(loss, optimizer.parameters()));
          optimizer.step(config.ft_lr(), gradients);
        }
      }
      // the optimiser frees the vector that its parameters are views of
      return new Levels(
          weights.stream().map(w -> w.detach().copy()).toList(), List.of(features.detach().copy()));
    }
  }

  private static Tensor trainable(Tensor values) {
    return values.detach().copy().contiguous().requiresGrad_(true);
  }
}
