package dev.melange.nn;

import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Multiply-accumulate operations (MACs, half of the usual FLOP count), from the shapes of what was
 * computed.
 *
 * <p>Counted are linear layers, convolutions and transposed convolutions (padding included), matrix
 * and outer products, Einstein sums (contracted from left to right) and fused attention. Not
 * counted, as is usual: biases, element-wise functions, normalisation, pooling, resizing, Fourier
 * transforms and decompositions of matrices.
 */
public final class Macs {
  private Macs() {}

  /**
   * The MACs of what the body computes on this thread; a backward pass does not count.
   *
   * @param body for instance the forward pass of a model
   */
  public static long count(Runnable body) {
    long[] sum = new long[1];
    OperationListener.during(
        (name, result, operands) -> sum[0] += of(name, result, operands),
        () -> {
          body.run();
          return null;
        });
    return sum[0];
  }

  /**
   * The MACs of one operation.
   *
   * @param name as told by an {@link OperationListener}
   * @return 0 for an operation that is not counted
   */
  public static long of(String name, Tensor result, Tensor... operands) {
    if (name.startsWith("einsum ")) {
      return einsum(name.substring("einsum ".length()), operands);
    }
    return switch (name) {
      case "linear", "conv1d", "conv2d", "conv3d" -> result.numel() * perOutput(operands[1]);
      case "conv_transpose1d", "conv_transpose2d" -> operands[0].numel() * perOutput(operands[1]);
      case "matmul" -> result.numel() * operands[0].size(-1);
      case "outer" -> result.numel();
      case "scaled_dot_product_attention" -> attention(operands[0], operands[1], operands[2]);
      default -> 0;
    };
  }

  /** Weights that each element along the first dimension of a weight has. */
  private static long perOutput(Tensor weight) {
    return weight.dim() == 1 ? weight.numel() : weight.numel() / weight.size(0);
  }

  /** Scores of every query and key, then the weighted sum of the values. */
  private static long attention(Tensor q, Tensor k, Tensor v) {
    long queries = q.numel() / q.size(-1);
    return queries * k.size(-2) * (q.size(-1) + v.size(-1));
  }

  private static long einsum(String equation, Tensor... operands) {
    String[] sides = equation.replace(" ", "").split("->", -1);
    String[] inputs = sides[0].split(",", -1);
    Map<Integer, Long> sizes = new HashMap<>();
    List<Set<Integer>> labels = new ArrayList<>();
    for (int i = 0; i < operands.length; i++) {
      labels.add(label(inputs[i], operands[i], sizes));
    }
    long sum = 0;
    Set<Integer> current = labels.get(0);
    for (int i = 1; i < operands.length; i++) {
      current.addAll(labels.get(i));
      sum += current.stream().mapToLong(sizes::get).reduce(1, (a, b) -> a * b);
      Set<Integer> needed = new HashSet<>();
      labels.subList(i + 1, labels.size()).forEach(needed::addAll);
      current.removeIf(
          label ->
              label >= 0
                  && sides.length == 2
                  && sides[1].indexOf(label) < 0
                  && !needed.contains(label));
    }
    return sum;
  }

  /** The labels of an operand; the dimensions of an ellipsis are -1, -2, ... from the right. */
  private static Set<Integer> label(String term, Tensor operand, Map<Integer, Long> sizes) {
    Set<Integer> labels = new HashSet<>();
    int dots = term.indexOf("...");
    int before = dots < 0 ? term.length() : dots;
    int after = dots < 0 ? 0 : term.length() - dots - 3;
    int rank = operand.dim();
    for (int d = 0; d < rank; d++) {
      int label;
      if (d < before) {
        label = term.charAt(d);
      } else if (d >= rank - after) {
        label = term.charAt(term.length() - rank + d);
      } else {
        label = d - (rank - after); // -1 is the last dimension of the ellipsis
      }
      labels.add(label);
      sizes.merge(label, operand.size(d), Math::max); // a size of 1 is broadcast
    }
    return labels;
  }
}
