package dev.melange.papers.gpt;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The characters that a character-level model knows; a character's place is its token number.
 *
 * @param characters distinct, in ascending order of their code points
 */
public record CharVocabulary(String characters) {
  /** Checks the order. */
  public CharVocabulary {
    int[] points = characters.codePoints().toArray();
    for (int i = 1; i < points.length; i++) {
      if (points[i] <= points[i - 1]) {
        throw new IllegalArgumentException(
            "the characters of a vocabulary are distinct and in ascending order; U+%04X follows U+%04X"
                .formatted(points[i], points[i - 1]));
      }
    }
    if (points.length == 0) {
      throw new IllegalArgumentException("a vocabulary needs at least one character");
    }
  }

  /** All characters of a text. */
  public static CharVocabulary of(String text) {
    return new CharVocabulary(
        text.codePoints()
            .sorted()
            .distinct()
            .mapToObj(Character::toString)
            .collect(Collectors.joining()));
  }

  /** Number of characters V. */
  public int size() {
    return characters.codePointCount(0, characters.length());
  }

  /** Those characters of a text that are unknown, each once, in ascending order. */
  public String unknown(String text) {
    int[] known = points();
    return text.codePoints()
        .filter(c -> Arrays.binarySearch(known, c) < 0)
        .sorted()
        .distinct()
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  /** A text without the characters that are unknown. */
  public String known(String text) {
    int[] known = points();
    return text.codePoints()
        .filter(c -> Arrays.binarySearch(known, c) >= 0)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  /**
   * The token numbers of a text.
   *
   * @throws IllegalArgumentException if a character is unknown
   */
  public long[] encode(String text) {
    int[] known = points();
    return text.codePoints()
        .mapToLong(
            c -> {
              int at = Arrays.binarySearch(known, c);
              if (at < 0) {
                throw new IllegalArgumentException(
                    "the model does not know the character '%s' (U+%04X)"
                        .formatted(Character.toString(c), c));
              }
              return at;
            })
        .toArray();
  }

  /** The text of token numbers. */
  public String decode(long... ids) {
    int[] known = points();
    return Arrays.stream(ids)
        .mapToObj(id -> Character.toString(known[Math.toIntExact(id)]))
        .collect(Collectors.joining());
  }

  private int[] points() {
    return characters.codePoints().toArray();
  }
}
