package dev.melange.papers.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.nn.Layer;
import dev.melange.papers.Model;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BertTest {
  private static final long SEED = 7;

  private static Bert tiny() {
    return new Bert(new Bert.Config(9, 8, 1, 2, 12, "gelu", 4, 2, 1e-12, "none"), new Rng(SEED));
  }

  @ParameterizedTest
  @CsvSource({
    "all-minilm-l6-v2, pooler, 22713216",
    "all-minilm-l6-v2, none, 22565376",
    "all-minilm-l6-v2, mlm, 22744506",
    "bert-base-uncased, pooler, 109482240",
    "bert-base-uncased, mlm, 109514298"
  })
  void hasThePublishedNumberOfParameters(String name, String head, long expected) {
    Model model =
        new BertPaper()
            .models().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    try (Layer layer = model.create(Map.of("head", head), new Rng(SEED))) {
      assertThat(layer.parameterCount()).isEqualTo(expected);
    }
  }

  @Test
  void startsWithAZeroPaddingRowAndUnitSentenceVectors() {
    System.out.println("seed " + SEED);
    try (Scope scope = Scope.open();
        Bert model = tiny()) {
      Tensor table = model.parameters().get("embeddings.word_embeddings.weight").detach();
      assertThat(table.select(0, 0).abs().max().item()).isZero();
      assertThat(table.select(0, 1).abs().max().item()).isPositive();
      Tensor mask = Tensor.of(new long[] {1, 1, 1}, 1, 3);
      Tensor ids = Tensor.of(new long[] {1, 2, 3}, 1, 3);
      Tensor last = model.encode(ids, mask, ids.zerosLike()).last();
      assertThat(Bert.sentenceEmbedding(last, mask).norm().item()).isBetween(0.99999, 1.00001);
    }
  }

  @Test
  void paddingChangesNothingForTheTokens() {
    try (Scope scope = Scope.open();
        Bert model = tiny()) {
      Tensor ids = Tensor.of(new long[] {1, 2}, 1, 2);
      Tensor padded = Tensor.of(new long[] {1, 2, 5}, 1, 3);
      Tensor mask = Tensor.of(new long[] {1, 1, 0}, 1, 3);
      Tensor alone = model.encode(ids, ids.onesLike(), ids.zerosLike()).last();
      Tensor beside = model.encode(padded, mask, padded.zerosLike()).last().slice(1, 0, 2);
      assertThat(alone.sub(beside).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void refusesInputsThatDoNotFit() {
    try (Scope scope = Scope.open();
        Bert model = tiny()) {
      Tensor ids = Tensor.of(new long[] {1, 9}, 1, 2);
      Tensor types = ids.zerosLike();
      assertThatThrownBy(() -> model.encode(ids, types, types))
          .hasMessageContaining("input_ids must lie in [0, 8], got [1, 9]");
      Tensor five = Tensor.of(new long[5], 1, 5);
      assertThatThrownBy(() -> model.encode(five, five, five))
          .hasMessageContaining("T from 1 to 4, got [1, 5]");
      assertThatThrownBy(() -> model.encode(types, types, five)).hasMessageContaining("[1, 2]");
      assertThatThrownBy(() -> model.predict(types)).hasMessageContaining("head=mlm");
    }
  }

  @Test
  void refusesHeadsThatDoNotDivideTheWidth() {
    Map<String, String> five = Map.of("num_attention_heads", "5");
    assertThatThrownBy(() -> Configs.with(Configs.defaults(Bert.Config.class), five))
        .hasMessageContaining("hidden_size 384 cannot be split into num_attention_heads 5");
  }
}
