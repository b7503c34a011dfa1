package dev.melange.mix;

import dev.melange.tensor.Engine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The hand-crafted policies by name. */
public final class MixPolicies {
  /** With the alpha with which each did well on small images. */
  private static final Map<String, MixPolicy> USUAL = new LinkedHashMap<>();

  static {
    USUAL.put("vanilla", new Vanilla());
    USUAL.put("mixup", new Mixup(1));
    USUAL.put("cutmix", new CutMix(0.2));
    USUAL.put("asymmetric", new AsymmetricMix(1, null, null, true));
    USUAL.put("manifoldmix", new ManifoldMix(2));
    USUAL.put("fmix", new FMix(0.2));
    USUAL.put("gridmix", new GridMix(0.2));
    USUAL.put("resizemix", new ResizeMix(1));
    USUAL.put("smoothmix", new SmoothMix());
    USUAL.put("saliencymix", new SaliencyMix(0.2));
    USUAL.put("attentivemix", new AttentiveMix(2));
    USUAL.put("puzzlemix", new PuzzleMix(1));
  }

  private static final MixNotation NOTATION = new MixNotation(USUAL);

  private MixPolicies() {}

  /** The names: those of the same kind and year stand together. */
  public static List<String> names() {
    return NOTATION.names();
  }

  /** How these policies are written; a base for notations with further ones. */
  public static MixNotation notation() {
    return NOTATION;
  }

  /**
   * A policy from text, as {@link MixNotation} describes it.
   *
   * @throws IllegalArgumentException for unknown names or keys (says which there are) or wrong
   *     values
   */
  public static MixPolicy parse(String text) {
    return NOTATION.parse(text);
  }

  /**
   * Runs small work on a worker: there libtorch has one thread, which for operations of this size
   * is faster than several that wait for each other.
   */
  static <T> T onWorker(Supplier<T> work) {
    return Engine.get().parallel(List.of(work)).get(0);
  }

  /** A policy in the notation of {@link #parse}. */
  static String name(String name, Record policy) {
    return MixNotation.describe(name, policy, (Record) USUAL.get(name));
  }

  /** Refuses an alpha for which there is no Beta distribution. */
  static void requireAlpha(String policy, double alpha) {
    if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(policy + " expects an alpha above 0, got " + alpha);
    }
  }
}
