package dev.melange.papers.mlpmixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;

/**
 * Learning rates by step: linear warm-up and cosine decay, in the three forms that published
 * recipes use.
 *
 * <ul>
 *   <li>{@code cosine-inside} (timm, Swin): the warm-up covers the first part of the cosine, so
 *       there is a small jump at its end; {@code min_lr} from {@code total} on
 *   <li>{@code cosine-after} (RaftMLP): the cosine starts where the warm-up ends
 *   <li>{@code product}: the warm-up factor times the cosine; {@code warmup} is a fraction of total
 * </ul>
 *
 * @param kind the form
 * @param lr the highest rate
 * @param min_lr the rate at the end (not used by {@code product}, which ends at 0)
 * @param warmup_lr the rate at step 0 of {@code cosine-inside}
 * @param warmup steps of warm-up; for {@code product} a fraction of total
 * @param total number of steps
 */
public record LrSchedule(
    @OneOf({"cosine-inside", "cosine-after", "product"}) String kind,
    double lr,
    @Default("0") double min_lr,
    @Default("0") double warmup_lr,
    double warmup,
    long total) {
  /** Refuses rates and lengths that make no schedule. */
  public LrSchedule {
    if (!(lr >= 0 && min_lr >= 0 && warmup_lr >= 0)) {
      throw new IllegalArgumentException(
          "rates are not negative, got lr %s, min_lr %s, warmup_lr %s"
              .formatted(lr, min_lr, warmup_lr));
    }
    double longest = kind.equals("product") ? 1 : total;
    if (total < 1 || !(warmup >= 0 && warmup <= longest)) {
      throw new IllegalArgumentException(
          "%s needs total >= 1 and warmup in [0, %s], got total %d, warmup %s"
              .formatted(kind, longest, total, warmup));
    }
  }

  /**
   * The rate of a step.
   *
   * @param step 0 before the first update
   * @throws IllegalArgumentException for a negative step
   */
  public double at(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("a step is not negative, got " + step);
    }
    double t = (double) step;
    return switch (kind) {
      case "cosine-inside" -> cosineInside(t);
      case "cosine-after" -> cosineAfter(t);
      case "product" -> product(t / total);
      default ->
          throw new IllegalArgumentException(
              "kind must be cosine-inside, cosine-after or product, got '" + kind + "'");
    };
  }

  private double cosineInside(double t) {
    if (t < warmup) {
      return warmup_lr + t * (lr - warmup_lr) / warmup;
    }
    return t < total ? min_lr + 0.5 * (lr - min_lr) * (1 + Math.cos(Math.PI * t / total)) : min_lr;
  }

  private double cosineAfter(double t) {
    if (t < warmup) {
      return lr * t / warmup;
    }
    // from the last step on the rate stays at its end instead of rising again
    return t < total
        ? lr + (min_lr - lr) / 2 * (1 - Math.cos(Math.PI * (t - warmup) / (total - warmup)))
        : min_lr;
  }

  private double product(double fraction) {
    double f = Math.min(1, fraction);
    double ramp = f < warmup ? f / warmup : 1;
    return lr * ramp * 0.5 * (1 + Math.cos(Math.PI * f));
  }
}
