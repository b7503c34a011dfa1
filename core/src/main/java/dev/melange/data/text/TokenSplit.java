package dev.melange.data.text;

import dev.melange.data.DataException;
import java.util.Arrays;

/**
 * A text's tokens for training and validation: the beginning and the end, unshuffled.
 *
 * @param train the first tokens
 * @param valid the others
 */
public record TokenSplit(int[] train, int[] valid) {
  /** The first 90 % (rounded down) for training, the rest for validation. */
  public static TokenSplit of(int[] tokens) {
    int train = (int) (tokens.length * 0.9);
    if (train < 1 || train == tokens.length) {
      throw new DataException(
          "%d tokens are too few to split into training and validation; use a longer text"
              .formatted(tokens.length));
    }
    return new TokenSplit(
        Arrays.copyOf(tokens, train), Arrays.copyOfRange(tokens, train, tokens.length));
  }

  /** Same tokens. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSplit that
        && Arrays.equals(train, that.train)
        && Arrays.equals(valid, that.valid);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(train) + Arrays.hashCode(valid);
  }
}
