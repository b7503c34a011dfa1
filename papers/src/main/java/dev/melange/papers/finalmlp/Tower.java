package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.nn.Activation;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Dropout;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.Sequential;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The MLP of all click models: per hidden layer Linear, batch norm if asked for, activation, and
 * dropout if its rate is positive; then a Linear to the outputs if there are any. Each part takes
 * one index of {@code mlp.<index>}.
 */
public final class Tower extends UnaryLayer {
  private final Sequential mlp;
  private final int width;

  /**
   * A tower.
   *
   * @param in width of the input
   * @param hidden widths of the hidden layers
   * @param activations one name for all hidden layers, or a list of one each
   * @param dropout one rate for all hidden layers, or a list of one each
   * @param out width of the last Linear; 0 for none
   */
  public Tower(
      int in,
      int[] hidden,
      JsonNode activations,
      JsonNode dropout,
      boolean batchNorm,
      int out,
      Rng rng) {
    List<UnaryLayer> parts = new ArrayList<>();
    int last = in;
    for (int i = 0; i < hidden.length; i++) {
      parts.add(linear(last, hidden[i], true, rng));
      last = hidden[i];
      if (batchNorm) {
        parts.add(new BatchNorm(last));
      }
      JsonNode name = each(activations, "activation", i, hidden.length);
      if (!name.isTextual()) {
        throw new IllegalArgumentException("an activation is a name, got " + name);
      }
      parts.add(activation(name.asText(), last));
      JsonNode rate = each(dropout, "dropout rate", i, hidden.length);
      if (!rate.isNumber()) {
        throw new IllegalArgumentException("a dropout rate is a number, got " + rate);
      }
      if (rate.doubleValue() != 0) {
        parts.add(new Dropout(rate.doubleValue()));
      }
    }
    if (out > 0) {
      parts.add(linear(last, out, true, rng));
      last = out;
    }
    width = last;
    mlp = child("mlp", new Sequential(parts.toArray(UnaryLayer[]::new)));
  }

  private static JsonNode each(JsonNode value, String what, int layer, int layers) {
    if (!value.isArray()) {
      return value;
    }
    if (value.size() != layers) {
      throw new IllegalArgumentException(
          "one %s per hidden layer (%d), got %s".formatted(what, layers, value));
    }
    return value.get(layer);
  }

  /** A Linear as all of this family start: Xavier normal weight, zero bias. */
  static Linear linear(int in, int out, boolean bias, Rng rng) {
    Linear linear = new Linear(in, out, bias, rng);
    Init.xavierNormal(linear.weight(), 1, rng);
    if (bias) {
      Init.constant(linear.bias(), 0);
    }
    return linear;
  }

  private static UnaryLayer activation(String name, int units) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "softmax" -> new Softmax();
      case "prelu" -> new Prelu(units);
      case "dice" -> new Dice(units);
      default -> Activation.of(name).layer();
    };
  }

  /** Width of the output. */
  public int width() {
    return width;
  }

  @Override
  public Tensor forward(Tensor x) {
    return mlp.forward(x);
  }

  private static final class Softmax extends UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
      return x.softmax(-1);
    }
  }

  /** One learned slope per unit, 0.1 at the start. */
  private static final class Prelu extends UnaryLayer {
    private final Tensor weight;

    Prelu(int units) {
      weight = parameter("weight", Init.constant(Tensor.empty(units), 0.1));
    }

    @Override
    public Tensor forward(Tensor x) {
      return Nn.prelu(x, weight);
    }
  }

  /** {@code p x + alpha (1 - p) x} with p the sigmoid of the normalised x. */
  private static final class Dice extends UnaryLayer {
    private final BatchNorm norm;
    private final Tensor alpha;

    Dice(int units) {
      norm = child("bn", new BatchNorm(units, 1e-9, 0.01, false));
      alpha = parameter("alpha", Tensor.zeros(units));
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor p = norm.forward(x).sigmoid();
      return p.mul(x).add(p.rsub(1).mul(alpha).mul(x));
    }
  }
}
