package dev.melange.papers.seminmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.gpt.GptConfig;
import dev.melange.papers.gpt.Hooks;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConceptFeaturesTest {
  private static final GptConfig TINY = GptConfig.of(6, 8, 12, 2, 3);
  private static final List<List<Long>> CORPUS =
      List.of(List.of(0L, 1L, 2L, 3L), List.of(0L, 4L, 1L, 2L), List.of(0L, 1L, 5L));

  /** Feature 0 is strong at token 1, feature 1 at token 2; token 0 is left out. */
  private static ConceptFeatures planted() {
    double[] one = {3, 0, 0, 0, 2, 0, 1, 0};
    double[] two = {0, 4, 0, 0, 0, 5, 0, 0};
    Tensor g = Tensor.stack(1, Tensor.of(one), Tensor.of(two));
    Tensor f = Tensor.of(new double[] {0, 3, -4, 0, 2, 0}, 2, 3).t();
    Tensor values = g.matmul(f.t());
    List<TokenActivations.Token> tokens =
        List.of(at(0, 1), at(0, 2), at(0, 3), at(1, 1), at(1, 2), at(1, 3), at(2, 1), at(2, 2));
    return new ConceptFeatures(new TokenActivations(values, CORPUS, tokens), new Factors(f, g));
  }

  private static TokenActivations.Token at(int sentence, int position) {
    return new TokenActivations.Token(sentence, position);
  }

  @Test
  void listsContextsStrongestFirstWithoutSilentTokens() {
    try (Scope scope = Scope.open()) {
      ConceptFeatures features = planted();
      List<ConceptFeatures.Context> contexts = features.contexts(0, 25);
      assertThat(contexts)
          .extracting(ConceptFeatures.Context::token)
          .containsExactly(at(0, 1), at(1, 2), at(2, 1));
      assertThat(contexts)
          .extracting(ConceptFeatures.Context::strength)
          .containsExactly(3.0, 2.0, 1.0);
      assertThat(features.window(contexts.get(1), 1)).containsExactly(4L, 1L, 2L);
      assertThat(features.window(contexts.get(2), 15)).containsExactly(0L, 1L, 5L);
      assertThat(features.purity(0, 25)).isEqualTo(1);
    }
  }

  @Test
  void describesFeaturesByNeuronsAndDirection() {
    try (Scope scope = Scope.open()) {
      ConceptFeatures features = planted();
      assertThat(features.neurons(0, 3))
          .containsExactly(new ConceptFeatures.Weighted(2, -4), new ConceptFeatures.Weighted(1, 3));
      assertThat(features.direction(0).toDoubles())
          .containsExactly(new double[] {0, 0.6, -0.8}, within(1e-12));
      assertThatThrownBy(() -> features.direction(2)).hasMessageContaining("0 to 1");
    }
  }

  @Test
  void conceptIsWhatFollows() {
    try (Scope scope = Scope.open()) {
      NextTokens concept = planted().concept(0, 25, 6);
      double[] next = concept.concept().toDoubles();
      // tokens 2, 2 and 5 follow; one more observation is spread as in the corpus
      double[] marginal = concept.marginal().toDoubles();
      assertThat(next[2]).isCloseTo((2 + marginal[2]) / 4, within(1e-12));
      assertThat(next[5]).isCloseTo((1 + marginal[5]) / 4, within(1e-12));
      assertThat(concept.concept().sum().item()).isCloseTo(1, within(1e-12));
      assertThat(marginal[0]).isCloseTo(4.0 / 17, within(1e-12));
      assertThat(concept.information()).isPositive();
      assertThat(concept.lift(concept.marginal())).isNegative();
    }
  }

  @Test
  void activationsAreThoseOfTheModelInOrderOfTheCorpus() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(1))) {
      TokenActivations found =
          TokenActivations.of(model, CORPUS, 1, Steering.Location.MLP_ACT, id -> id == 0);
      assertThat(found.values().shape()).containsExactly(8, 48);
      assertThat(found.tokens()).element(3).isEqualTo(at(1, 1));
      assertThat(found.id(3)).isEqualTo(4);
      Hooks hooks = Hooks.caching();
      model.forward(Tensor.of(new long[] {0, 1, 5}, 1, 3), hooks);
      Tensor last = hooks.cache().get("mlp_post.1").get(0).get(2);
      assertThat(found.values().get(7).sub(last).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void fitsFeaturesOfAModelAndSaysWhatTheyPromote() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(2))) {
      TokenActivations activations =
          TokenActivations.of(model, CORPUS, 0, Steering.Location.MLP_ACT, id -> id == 0);
      ConceptFeatures features =
          ConceptFeatures.fit(
              activations, new SemiNmf.Config(3, 0.5, 100, 1e-9, 1e-6, 100), new Rng(3));
      assertThat(features.factors().explainedVariance(activations.values().t())).isPositive();
      List<ConceptFeatures.Weighted> up = features.promoted(model, 0, 1, false, 6);
      List<ConceptFeatures.Weighted> down = features.promoted(model, 0, 1, true, 6);
      assertThat(up).hasSize(6);
      // the final normalisation is odd in its input and its shift is 0 in a new model
      assertThat(up.get(0).index()).isEqualTo(down.get(5).index());
      Tensor direction = features.direction(1);
      assertThat(direction.norm().item()).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void treeShowsTheFeaturesThatMerge() {
    try (Scope scope = Scope.open()) {
      ConceptFeatures features = planted();
      Tensor first = features.factors().coefficients();
      Tensor second = Tensor.of(new double[] {0.5, 2}, 2, 1);
      TokenActivations activations =
          new TokenActivations(
              Tensor.zeros(DType.F64, Device.CPU, 8, 3),
              CORPUS,
              List.of(
                  at(0, 1), at(0, 2), at(0, 3), at(1, 1), at(1, 2), at(1, 3), at(2, 1), at(2, 2)));
      var levels = new HierarchicalSnmf.Levels(List.of(first, second), List.of(Tensor.zeros(1, 3)));
      FeatureTree tree = FeatureTree.of(activations, levels, 2, 0, 3, 4);
      assertThat(tree.children()).extracting(FeatureTree::feature).containsExactly(1, 0);
      assertThat(tree.children()).extracting(FeatureTree::weight).containsExactly(2.0, 0.5);
      // strengths 10, 8, then 1.5 which reaches 0.15 of the strongest, then 1 which does not
      assertThat(tree.contexts()).hasSize(3);
      assertThat(tree.show(context -> "t" + activations.id(context.row())).label())
          .isEqualTo("2.0: t2 t1");
      assertThatThrownBy(() -> FeatureTree.of(activations, levels, 3, 0, 3, 4))
          .hasMessageContaining("1 to 2");
    }
  }
}
