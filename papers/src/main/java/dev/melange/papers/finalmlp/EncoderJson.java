package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An encoder as JSON: a list of fields, each with its vocabulary or its scale. */
final class EncoderJson {
  // A file may claim any length; memory for it is allocated for each row.
  private static final int LONGEST_LIST = 100_000;

  private EncoderJson() {}

  static ArrayNode write(Encoder encoder) {
    ArrayNode fields = JsonNodeFactory.instance.arrayNode();
    for (Field field : encoder.fields()) {
      ObjectNode node = fields.addObject();
      node.put("name", field.name()).put("kind", field.kind().key());
      if (field.kind() == Field.Kind.NUMERIC) {
        StandardScaler scaler = encoder.scaler(field.name());
        node.put("mean", scaler.mean()[0]).put("std", scaler.std()[0]);
      } else {
        Vocabulary vocabulary = encoder.vocabulary(field.name());
        Vocabulary.Config config = vocabulary.config();
        node.put("min_freq", config.minFreq()).put("na_value", config.naValue());
        if (config.splitter() != null) {
          node.put("splitter", config.splitter()).put("length", vocabulary.length());
          node.put("padding", config.padding().name());
        }
        ArrayNode tokens = node.putArray("tokens");
        vocabulary.tokens().forEach(tokens::add);
      }
    }
    return fields;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Encoder read(JsonNode json) {
    List<Field> fields = new ArrayList<>();
    Map<String, Vocabulary> vocabularies = new LinkedHashMap<>();
    Map<String, StandardScaler> scalers = new LinkedHashMap<>();
    for (JsonNode node : json) {
      String name = text(node, "name");
      String kind = text(node, "kind");
      if (kind.equals(Field.Kind.NUMERIC.key())) {
        fields.add(Field.numeric(name));
        double[] mean = {finite(node, "mean")};
        double[] std = {finite(node, "std")};
        scalers.put(name, new StandardScaler(mean, std));
      } else {
        boolean list = kind.equals(Field.Kind.SEQUENCE.key());
        Vocabulary.Config config =
            new Vocabulary.Config(
                null,
                text(node, "na_value"),
                (int) finite(node, "min_freq"),
                list ? text(node, "splitter") : null,
                0,
                list ? Vocabulary.Padding.valueOf(text(node, "padding")) : Vocabulary.Padding.PRE);
        List<String> tokens = new ArrayList<>();
        node.path("tokens").forEach(token -> tokens.add(token.asText()));
        fields.add(new Field(name, list ? Field.Kind.SEQUENCE : Field.Kind.CATEGORICAL, config));
        int length = list ? (int) finite(node, "length") : 1;
        if (length < 0 || length > LONGEST_LIST) {
          throw new IllegalArgumentException(
              "a field's 'length' is from 0 to %d, got %d".formatted(LONGEST_LIST, length));
        }
        vocabularies.put(name, Vocabulary.of(config, tokens, length));
      }
    }
    return Encoder.of(fields, vocabularies, scalers);
  }

  private static String text(JsonNode node, String key) {
    if (!node.path(key).isTextual()) {
      throw new IllegalArgumentException("a field's '" + key + "' is a text, got " + node.get(key));
    }
    return node.get(key).asText();
  }

  private static double finite(JsonNode node, String key) {
    if (!node.path(key).isNumber() || !Double.isFinite(node.get(key).doubleValue())) {
      throw new IllegalArgumentException(
          "a field's '" + key + "' is a number, got " + node.get(key));
    }
    return node.get(key).doubleValue();
  }
}
