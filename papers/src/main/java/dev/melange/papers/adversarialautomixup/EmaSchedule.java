package dev.melange.papers.adversarialautomixup;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import java.util.Arrays;

/**
 * The share of its old weights that a teacher keeps at each iteration: a warm-up, then half a
 * cosine that counts from iteration 0, not from the end of the warm-up, then {@code end}.
 *
 * @param base share at first
 * @param end share at last
 * @param scope where the cosine begins and ends, as parts of the run
 * @param warming_up share before that: {@code constant} base, or {@code linear} from base to end
 * @param max_iters iterations of the run
 */
public record EmaSchedule(
    @Default("0.999") double base,
    @Default("0.999999") double end,
    @Default("[0.1, 1.0]") double[] scope,
    @Default("\"constant\"") @OneOf({"constant", "linear"}) String warming_up,
    int max_iters) {
  /** Refuses what is no schedule. */
  public EmaSchedule {
    if (!(base >= 0 && base <= 1 && end >= 0 && end <= 1)) {
      throw new IllegalArgumentException(
          "base and end are shares in [0, 1], got %s and %s".formatted(base, end));
    }
    if (scope.length != 2 || !(scope[0] >= 0 && scope[0] <= scope[1] && scope[1] > 0)) {
      throw new IllegalArgumentException(
          "scope is [begin, end] with 0 <= begin <= end, got " + Arrays.toString(scope));
    }
    if (max_iters < 1) {
      throw new IllegalArgumentException("max_iters is 1 or more, got " + max_iters);
    }
  }

  /**
   * The share at an iteration.
   *
   * @param iteration counted from 0
   */
  public double momentum(long iteration) {
    long first = (long) (max_iters * scope[0]);
    long last = scope[1] >= 1 ? max_iters : (long) (max_iters * scope[1]);
    if (iteration < first) {
      return warming_up.equals("constant")
          ? base
          : end - (end - base) * (double) (first - iteration) / (double) first;
    }
    if (iteration > last || last == 0) {
      return end;
    }
    double turn = Math.PI * (double) iteration / (double) last;
    return end - (end - base) * (Math.cos(turn) + 1) / 2;
  }
}
