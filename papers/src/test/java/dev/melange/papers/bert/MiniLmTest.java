package dev.melange.papers.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.data.DataException;
import dev.melange.nn.Layer;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MiniLmTest {
  private static MiniLm model;

  @BeforeAll
  static void load() throws IOException {
    model = MiniLm.load();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  @Test
  void computesWhatTheExportedModelComputes() throws IOException {
    JsonNode cases;
    try (InputStream in = MiniLmTest.class.getResourceAsStream("minilm-facts.json")) {
      cases = new ObjectMapper().readTree(in).get("cases");
    }
    assertThat(cases).hasSize(5);
    for (JsonNode fact : cases) {
      String text = fact.get("text").asText();
      try (Scope scope = Scope.open();
          var guard = Autograd.noGrad()) {
        WordPiece.Batch batch =
            model.tokenizer().encodeBatch(List.of(WordPiece.Input.of(text)), 512);
        double[] ids = numbers(fact.get("ids"));
        assertThat(batch.ids().get(0).toLongs())
            .as(text)
            .containsExactly(java.util.Arrays.stream(ids).mapToLong(id -> (long) id).toArray());
        Tensor last = model.encoder().encode(batch.ids(), batch.mask(), batch.types()).last();
        assertThat(doubles(last.get(0).get(0)))
            .as(text)
            .containsExactly(numbers(fact.get("last_hidden_state_first_row")), within(1e-4));
        assertThat(doubles(Bert.sentenceEmbedding(last, batch.mask()).get(0)))
            .as(text)
            .containsExactly(numbers(fact.get("embedding")), within(1e-4));
        assertThat(doubles(model.embedOne(text, 512)))
            .as(text)
            .containsExactly(numbers(fact.get("embedding")), within(1e-4));
      }
    }
  }

  private static double[] doubles(Tensor tensor) {
    return tensor.to(dev.melange.tensor.DType.F64).toDoubles();
  }

  @Test
  void findsParaphrasesAlike() {
    try (Scope scope = Scope.open()) {
      Tensor vectors =
          model.embed(
              List.of(
                  "A man is eating food.",
                  "A man is eating a piece of bread.",
                  "The new movie is awesome."));
      double[] cosines = vectors.matmul(vectors.get(0).unsqueeze(1)).reshape(-1).toDoubles();
      assertThat(cosines[0]).isCloseTo(1, within(1e-5));
      assertThat(cosines[1]).isGreaterThan(0.6);
      assertThat(cosines[2]).isLessThan(0.3);
    }
  }

  @Test
  void isLoadedByName() throws IOException {
    try (Layer layer = Catalogue.model("minilm").load()) {
      assertThat(layer.parameterCount()).isEqualTo(22_565_376);
      assertThat(layer.isTraining()).isFalse();
    }
    assertThatThrownBy(() -> Catalogue.model("bert-base-uncased").load())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weights of bert-base-uncased do not come with the library");
  }

  @Test
  void refusesWhatIsNoExport() {
    byte[] text = "not a model".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> OnnxEncoder.read("x.onnx", new ByteArrayInputStream(text)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.onnx is not an ONNX file");
  }
}
