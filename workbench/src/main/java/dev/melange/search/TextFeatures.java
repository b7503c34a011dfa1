package dev.melange.search;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.en.EnglishAnalyzer;

/**
 * Texts as weights of their words and pairs of neighbouring words: sub-linear term frequency (1 +
 * ln tf) times smoothed inverse document frequency (1 + ln((1 + n) / (1 + df))), each text of
 * Euclidean length 1. Accents and case do not count, the commonest English words are left out.
 */
final class TextFeatures {
  /** At most so many features; those of most occurrences are kept. */
  static final int MOST = 20_000;

  /** In collections from this size on a feature must occur in {@value #LEAST} texts. */
  static final int LARGE = 500;

  static final int LEAST = 5;

  private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{N}]+");

  private final List<String> names;
  private final List<Row> rows;

  /**
   * A text's features that are not 0.
   *
   * @param features ascending
   * @param values as many
   */
  record Row(int[] features, double[] values) {
    /** The scalar product with weights of all features. */
    double times(double[] weights) {
      double sum = 0;
      for (int i = 0; i < features.length; i++) {
        sum += values[i] * weights[features[i]];
      }
      return sum;
    }
  }

  private TextFeatures(List<String> names, List<Row> rows) {
    this.names = names;
    this.rows = rows;
  }

  private static final class Count {
    private int texts;
    private int times;
  }

  /** The features of some texts, which are the collection that frequencies are counted in. */
  static TextFeatures of(List<String> texts) {
    List<Map<String, Integer>> counted = new ArrayList<>();
    Map<String, Count> counts = new HashMap<>();
    for (String text : texts) {
      Map<String, Integer> terms = terms(text);
      terms.forEach(
          (term, times) -> {
            Count count = counts.computeIfAbsent(term, name -> new Count());
            count.texts++;
            count.times += times;
          });
      counted.add(terms);
    }
    int least = texts.size() < LARGE ? 1 : LEAST;
    List<String> names =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue().texts >= least)
            .sorted(
                Comparator.<Map.Entry<String, Count>>comparingInt(entry -> -entry.getValue().times)
                    .thenComparing(Map.Entry::getKey))
            .limit(MOST)
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    Map<String, Integer> ids = new HashMap<>();
    double[] idf = new double[names.size()];
    for (int i = 0; i < idf.length; i++) {
      ids.put(names.get(i), i);
      idf[i] = 1 + Math.log((1.0 + texts.size()) / (1.0 + counts.get(names.get(i)).texts));
    }
    return new TextFeatures(names, counted.stream().map(terms -> row(terms, ids, idf)).toList());
  }

  private static Row row(Map<String, Integer> terms, Map<String, Integer> ids, double[] idf) {
    TreeMap<Integer, Double> values = new TreeMap<>();
    terms.forEach(
        (term, times) -> {
          Integer id = ids.get(term);
          if (id != null) {
            values.put(id, (1 + Math.log(times)) * idf[id]);
          }
        });
    double norm = Math.sqrt(values.values().stream().mapToDouble(value -> value * value).sum());
    return new Row(
        values.keySet().stream().mapToInt(Integer::intValue).toArray(),
        values.values().stream().mapToDouble(value -> value / norm).toArray());
  }

  /** Words and pairs of a text with how often each occurs. */
  private static Map<String, Integer> terms(String text) {
    String plain =
        Normalizer.normalize(text, Normalizer.Form.NFKD)
            .replaceAll("\\p{M}", "")
            .toLowerCase(Locale.ROOT);
    Map<String, Integer> terms = new HashMap<>();
    String before = null;
    Matcher words = WORD.matcher(plain);
    while (words.find()) {
      String word = words.group();
      if (EnglishAnalyzer.getDefaultStopSet().contains(word)) {
        continue;
      }
      terms.merge(word, 1, Integer::sum);
      if (before != null) {
        terms.merge(before + " " + word, 1, Integer::sum);
      }
      before = word;
    }
    return terms;
  }

  /** How many features there are. */
  int size() {
    return names.size();
  }

  /** The word or pair of words of a feature. */
  String name(int feature) {
    return names.get(feature);
  }

  /** The feature of a word or pair; -1 if there is none. */
  int feature(String name) {
    return Math.max(-1, Collections.binarySearch(names, name));
  }

  /** The texts' features, in the order of the texts. */
  List<Row> rows() {
    return rows;
  }
}
