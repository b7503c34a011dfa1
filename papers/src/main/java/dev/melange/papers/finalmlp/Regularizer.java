package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A penalty {@code l1 ||W||_1 + l2 / 2 ||W||_2^2} on weights.
 *
 * @param l1 factor of the absolute values
 * @param l2 factor of half the squares
 */
record Regularizer(double l1, double l2) {
  private static final Pattern ONE = Pattern.compile("(l1|l2)\\(([^,()]+)\\)");
  private static final Pattern BOTH = Pattern.compile("l1_l2\\(([^,()]+),([^,()]+)\\)");

  /** Reads null, a number (L2), or the text l1(a), l2(a) or l1_l2(a,b). */
  static Regularizer of(JsonNode value) {
    if (value == null || value.isNull()) {
      return new Regularizer(0, 0);
    }
    if (value.isNumber()) {
      return new Regularizer(0, value.doubleValue());
    }
    String text = value.asText().replace(" ", "");
    try {
      Matcher one = ONE.matcher(text);
      if (one.matches()) {
        double factor = Double.parseDouble(one.group(2));
        return one.group(1).equals("l1") ? new Regularizer(factor, 0) : new Regularizer(0, factor);
      }
      Matcher both = BOTH.matcher(text);
      if (both.matches()) {
        return new Regularizer(
            Double.parseDouble(both.group(1)), Double.parseDouble(both.group(2)));
      }
    } catch (NumberFormatException e) {
      throw unknown(value, e);
    }
    throw unknown(value, null);
  }

  private static IllegalArgumentException unknown(JsonNode value, Exception cause) {
    return new IllegalArgumentException(
        "a regularizer is a number, l1(a), l2(a) or l1_l2(a,b), got " + value, cause);
  }

  /** Adds the penalty of some weights to a loss. */
  Tensor addTo(Tensor loss, List<Tensor> weights) {
    Tensor sum = loss;
    for (Tensor weight : weights) {
      if (l1 != 0) {
        sum = sum.add(weight.abs().sum().mul(l1));
      }
      if (l2 != 0) {
        sum = sum.add(weight.square().sum().mul(l2 / 2));
      }
    }
    return sum;
  }
}
