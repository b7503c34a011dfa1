package dev.melange.mix;

import dev.melange.component.Suggestions;
import dev.melange.tensor.Engine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;

/** The policies by name. */
public final class MixPolicies {
  /** A policy's maker, and the alpha with which it did well on small images. */
  private record Entry(double alpha, DoubleFunction<MixPolicy> make) {}

  private static final Map<String, Entry> POLICIES = new LinkedHashMap<>();

  static {
    POLICIES.put("vanilla", new Entry(Double.NaN, alpha -> new Vanilla()));
    POLICIES.put("mixup", new Entry(1, Mixup::new));
    POLICIES.put("cutmix", new Entry(0.2, CutMix::new));
    POLICIES.put("manifoldmix", new Entry(2, ManifoldMix::new));
    POLICIES.put("fmix", new Entry(0.2, FMix::new));
    POLICIES.put("gridmix", new Entry(0.2, GridMix::new));
    POLICIES.put("resizemix", new Entry(1, ResizeMix::new));
    POLICIES.put("smoothmix", new Entry(Double.NaN, alpha -> new SmoothMix()));
    POLICIES.put("saliencymix", new Entry(0.2, SaliencyMix::new));
    POLICIES.put("attentivemix", new Entry(2, AttentiveMix::new));
    POLICIES.put("puzzlemix", new Entry(1, PuzzleMix::new));
  }

  private MixPolicies() {}

  /** The names, in order of their years. */
  public static List<String> names() {
    return List.copyOf(POLICIES.keySet());
  }

  /**
   * A policy from text: a name, {@code name:alpha}, or several of them with commas, of which one is
   * drawn per batch: evenly, or with {@code @probability}; what probabilities leave over is without
   * mixing. {@code cutmix:1@0.5} mixes every second batch, {@code mixup,cutmix} switches.
   *
   * @throws IllegalArgumentException for unknown names (with a suggestion) or wrong numbers
   */
  public static MixPolicy parse(String text) {
    String[] parts = text.split(",", -1);
    List<PolicySwitch.Choice> choices = new ArrayList<>();
    double sum = 0;
    for (String part : parts) {
      int at = part.indexOf('@');
      double probability =
          at < 0 ? 1.0 / parts.length : number(text, "probability", part.substring(at + 1));
      if ((at < 0) != (parts[0].indexOf('@') < 0)) {
        throw new IllegalArgumentException(
            "mixing '%s': give all policies a probability, or none".formatted(text));
      }
      sum += probability;
      choices.add(
          new PolicySwitch.Choice(
              single(text, at < 0 ? part : part.substring(0, at)), probability));
    }
    if (choices.size() == 1 && sum == 1) {
      return choices.get(0).policy();
    }
    if (sum < 1 - 1e-9) {
      choices.add(new PolicySwitch.Choice(new Vanilla(), 1 - sum));
    }
    return new PolicySwitch(choices);
  }

  private static MixPolicy single(String text, String part) {
    int colon = part.indexOf(':');
    String name = (colon < 0 ? part : part.substring(0, colon)).strip();
    Entry entry = POLICIES.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "mixing '%s': unknown policy '%s'%s; known: %s"
              .formatted(
                  text,
                  name,
                  Suggestions.didYouMean(name, POLICIES.keySet()),
                  String.join(", ", POLICIES.keySet())));
    }
    if (colon < 0) {
      return entry.make.apply(entry.alpha);
    }
    if (Double.isNaN(entry.alpha)) {
      throw new IllegalArgumentException("mixing '%s': %s has no alpha".formatted(text, name));
    }
    return entry.make.apply(number(text, "alpha", part.substring(colon + 1)));
  }

  private static double number(String text, String what, String value) {
    try {
      return Double.parseDouble(value.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "mixing '%s': %s is a number, got '%s'".formatted(text, what, value), e);
    }
  }

  /**
   * Runs small work on a worker: there libtorch has one thread, which for operations of this size
   * is faster than several that wait for each other.
   */
  static <T> T onWorker(Supplier<T> work) {
    return Engine.get().parallel(List.of(work)).get(0);
  }

  /** The policy's name in the notation of {@link #parse}. */
  static String name(String policy, double alpha) {
    return policy + ":" + (alpha == Math.rint(alpha) ? Long.toString((long) alpha) : alpha);
  }

  /** Refuses an alpha for which there is no Beta distribution. */
  static void requireAlpha(String policy, double alpha) {
    if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(policy + " expects an alpha above 0, got " + alpha);
    }
  }
}
