package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.train.TensorBatch;
import java.util.Locale;

/**
 * A policy that mixes during a part of the training only: mixup that is stopped early, for
 * instance. How far the training is stands in the {@link MixContext}.
 *
 * @param policy the policy
 * @param from share of the training at which it begins, 0 to 1
 * @param until share of the training at which it ends, from {@code from} to 1
 */
public record ScheduledMix(MixPolicy policy, double from, double until) implements MixPolicy {
  /** Refuses what is no part of a training. */
  public ScheduledMix {
    if (!(from >= 0 && from <= until && until <= 1)) {
      throw new IllegalArgumentException(
          "%s mixes from one share of the training until another, 0 <= from <= until <= 1, got from %s until %s"
              .formatted(policy.name(), from, until));
    }
  }

  @Override
  public String name() {
    String inner = policy.name();
    StringBuilder text = new StringBuilder(inner);
    char separator = inner.indexOf(':') < 0 ? ':' : ',';
    if (from > 0) {
      text.append(String.format(Locale.ROOT, "%sfrom=%s", separator, from));
      separator = ',';
    }
    return text.append(String.format(Locale.ROOT, "%suntil=%s", separator, until)).toString();
  }

  /** Whether it mixes now. */
  public boolean isOn(MixContext context) {
    double share = context.progress().share();
    return share >= from && (share < until || until == 1);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    return current(context).mix(pairs, context, rng);
  }

  @Override
  public TensorBatch apply(TensorBatch batch, MixContext context, Rng rng) {
    return current(context).apply(batch, context, rng);
  }

  private MixPolicy current(MixContext context) {
    return isOn(context) ? policy : new Vanilla();
  }

  @Override
  public boolean usesNetwork() {
    return policy.usesNetwork();
  }

  @Override
  public boolean needsWholeBatch() {
    return policy.needsWholeBatch();
  }

  @Override
  public MixPolicy bind(MixSetup setup) {
    return new ScheduledMix(policy.bind(setup), from, until);
  }

  /** As the policy itself shows a batch, whatever the training's progress. */
  @Override
  public MixPreview preview(TensorBatch batch, MixContext context, int classes, Rng rng) {
    return policy.preview(batch, context, classes, rng);
  }
}
