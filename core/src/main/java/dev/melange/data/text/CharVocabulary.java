package dev.melange.data.text;

import dev.melange.data.DataException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The distinct characters (Unicode code points) of a text in ascending order, as numbers from 0.
 */
public final class CharVocabulary {
  private final int[] characters;
  private final Map<Integer, Integer> indices = new HashMap<>();

  private CharVocabulary(int[] characters) {
    this.characters = characters;
    for (int i = 0; i < characters.length; i++) {
      indices.put(characters[i], i);
    }
  }

  /**
   * The characters that occur in a text.
   *
   * @throws DataException for an empty text
   */
  public static CharVocabulary of(String text) {
    if (text.isEmpty()) {
      throw new DataException("the text is empty; there are no characters to number");
    }
    return new CharVocabulary(text.codePoints().distinct().sorted().toArray());
  }

  /** Number of characters. */
  public int size() {
    return characters.length;
  }

  /** The characters in order: {@link #of} of it gives this vocabulary again. */
  public String characters() {
    return decode(IntStream.range(0, size()).toArray());
  }

  /**
   * A text's characters as numbers.
   *
   * @throws DataException for a character that is not in the vocabulary; names it and its place
   */
  public int[] encode(String text) {
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      Integer index = indices.get(points[i]);
      if (index == null) {
        throw new DataException(
            "character %s (U+%04X) at place %,d is not among the %d of the vocabulary; replace it"
                .formatted(
                    Character.isISOControl(points[i])
                        ? "?"
                        : "'" + Character.toString(points[i]) + "'",
                    points[i],
                    i,
                    size()));
      }
      points[i] = index;
    }
    return points;
  }

  /** The text of numbers 0 .. size - 1. */
  public String decode(int[] tokens) {
    StringBuilder text = new StringBuilder(tokens.length);
    for (int token : tokens) {
      text.appendCodePoint(characters[token]);
    }
    return text.toString();
  }

  /** Same characters. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CharVocabulary that && Arrays.equals(characters, that.characters);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(characters);
  }
}
