package dev.melange.papers.finalmlp;

import dev.melange.component.Default;
import dev.melange.component.OneOf;

/**
 * One input field of a click model.
 *
 * @param name the field, also the name of its input
 * @param type categorical (int64 [B]), numeric (floating [B]) or sequence (int64 [B, L])
 * @param vocab_size rows of the table, padding (0) and unknown (last) included; null if numeric
 * @param max_len length of a sequence; null otherwise
 */
public record Feature(
    String name,
    @OneOf({"categorical", "numeric", "sequence"}) String type,
    @Default("null") Integer vocab_size,
    @Default("null") Integer max_len) {
  /** Checks that a field with a table says how large it is. */
  public Feature {
    if (!type.equals("numeric") && (vocab_size == null || vocab_size < 1)) {
      throw new IllegalArgumentException(
          "feature '%s' is %s and needs a vocab_size of at least 1, got %s"
              .formatted(name, type, vocab_size));
    }
  }

  /** A categorical field. */
  public static Feature categorical(String name, int vocabularySize) {
    return new Feature(name, "categorical", vocabularySize, null);
  }

  /** A numeric field. */
  public static Feature numeric(String name) {
    return new Feature(name, "numeric", null, null);
  }
}
