package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.train.TensorBatch;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One of several policies, drawn anew for each batch.
 *
 * @param choices the policies with their probabilities, which sum to 1
 */
public record PolicySwitch(List<Choice> choices) implements MixPolicy {
  /** A policy and its probability, 0 to 1. */
  public record Choice(MixPolicy policy, double probability) {
    /** Checks the probability. */
    public Choice {
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException(
            "the probability of %s is 0 to 1, got %s".formatted(policy.name(), probability));
      }
    }
  }

  /** Checks the sum. */
  public PolicySwitch {
    choices = List.copyOf(choices);
    double sum = choices.stream().mapToDouble(Choice::probability).sum();
    if (Math.abs(sum - 1) > 1e-6) {
      throw new IllegalArgumentException(
          "the probabilities of %s sum to 1, got %s"
              .formatted(choices.stream().map(c -> c.policy().name()).toList(), sum));
    }
  }

  @Override
  public String name() {
    return choices.stream()
        .map(c -> String.format(Locale.ROOT, "%s@%s", c.policy().name(), c.probability()))
        .collect(Collectors.joining(","));
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    return draw(rng).mix(pairs, context, rng);
  }

  @Override
  public TensorBatch apply(TensorBatch batch, MixContext context, Rng rng) {
    return draw(rng).apply(batch, context, rng);
  }

  @Override
  public boolean needsWholeBatch() {
    return choices.stream().anyMatch(choice -> choice.policy.needsWholeBatch());
  }

  @Override
  public MixPolicy bind(MixSetup setup) {
    return new PolicySwitch(
        choices.stream()
            .map(choice -> new Choice(choice.policy.bind(setup), choice.probability))
            .toList());
  }

  @Override
  public MixPreview preview(TensorBatch batch, MixContext context, int classes, Rng rng) {
    return draw(rng).preview(batch, context, classes, rng);
  }

  private MixPolicy draw(Rng rng) {
    double left = rng.nextDouble();
    for (Choice choice : choices) {
      left -= choice.probability;
      if (left < 0) {
        return choice.policy;
      }
    }
    // rounding of the sum may leave a sliver
    return choices.get(choices.size() - 1).policy;
  }
}
