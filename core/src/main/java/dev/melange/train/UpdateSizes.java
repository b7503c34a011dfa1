package dev.melange.train;

import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far one optimiser step moves the parameters of each part of a model, relative to their size:
 * the norm of the change over the norm of the parameters before. About 1e-3 is usual; far more or
 * less tells of a learning rate that does not fit.
 */
final class UpdateSizes implements AutoCloseable {
  private static final int MOST_PARTS = 12;

  private final Map<String, Tensor> parameters;
  private final Map<String, Tensor> before = new LinkedHashMap<>();

  /** Remembers the parameters as they are. */
  UpdateSizes(Layer model) {
    parameters = model.parameters();
    Autograd.noGrad(
        () -> {
          parameters.forEach((name, value) -> before.put(name, value.detach().copy()));
          return before;
        });
  }

  /** The ratio of each part since then, in the model's order; parts without size are left out. */
  Map<String, Double> ratios() {
    int depth = depth();
    Map<String, double[]> sums = new LinkedHashMap<>();
    Autograd.noGrad(
        () -> {
          try (Scope scope = Scope.open()) {
            parameters.forEach(
                (name, value) -> {
                  double[] sum = sums.computeIfAbsent(part(name, depth), key -> new double[2]);
                  Tensor old = before.get(name);
                  sum[0] += Math.pow(value.detach().sub(old).norm().item(), 2);
                  sum[1] += Math.pow(old.norm().item(), 2);
                });
          }
          return sums;
        });
    Map<String, Double> ratios = new LinkedHashMap<>();
    sums.forEach(
        (part, sum) -> {
          if (sum[1] > 0 && Double.isFinite(sum[0])) {
            ratios.put(part, Math.sqrt(sum[0] / sum[1]));
          }
        });
    return ratios;
  }

  /** The deepest level of names at which there are not too many parts to be looked at. */
  private int depth() {
    int depth = 1;
    while (depth < 4 && parts(depth + 1) <= MOST_PARTS && parts(depth + 1) > parts(depth)) {
      depth++;
    }
    return depth;
  }

  private long parts(int depth) {
    return parameters.keySet().stream().map(name -> part(name, depth)).distinct().count();
  }

  /** The first pieces of a name, without that of the parameter itself. */
  static String part(String name, int depth) {
    String[] pieces = name.split("\\.");
    int count = Math.max(1, Math.min(depth, pieces.length - 1));
    return String.join(".", java.util.Arrays.copyOf(pieces, count));
  }

  @Override
  public void close() {
    before.values().forEach(Tensor::close);
  }
}
