package dev.melange.data.tabular;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Tokens of a categorical or list field as numbers. Index 0 is padding, {@link #oov()} (the last)
 * is for everything unknown; the tokens between are ordered by frequency, ties by first occurrence
 * (FinalMLP; the encoding of FuxiCTR).
 *
 * <p>A missing value ("na") becomes {@code oov} in a categorical field and padding in a list.
 */
public final class Vocabulary {
  /** Index of padding. */
  public static final int PAD = 0;

  /** Which side of a list is padded or cut. */
  public enum Padding {
    /** Pad in front; of a list that is too long, the end is kept. */
    PRE,
    /** Pad behind; of a list that is too long, the beginning is kept. */
    POST
  }

  /**
   * What a vocabulary keeps.
   *
   * @param maxFeatures most tokens kept, by frequency, missing values counted among them; null for
   *     all
   * @param naValue the token that means "missing"; usually the empty string
   * @param minFreq least number of occurrences of a token that is kept
   * @param splitter what separates the tokens of a list; null for a categorical field
   * @param maxLen length of encoded lists; 0 for the longest in the fitted data
   * @param padding which side of a list is padded or cut
   */
  public record Config(
      Integer maxFeatures,
      String naValue,
      int minFreq,
      String splitter,
      int maxLen,
      Padding padding) {
    /** Checks the numbers. */
    public Config {
      if (maxFeatures != null && maxFeatures < 0) {
        throw new IllegalArgumentException("max_features must not be negative, got " + maxFeatures);
      }
      if (minFreq < 0 || maxLen < 0) {
        throw new IllegalArgumentException(
            "min_freq and max_len must not be negative, got " + minFreq + " and " + maxLen);
      }
      if (splitter != null && splitter.isEmpty()) {
        throw new IllegalArgumentException("splitter must not be empty; use null for no lists");
      }
      Objects.requireNonNull(naValue, "na_value");
      Objects.requireNonNull(padding, "padding");
    }

    /** One token per value; all tokens that occur at least {@code minFreq} times. */
    public static Config categorical(int minFreq) {
      return new Config(null, "", minFreq, null, 0, Padding.PRE);
    }

    /**
     * Lists; all tokens that occur at least {@code minFreq} times, lists as long as the longest.
     */
    public static Config list(String splitter, int minFreq) {
      return new Config(null, "", minFreq, splitter, 0, Padding.PRE);
    }
  }

  private final Config config;
  private final Map<String, Integer> indices;
  private final int length;

  private Vocabulary(Config config, Map<String, Integer> indices, int length) {
    this.config = config;
    this.indices = indices;
    this.length = length;
  }

  /**
   * Learns the tokens of some values.
   *
   * @param values the field's values in the training rows
   */
  public static Vocabulary fit(Iterable<String> values, Config config) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    int longest = 0;
    for (String value : values) {
      String[] tokens = split(value, config.splitter);
      longest = Math.max(longest, tokens.length);
      for (String token : tokens) {
        counts.merge(token, 1, Integer::sum);
      }
    }
    List<Map.Entry<String, Integer>> ordered = new ArrayList<>(counts.entrySet());
    // Stable: ties stay in the order of first occurrence.
    ordered.sort(Map.Entry.comparingByValue(Collections.reverseOrder()));
    int most = config.maxFeatures == null ? ordered.size() : config.maxFeatures;
    Map<String, Integer> indices = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> entry : ordered.subList(0, Math.min(most, ordered.size()))) {
      if (entry.getValue() >= config.minFreq && !entry.getKey().equals(config.naValue)) {
        indices.put(entry.getKey(), indices.size() + 1);
      }
    }
    return new Vocabulary(config, indices, config.maxLen == 0 ? longest : config.maxLen);
  }

  /**
   * A vocabulary as it was fitted before, for instance out of a checkpoint.
   *
   * @param tokens its {@link #tokens()}
   * @param length its {@link #length()}
   */
  public static Vocabulary of(Config config, List<String> tokens, int length) {
    Map<String, Integer> indices = new HashMap<>();
    for (String token : tokens) {
      if (indices.put(token, indices.size() + 1) != null) {
        throw new IllegalArgumentException("token '" + token + "' is there twice");
      }
    }
    return new Vocabulary(config, indices, length);
  }

  private static String[] split(String value, String splitter) {
    return splitter == null ? new String[] {value} : value.split(Pattern.quote(splitter), -1);
  }

  /** The settings. */
  public Config config() {
    return config;
  }

  /** Number of indices, padding and {@code oov} included: rows of an embedding table. */
  public int size() {
    return indices.size() + 2;
  }

  /** Index of unknown tokens: the largest. */
  public int oov() {
    return indices.size() + 1;
  }

  /** Length of encoded lists; of no meaning for a categorical field. */
  public int length() {
    return length;
  }

  /** The known tokens; the token at place i has index i + 1. */
  public List<String> tokens() {
    String[] tokens = new String[indices.size()];
    indices.forEach((token, index) -> tokens[index - 1] = token);
    return List.of(tokens);
  }

  /** The index of one value of a categorical field. */
  public int encode(String value) {
    return value.equals(config.naValue) ? oov() : indices.getOrDefault(value, oov());
  }

  /** The indices of one list, padded or cut to {@link #length()}. */
  public long[] encodeList(String value) {
    String[] tokens = split(value, config.splitter);
    long[] result = new long[length];
    int kept = Math.min(tokens.length, length);
    boolean pre = config.padding == Padding.PRE;
    String[] chosen =
        pre
            ? Arrays.copyOfRange(tokens, tokens.length - kept, tokens.length)
            : Arrays.copyOf(tokens, kept);
    for (int i = 0; i < kept; i++) {
      boolean missing = chosen[i].equals(config.naValue);
      int index = missing ? PAD : indices.getOrDefault(chosen[i], oov());
      result[pre ? length - kept + i : i] = index;
    }
    return result;
  }

  /**
   * The indices of many values.
   *
   * @return n indices, or n x {@link #length()} for lists, row-major
   */
  public long[] encodeAll(List<String> values) {
    if (config.splitter == null) {
      return values.stream().mapToLong(this::encode).toArray();
    }
    long[] result = new long[values.size() * length];
    for (int i = 0; i < values.size(); i++) {
      System.arraycopy(encodeList(values.get(i)), 0, result, i * length, length);
    }
    return result;
  }
}
