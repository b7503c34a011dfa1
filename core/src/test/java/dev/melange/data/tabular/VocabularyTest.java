package dev.melange.data.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.data.Golden;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
  @ParameterizedTest
  @ValueSource(strings = {"max", "minfreq", "plain", "sequence", "sequence-post"})
  void isTheReferences(String file) throws IOException {
    Golden golden = Golden.open("ctr-vocab." + file);
    JsonNode json = golden.config();
    Vocabulary.Config config =
        new Vocabulary.Config(
            json.get("max_features").isNull() ? null : json.get("max_features").asInt(),
            json.get("na_value").asText(),
            json.get("min_freq").asInt(),
            json.get("splitter").isNull() ? null : json.get("splitter").asText(),
            json.get("max_len").asInt(),
            Vocabulary.Padding.valueOf(json.get("padding").asText().toUpperCase(Locale.ROOT)));
    Vocabulary vocabulary = Vocabulary.fit(strings(json.get("fit")), config);

    assertThat(vocabulary.encodeAll(strings(json.get("encode"))))
        .isEqualTo(golden.longs("output/ids"));
    assertThat(vocabulary.size()).isEqualTo((int) golden.longs("output/vocab_size")[0]);
    assertThat(vocabulary.oov()).isEqualTo((int) golden.longs("output/oov")[0]);

    Vocabulary again = Vocabulary.of(vocabulary.config(), vocabulary.tokens(), vocabulary.length());
    assertThat(again.encodeAll(strings(json.get("encode")))).isEqualTo(golden.longs("output/ids"));
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(node -> strings.add(node.asText()));
    return strings;
  }

  @Test
  void missingValuesTakeASlot() {
    Vocabulary.Config config = new Vocabulary.Config(2, "", 1, null, 0, Vocabulary.Padding.PRE);
    Vocabulary vocabulary = Vocabulary.fit(List.of("", "", "", "a", "a", "b"), config);
    assertThat(vocabulary.tokens()).containsExactly("a");
  }

  @Test
  void missingTokensInsideAListArePadding() {
    Vocabulary vocabulary = Vocabulary.fit(List.of("a||b"), Vocabulary.Config.list("|", 1));
    assertThat(vocabulary.encodeList("b||a")).containsExactly(2, 0, 1);
  }

  @Test
  void refusesAnEmptySplitter() {
    assertThatThrownBy(() -> Vocabulary.Config.list("", 1))
        .hasMessageContaining("splitter must not be empty");
  }
}
