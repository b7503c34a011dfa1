package dev.melange.papers.bert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Configuration of {@code language/wordpiece}.
 *
 * @param lowercase whether accents are stripped and letters lower-cased
 * @param vocab the tokens; a token's position is its id
 * @param texts what to encode: strings, or pairs as lists of two strings
 */
public record WordPieceConfig(boolean lowercase, List<String> vocab, List<JsonNode> texts) {
  /** Refuses texts that are neither a string nor a pair. */
  public WordPieceConfig {
    vocab = List.copyOf(vocab);
    texts = List.copyOf(texts);
    for (JsonNode text : texts) {
      boolean pair =
          text.isArray() && text.size() == 2 && text.get(0).isTextual() && text.get(1).isTextual();
      if (!text.isTextual() && !pair) {
        throw new IllegalArgumentException(
            "texts holds strings or lists of two strings, got " + text);
      }
    }
  }

  /** The texts as inputs of the tokeniser. */
  List<WordPiece.Input> inputs() {
    List<WordPiece.Input> inputs = new ArrayList<>();
    for (JsonNode text : texts) {
      inputs.add(
          text.isTextual()
              ? WordPiece.Input.of(text.asText())
              : new WordPiece.Input(text.get(0).asText(), text.get(1).asText()));
    }
    return inputs;
  }
}
