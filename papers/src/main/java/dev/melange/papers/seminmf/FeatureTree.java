package dev.melange.papers.seminmf;

import dev.melange.report.Tree;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A feature of a {@linkplain HierarchicalSnmf hierarchy} and the finer ones that merge into it.
 *
 * @param level its level, from 1 (finest)
 * @param feature its number in the level
 * @param weight how much of it is in its parent; 1 for the root
 * @param contexts tokens that express it at least {@value #LEAST_SHARE} times as strongly as the
 *     strongest one, strongest first
 * @param children features of the level below, heaviest first
 */
public record FeatureTree(
    int level,
    int feature,
    double weight,
    List<ConceptFeatures.Context> contexts,
    List<FeatureTree> children) {
  /** Least strength of a context, as a share of the strongest. */
  public static final double LEAST_SHARE = 0.15;

  /** Copies the lists. */
  public FeatureTree {
    contexts = List.copyOf(contexts);
    children = List.copyOf(children);
  }

  /**
   * The tree of a feature.
   *
   * @param activations what was factored
   * @param levels its factors
   * @param level the feature's level, from 1
   * @param feature its number in the level
   * @param children how many finer features to show per feature (the paper's pictures show 3 or 4)
   * @param contexts how many tokens to show per feature
   */
  public static FeatureTree of(
      TokenActivations activations,
      HierarchicalSnmf.Levels levels,
      int level,
      int feature,
      int children,
      int contexts) {
    if (level < 1 || level > levels.weights().size()) {
      throw new IllegalArgumentException(
          "no level %d; levels are numbered 1 to %d".formatted(level, levels.weights().size()));
    }
    long rank = levels.weights().get(level - 1).size(1);
    if (feature < 0 || feature >= rank) {
      throw new IllegalArgumentException(
          "no feature %d at level %d; its features are numbered 0 to %d"
              .formatted(feature, level, rank - 1));
    }
    return of(
        activations, levels, new ConceptFeatures.Weighted(feature, 1), level, children, contexts);
  }

  private static FeatureTree of(
      TokenActivations activations,
      HierarchicalSnmf.Levels levels,
      ConceptFeatures.Weighted node,
      int level,
      int children,
      int contexts) {
    try (Scope scope = Scope.open()) {
      Tensor strengths = levels.activations(level).select(1, node.index());
      List<ConceptFeatures.Context> found =
          ConceptFeatures.strongest(activations, strengths, contexts);
      List<FeatureTree> below =
          level == 1
              ? List.of()
              : ConceptFeatures.top(
                      levels.weights().get(level - 1).select(1, node.index()), children)
                  .stream()
                  .filter(child -> child.weight() > 0)
                  .map(child -> of(activations, levels, child, level - 1, children, contexts))
                  .toList();
      return new FeatureTree(
          level,
          Math.toIntExact(node.index()),
          node.weight(),
          found.stream()
              .filter(context -> context.strength() >= LEAST_SHARE * found.get(0).strength())
              .toList(),
          below);
    }
  }

  /**
   * The tree as text for a report.
   *
   * @param text what to show for a context, such as its token
   */
  public Tree show(Function<ConceptFeatures.Context, String> text) {
    String tokens = contexts.stream().map(text).distinct().collect(Collectors.joining(" "));
    return new Tree(
        "%d.%d: %s".formatted(level, feature, tokens),
        children.stream().map(child -> child.show(text)).toList());
  }
}
