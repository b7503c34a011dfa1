package dev.melange.papers.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.Model;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
                "gpt-small", 237_312L,
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
  void keptKeysAndValuesGiveTheLogitsOfTheWholeText() {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad();
        Gpt model = new Gpt(TINY, new Rng(8))) {
      model.to(DType.F64);
      Tensor ids = Tensor.of(new long[] {3, 1, 4, 1, 5, 9, 2, 6}, 1, 8);
      Tensor whole = model.forward(ids);
      KeyValues past = new KeyValues(TINY, model.headWeight());
      Tensor first = model.forward(ids.narrow(1, 0, 3), past);
      Tensor second = model.forward(ids.narrow(1, 3, 1), past);
      Tensor third = model.forward(ids.narrow(1, 4, 4), past);
      Tensor parts = Tensor.cat(1, first, second, third);
      assertThat(parts.sub(whole).abs().max().item()).isLessThan(1e-9);
    }
  }

  @Test
  void generatesTheSameWithAndWithoutKeptKeysAndValues() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(9))) {
      model.to(DType.F64);
      Hooks identity = Hooks.none().replace("resid_post.0", x -> x);
      Sampling sampling = Sampling.temperature(1);
      // within the window, across its end, and beyond it from the start
      for (long[] prompt : new long[][] {{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}) {
        assertThat(model.generate(prompt, 6, sampling, new Rng(1)))
            .isEqualTo(model.generate(prompt, 6, sampling, identity, new Rng(1)));
      }
    }
  }

  @Test
  void foldedViewGivesTheSameLogProbabilities() {
    for (boolean tied : new boolean[] {true, false}) {
      GptConfig config = new GptConfig(11, 8, 12, 3, 3, 20, "gelu", 1e-5, true, tied);
      try (Scope scope = Scope.open();
          Gpt model = new Gpt(config, new Rng(10))) {
        model.to(DType.F64);
        Rng rng = new Rng(11);
        // initial biases and norms are trivial; folding must not depend on that
        model.state().forEach((name, tensor) -> rng.normal_(tensor.detach(), 0.5, 0.5));
        Tensor ids = Tensor.of(new long[] {3, 1, 4, 1, 5, 9, 2, 6, 5, 3}, 2, 5);
        Tensor expected = model.forward(ids).logSoftmax(-1);
        Tensor folded = new FoldedGpt(model).logProbs(ids);
        double scale = expected.abs().max().item();
        assertThat(folded.sub(expected).abs().max().item()).isLessThan(1e-8 * scale);
      }
    }
  }

  @Test
  void meanOfTokenLossesIsTheLoss() {
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(TINY, new Rng(12))) {
      Tensor ids = Tensor.of(new long[] {3, 1, 4, 1, 5, 9, 2, 6}, 2, 4);
      Tensor logits = model.forward(ids);
      Tensor losses = Gpt.tokenLosses(logits, ids);
      assertThat(losses.shape()).containsExactly(2, 3);
      assertThat(losses.mean().item()).isCloseTo(Gpt.loss(logits, ids).item(), within(1e-6));
      assertThat(Gpt.loss(logits, ids).item()).isCloseTo(Math.log(11), within(0.1));
    }
  }

  @Test
  void loadsOlderCheckpoints() {
    try (Scope scope = Scope.open();
        Gpt from = new Gpt(TINY, new Rng(13));
        Gpt to = new Gpt(TINY, new Rng(14))) {
      Map<String, Tensor> old = new LinkedHashMap<>();
      from.state().forEach((name, tensor) -> old.put(name.replace("transformer.", ""), tensor));
      old.put("h.0.attn.bias", Tensor.ones(1, 1, 8, 8));
      old.put("h.1.attn.masked_bias", Tensor.ones(1));
      old.put("lm_head.weight", from.headWeight());
      to.loadCheckpoint(old);
      Tensor ids = Tensor.of(new long[] {1, 2, 3}, 1, 3);
      assertThat(to.forward(ids).sub(from.forward(ids)).abs().max().item()).isZero();
      old.remove("h.1.attn.c_attn.bias");
      assertThatThrownBy(() -> to.loadCheckpoint(old))
          .hasMessageContaining("transformer.h.1.attn.c_attn.bias");
    }
  }

  @Test
  void samplingKeepsTheTokensItShould() {
    double[] logits = {Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05)};
    assertThat(drawn(new Sampling(1, 0, 1, 0), logits)).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
    assertThat(drawn(new Sampling(1, 2, 1, 0), logits)).containsExactlyInAnyOrder(0L, 1L);
    // 0.5 does not exceed 0.6, so the second token is kept: it is the one that crosses
    assertThat(drawn(new Sampling(1, 0, 0.6, 0), logits)).containsExactlyInAnyOrder(0L, 1L);
    assertThat(drawn(new Sampling(1, 0, 0.1, 0), logits)).containsExactly(0L);
    assertThat(new Sampling(0, 0, 1, 1).sample(logits, new long[] {0, 0}, new Rng(1))).isOne();
  }

  private static Set<Long> drawn(Sampling sampling, double[] logits) {
    Rng rng = new Rng(15);
    return IntStream.range(0, 500)
        .mapToObj(i -> sampling.sample(logits, new long[0], rng))
        .collect(Collectors.toSet());
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
