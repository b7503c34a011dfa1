package dev.melange.papers.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.report.Table.PlusMinus;
import dev.melange.report.XyChart;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * The results of trials by variant and repetition, and what a verdict needs of them: figures by
 * seed, their means and spreads, and differences of two variants with the same seeds.
 */
public final class TrialResults {
  private final Map<String, Map<Integer, ObjectNode>> trials = new LinkedHashMap<>();

  /** Without any trial yet. */
  public TrialResults() {}

  /**
   * Runs trials side by side, as {@link StudyRun#trials}.
   *
   * @param planned at least one
   */
  public static TrialResults run(StudyRun run, List<StudyRun.Planned> planned) throws IOException {
    TrialResults results = new TrialResults();
    List<ObjectNode> all = run.trials(planned);
    for (int i = 0; i < all.size(); i++) {
      results.add(planned.get(i).variant(), planned.get(i).repetition(), all.get(i));
    }
    return results;
  }

  /** Adds the result of a trial. */
  public void add(String variant, int repetition, ObjectNode result) {
    trials.computeIfAbsent(variant, name -> new TreeMap<>()).put(repetition, result);
  }

  /** The variants in the order in which they were added. */
  public Set<String> variants() {
    return trials.keySet();
  }

  /** Whether there is a trial of a variant. */
  public boolean has(String variant) {
    return trials.containsKey(variant);
  }

  /** A variant's results by repetition. */
  public Map<Integer, ObjectNode> of(String variant) {
    Map<Integer, ObjectNode> results = trials.get(variant);
    if (results == null) {
      throw new IllegalArgumentException(
          "there was no trial of '%s'; there were %s".formatted(variant, trials.keySet()));
    }
    return results;
  }

  /** The result of a variant's first repetition. */
  public ObjectNode first(String variant) {
    return of(variant).values().iterator().next();
  }

  /** A figure of all repetitions. */
  public double[] values(String variant, String figure) {
    return of(variant).values().stream().mapToDouble(r -> figure(r, figure)).toArray();
  }

  /** A figure of the repetitions {@code from .. to - 1}. */
  public double[] values(String variant, String figure, int from, int to) {
    return of(variant).entrySet().stream()
        .filter(entry -> entry.getKey() >= from && entry.getKey() < to)
        .mapToDouble(entry -> figure(entry.getValue(), figure))
        .toArray();
  }

  private static double figure(JsonNode result, String figure) {
    JsonNode value = result.get(figure);
    if (value == null) {
      throw new IllegalArgumentException("a trial has no figure '" + figure + "'");
    }
    // Jackson writes NaN as a text
    return value.isTextual() ? Double.parseDouble(value.textValue()) : value.doubleValue();
  }

  /** Mean of a figure over all repetitions. */
  public double mean(String variant, String figure) {
    return Summary.of(values(variant, figure)).mean();
  }

  /** Standard deviation of a figure over the repetitions; 0 for a single one. */
  public double spread(String variant, String figure) {
    Summary summary = Summary.of(values(variant, figure));
    return summary.count() == 1 ? 0 : summary.sd();
  }

  /** A table's cell: mean and standard deviation, or the only value. */
  public Object cell(String variant, String figure) {
    return of(variant).size() == 1
        ? (Object) mean(variant, figure)
        : new PlusMinus(mean(variant, figure), spread(variant, figure));
  }

  /** A figure of one variant less that of another in the repetitions {@code from .. to - 1}. */
  public PairedDifference difference(
      String variant, String other, String figure, int from, int to) {
    return PairedDifference.of(values(variant, figure, from, to), values(other, figure, from, to));
  }

  /** A curve of all repetitions, [repetition][point]. */
  public double[][] curves(String variant, String curve) {
    return of(variant).values().stream()
        .map(result -> numbers(result.get(curve)))
        .toArray(double[][]::new);
  }

  /**
   * Adds a figure's curve over the epochs to a chart, of all repetitions: {@code FIGURE_curve} of
   * the trials against their {@code epochs}.
   */
  public void addCurves(XyChart.Builder chart, String label, String variant, String figure) {
    chart.seeds(label, numbers(first(variant).get("epochs")), curves(variant, figure + "_curve"));
  }

  /**
   * Whether a mean difference is above 0 by more than twice its standard error; fails if it is as
   * clearly below. With fewer than three seeds nothing is shown.
   */
  public static Verdict clearlyAbove(PairedDifference difference) {
    double error = difference.summary().standardError();
    if (difference.differences().size() < 3) {
      return Verdict.DOES_NOT_SHOW;
    }
    if (difference.mean() > 2 * error) {
      return Verdict.HOLDS;
    }
    return difference.mean() < -2 * error ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  /**
   * Whether one variant is no worse than the other: the mean difference, less twice its standard
   * error, is above {@code -margin}; fails if the mean plus twice its error is below it. With fewer
   * than three seeds nothing is shown.
   */
  public static Verdict noWorse(PairedDifference difference, double margin) {
    double error = difference.summary().standardError();
    if (difference.differences().size() < 3) {
      return Verdict.DOES_NOT_SHOW;
    }
    if (difference.mean() - 2 * error >= -margin) {
      return Verdict.HOLDS;
    }
    return difference.mean() + 2 * error < -margin ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  /**
   * A difference in words, with those of all seeds.
   *
   * @param what is compared
   * @param format of a number with its sign, such as {@code %+.2f}
   */
  public static String describe(String what, PairedDifference difference, String format) {
    List<String> each =
        difference.differences().stream().map(d -> String.format(Locale.ROOT, format, d)).toList();
    return "%s: mean %s (%s; %d of %d above 0)."
        .formatted(
            what,
            String.format(Locale.ROOT, format, difference.mean()),
            String.join(", ", each),
            difference.wins(),
            each.size());
  }

  /** The numbers of a JSON array. */
  public static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(
            value ->
                value.isTextual() ? Double.parseDouble(value.textValue()) : value.doubleValue())
        .toArray();
  }

  /** Numbers as a JSON array. */
  public static ArrayNode array(double[] values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (double value : values) {
      array.add(value);
    }
    return array;
  }
}
