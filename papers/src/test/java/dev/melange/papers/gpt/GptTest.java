package dev.melange.papers.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.papers.Model;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GptTest {
  private static final GptConfig TINY = GptConfig.of(11, 8, 12, 2, 3);

  @Test
  void countsParametersOfAllVariants() {
    Map<String, Long> counts =
        new GptPaper()
            .models().stream()
                .collect(
                    Collectors.toMap(
                        Model::name, model -> ((GptConfig) model.config()).parameterCount()));
    assertThat(counts)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "gpt2", 124_439_808L,
                "gpt2-medium", 354_823_168L,
                "gpt2-large", 774_030_080L,
                "gpt2-xl", 1_557_611_200L,
                "char-small", 818_048L,
                "char-medium", 1_816_896L,
                "char-large", 10_770_816L));
  }

  @Test
  void formulaCountsTheParametersOfABuiltModel() {
    for (boolean tied : new boolean[] {true, false}) {
      GptConfig config = new GptConfig(65, 16, 24, 2, 4, 40, "relu", 1e-5, false, tied);
      try (Gpt model = new Gpt(config, new Rng(1))) {
        assertThat(model.parameterCount()).isEqualTo(config.parameterCount());
      }
    }
  }

  @Test
  void replacedActivationIsSeenDownstreamOnly() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(2))) {
      Tensor ids = Tensor.of(new long[] {1, 2, 3, 4}, 1, 4);
      Hooks plain = Hooks.caching();
      model.forward(ids, plain);
      Hooks hooks = Hooks.caching().replace("mlp_post.0", x -> x.add(1.0));
      model.forward(ids, hooks);
      assertThat(distance(plain, hooks, "resid_mid.0")).isZero();
      assertThat(distance(plain, hooks, "resid_post.0")).isPositive();
      assertThat(distance(plain, hooks, "resid_post.1")).isPositive();
    }
  }

  @Test
  void replacedMlpWritesWhatItReturns() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(3))) {
      Hooks hooks = Hooks.caching().replaceMlp(1, Tensor::zerosLike);
      model.forward(Tensor.of(new long[] {1, 2, 3}, 1, 3), hooks);
      Tensor mid = hooks.cache().get("resid_mid.1");
      Tensor post = hooks.cache().get("resid_post.1");
      assertThat(mid.sub(post).abs().max().item()).isZero();
    }
  }

  @Test
  void greedyGenerationTakesTheLikeliestToken() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(4))) {
      long[] text = model.generate(new long[] {5}, 12, Sampling.greedy(), new Rng(5));
      assertThat(text).hasSize(13).startsWith(5);
      Tensor logits = model.forward(Tensor.of(new long[] {5}, 1, 1));
      assertThat(text[1]).isEqualTo((long) logits.get(0).get(0).argmax(0).item());
      long[] top1 = model.generate(new long[] {5}, 12, new Sampling(1, 1, 1, 0), new Rng(6));
      assertThat(top1).isEqualTo(text);
    }
  }

  @Test
  void refusesUnknownActivationsAndLongInputs() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(7))) {
      Tensor ids = Tensor.of(new long[] {1, 2}, 1, 2);
      assertThatThrownBy(() -> model.forward(ids, Hooks.none().replace("mlp_post.2", x -> x)))
          .hasMessageContaining("mlp_post.2");
      assertThatThrownBy(() -> model.forward(Tensor.of(new long[9], 1, 9)))
          .hasMessageContaining("8");
    }
  }

  private static double distance(Hooks a, Hooks b, String name) {
    return a.cache().get(name).sub(b.cache().get(name)).abs().max().item();
  }
}
