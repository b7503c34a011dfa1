package dev.melange.papers.finalmlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Component;
import dev.melange.nn.Layer;
import dev.melange.papers.Model;
import dev.melange.tensor.Rng;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameter counts of the official implementation for the fields of Frappe. */
class ParameterCountTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] NAMES = {
    "user",
    "item",
    "daytime",
    "weekday",
    "isweekend",
    "homework",
    "cost",
    "weather",
    "country",
    "city"
  };
  private static final int[] SIZES = {956, 4084, 9, 9, 4, 5, 4, 11, 82, 235};

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tabular/final-mlp | 253392 | {'mlp1_hidden_units':[400],'mlp1_dropout':0.4,"
            + "'mlp1_batch_norm':true,'mlp2_hidden_units':[100],'mlp2_dropout':0.4,"
            + "'mlp2_batch_norm':true,'fs_hidden_units':[400],'fs1_context':['user'],"
            + "'fs2_context':['item'],'num_heads':5}",
        "tabular/dual-mlp | 105992 | {'mlp1_hidden_units':[400],'mlp1_batch_norm':true,"
            + "'mlp2_hidden_units':[100],'mlp2_batch_norm':true}",
        "tabular/deepfm | 423391 | {'hidden_units':[400,400,400],'batch_norm':true}",
        "tabular/dcnv2 | 458491 | {'parallel_dnn_hidden_units':[400,400,400],'batch_norm':true,"
            + "'num_cross_layers':4}"
      })
  void matchesTheOfficialCount(String name, long expected, String config) throws Exception {
    ObjectNode json = (ObjectNode) JSON.readTree(config.replace('\'', '"'));
    for (int i = 0; i < NAMES.length; i++) {
      json.withArray("features")
          .addObject()
          .put("name", NAMES[i])
          .put("type", "categorical")
          .put("vocab_size", SIZES[i]);
    }
    Component component =
        new FinalMlpPaper()
            .components().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    try (Layer model = component.build(json, new Rng(7)).layer()) {
      assertThat(model.parameterCount()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "finalmlp_frappe, 253392",
    "dualmlp_frappe, 105992",
    "deepfm_frappe, 423391",
    "dcnv2_frappe, 458491"
  })
  void publishedModelsHaveTheOfficialCount(String name, long expected) {
    Model model =
        new FinalMlpPaper()
            .models().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    try (Layer layer = model.create(new Rng(7))) {
      assertThat(layer.parameterCount()).isEqualTo(expected);
    }
  }
}
