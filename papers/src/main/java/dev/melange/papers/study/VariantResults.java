package dev.melange.papers.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.report.Table.PlusMinus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Results of trials that differ in their variant and their seed. */
public final class VariantResults {
  private static final int LEAST_SEEDS = 3;

  private final Map<String, List<ObjectNode>> trials;

  private VariantResults(Map<String, List<ObjectNode>> trials) {
    this.trials = trials;
  }

  /**
   * Runs trials side by side.
   *
   * @param run of the study
   * @param planned repetitions of each variant in order
   */
  public static VariantResults of(StudyRun run, List<StudyRun.Planned> planned) throws IOException {
    run.expect(planned.size());
    List<ObjectNode> results = run.trials(planned);
    Map<String, List<ObjectNode>> trials = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      trials
          .computeIfAbsent(planned.get(i).variant(), name -> new ArrayList<>())
          .add(results.get(i));
    }
    return new VariantResults(trials);
  }

  /** A variant's results by repetition. */
  public List<ObjectNode> of(String variant) {
    return trials.get(variant);
  }

  /** The result of a variant's first repetition. */
  public ObjectNode first(String variant) {
    return of(variant).get(0);
  }

  /** A figure of all repetitions of a variant. */
  public double[] values(String variant, String figure) {
    return of(variant).stream().mapToDouble(result -> result.get(figure).asDouble()).toArray();
  }

  /** Mean and standard deviation of a figure; the deviation is 0 for a single repetition. */
  public PlusMinus summary(String variant, String figure) {
    Summary summary = Summary.of(values(variant, figure));
    return new PlusMinus(summary.mean(), summary.count() == 1 ? 0 : summary.sd());
  }

  /** A table's cell: mean and standard deviation, or the only value. */
  public Object cell(String variant, String figure) {
    PlusMinus summary = summary(variant, figure);
    return of(variant).size() == 1 ? (Object) summary.value() : summary;
  }

  /** A figure of one variant minus another's, seed by seed. */
  public PairedDifference difference(String first, String second, String figure) {
    return PairedDifference.of(values(first, figure), values(second, figure));
  }

  /**
   * Whether differences are above 0 beyond the noise of the seeds: their mean is above twice its
   * standard error (holds), below minus that (fails), or between; with less than three seeds it
   * does not show.
   */
  public static Verdict above(PairedDifference difference) {
    double error = difference.summary().standardError();
    if (difference.differences().size() < LEAST_SEEDS || Double.isNaN(error)) {
      return Verdict.DOES_NOT_SHOW;
    }
    if (difference.mean() > 2 * error) {
      return Verdict.HOLDS;
    }
    return difference.mean() < -2 * error ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
  }

  /** A sentence with all differences. */
  public static String describe(String what, PairedDifference difference) {
    List<String> each =
        difference.differences().stream().map(d -> String.format(Locale.ROOT, "%+.2f", d)).toList();
    return String.format(
        Locale.ROOT,
        "%s: mean %+.2f points (%s; %d of %d above 0).",
        what,
        difference.mean(),
        String.join(", ", each),
        difference.wins(),
        each.size());
  }

  /** The numbers of an array. */
  public static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
