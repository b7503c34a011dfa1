package dev.melange.papers.seminmf;

import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.gpt.Hooks;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Pushes a language model along a direction: {@code alpha v / (||v|| + 1e-8)} is added to an
 * activation at every token (section 5 of the paper).
 *
 * @param layer the layer whose activation changes, from 0
 * @param location which of its activations
 * @param direction v, [m] for {@link Location#MLP_ACT}, [d] elsewhere
 * @param alpha how far; negative for the opposite direction
 * @param replace whether the push takes the activation's place instead of being added
 */
public record Steering(
    int layer, Location location, Tensor direction, double alpha, boolean replace) {
  private static final double EPS = 1e-8;

  /** An activation of a layer. */
  public enum Location {
    /** The MLP's neurons after the activation function, [m]. */
    MLP_ACT("mlp_post"),
    /** What the MLP adds to the residual stream, [d]. */
    MLP_OUT("mlp_out"),
    /** The residual stream after the layer, [d]. */
    RESID_POST("resid_post");

    private final String activation;

    Location(String activation) {
      this.activation = activation;
    }

    /** The activation's name in {@link Hooks}. */
    public String of(int layer) {
      return activation + "." + layer;
    }
  }

  /** The same direction, another distance. */
  public Steering withAlpha(double other) {
    return new Steering(layer, location, direction, other, replace);
  }

  /** For runs and generation that are steered. */
  public Hooks hooks() {
    return Hooks.none().replace(location.of(layer), this::apply);
  }

  private Tensor apply(Tensor x) {
    if (direction.numel() != x.size(x.dim() - 1)) {
      throw new IllegalArgumentException(
          "steering at %s needs a direction of %d numbers, got %s"
              .formatted(
                  location.of(layer), x.size(x.dim() - 1), Arrays.toString(direction.shape())));
    }
    Tensor push = direction.reshape(-1).div(direction.norm().add(EPS)).mul(alpha);
    return (replace ? x.zerosLike() : x).add(push);
  }

  /** Logits [V] of the token after a text, int64 [1, T], unsteered. */
  static Tensor next(Gpt model, Tensor ids) {
    return model.forward(ids).get(0).get(ids.size(1) - 1);
  }

  /** Logits [V] of the token after a text, int64 [1, T], steered. */
  public Tensor steered(Gpt model, Tensor ids) {
    return model.forward(ids, hooks()).get(0).get(ids.size(1) - 1);
  }

  /**
   * How much steering changes a distribution: {@code sum p (log(p + 1e-8) - log(q + 1e-8))}.
   *
   * @param base unsteered logits [..., V], of p
   * @param steered steered logits [..., V], of q
   * @return [...]
   */
  public static Tensor divergence(Tensor base, Tensor steered) {
    return divergenceOf(base.softmax(-1), steered.softmax(-1));
  }

  /** As {@link #divergence}, of probabilities. */
  static Tensor divergenceOf(Tensor p, Tensor q) {
    return p.mul(p.add(EPS).log().sub(q.add(EPS).log())).sum(-1);
  }

  /**
   * The alpha at which the next token's distribution has moved by a given divergence.
   *
   * @param model the model
   * @param ids the text, int64 [1, T]
   * @param search where to look
   * @param target divergence in nats
   * @return empty if no alpha that was tried came close enough
   */
  public OptionalDouble alphaFor(Gpt model, Tensor ids, AlphaSearch search, double target) {
    try (var guard = Autograd.noGrad();
        Scope outer = Scope.open()) {
      Tensor base = next(model, ids);
      return search.find(
          target,
          tried -> {
            try (Scope scope = Scope.open()) {
              return divergence(base, withAlpha(tried).steered(model, ids)).item();
            }
          });
    }
  }
}
