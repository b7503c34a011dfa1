package dev.melange.papers.finalmlp;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Vocabulary;
import java.util.List;

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

  /** The fields of an encoder, in order. */
  public static List<Feature> of(Encoder encoder) {
    return encoder.fields().stream()
        .map(
            field -> {
              if (field.kind() == Field.Kind.NUMERIC) {
                return numeric(field.name());
              }
              Vocabulary vocabulary = encoder.vocabulary(field.name());
              boolean list = field.kind() == Field.Kind.SEQUENCE;
              return new Feature(
                  field.name(),
                  field.kind().key(),
                  vocabulary.size(),
                  list ? vocabulary.length() : null);
            })
        .toList();
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
