package dev.melange.papers.hourglassmlp;

import dev.melange.metric.Correlation;
import dev.melange.metric.ParetoFront;
import dev.melange.papers.hourglassmlp.HourglassSettings.Search;
import dev.melange.papers.hourglassmlp.HourglassSettings.Shape;
import dev.melange.papers.hourglassmlp.RestorationTrial.Kind;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The networks of the grid after training.
 *
 * @param grid what was searched
 * @param points the networks, one seed each
 */
record SearchResults(Search grid, List<Point> points) {
  private static final int POINTS_FOR_A_TREND = 4;

  /** Copies the list. */
  SearchResults {
    points = List.copyOf(points);
  }

  /**
   * A trained network.
   *
   * @param kind conventional or Hourglass
   * @param shape its widths and depth
   * @param trainable number of trainable parameters
   * @param psnr test PSNR in dB
   */
  record Point(Kind kind, Shape shape, long trainable, double psnr) {}

  private List<Point> of(Kind kind) {
    return points.stream().filter(point -> point.kind() == kind).toList();
  }

  /** The networks of a kind that none with as few parameters beats, from small to large. */
  List<Point> front(Kind kind) {
    List<Point> all = of(kind);
    List<Point> front = new ArrayList<>();
    for (int i : pareto(all).indices()) {
      front.add(all.get(i));
    }
    return front;
  }

  private static ParetoFront pareto(List<Point> points) {
    return ParetoFront.of(numbers(points, Point::trainable), numbers(points, Point::psnr));
  }

  private static double[] numbers(List<Point> points, ToDoubleFunction<Point> value) {
    return points.stream().mapToDouble(value).toArray();
  }

  /** PSNR against trainable parameters, with both fronts. */
  Chart chart() {
    XyChart.Builder chart =
        Chart.xy("Quality against size (" + grid.task().replace('_', ' ') + ")")
            .x("trainable parameters")
            .y("test PSNR (dB)")
            .logX();
    for (Kind kind : List.of(Kind.CONVENTIONAL, Kind.FIXED)) {
      List<Point> all = of(kind);
      chart.points(kind.title(), numbers(all, Point::trainable), numbers(all, Point::psnr));
    }
    for (Kind kind : List.of(Kind.CONVENTIONAL, Kind.FIXED)) {
      List<Point> front = front(kind);
      chart.line(
          kind.title() + ", best", numbers(front, Point::trainable), numbers(front, Point::psnr));
    }
    return chart.build();
  }

  /** The networks of both fronts. */
  Table table() {
    Table.Builder table =
        Table.titled("Networks that none with as few parameters beats")
            .text("shape")
            .number("skip", "%,d")
            .number("inside", "%,d")
            .number("blocks", "%d")
            .number("trainable parameters", "%,d")
            .number("PSNR (dB)", "%.2f");
    for (Kind kind : List.of(Kind.CONVENTIONAL, Kind.FIXED)) {
      for (Point point : front(kind)) {
        Shape shape = point.shape();
        table.row(
            kind.title(),
            shape.skip(),
            shape.inner(),
            shape.depth(),
            point.trainable(),
            point.psnr());
      }
    }
    return table.build();
  }

  /** What the grid says: about the fronts, and about how the best networks grow. */
  List<Finding> findings() {
    return List.of(fronts(), growth());
  }

  private Finding fronts() {
    ParetoFront hourglass = pareto(of(Kind.FIXED));
    List<String> reasons = new ArrayList<>();
    int ahead = 0;
    int behind = 0;
    for (Point point : front(Kind.CONVENTIONAL)) {
      OptionalDouble best = hourglass.within((double) point.trainable());
      if (best.isEmpty()) {
        continue;
      }
      double difference = best.getAsDouble() - point.psnr();
      ahead += difference >= PairResults.MARGIN ? 1 : 0;
      behind += difference <= -PairResults.MARGIN ? 1 : 0;
      reasons.add(
          String.format(
              Locale.ROOT,
              "With at most %,d parameters the best Hourglass reaches %.2f dB, the conventional network %.2f dB.",
              point.trainable(),
              best.getAsDouble(),
              point.psnr()));
    }
    if (reasons.isEmpty()) {
      reasons.add("No Hourglass of the grid is as small as the conventional networks.");
    }
    Verdict verdict =
        behind > 0 ? Verdict.FAILS : ahead > 0 ? Verdict.HOLDS : Verdict.DOES_NOT_SHOW;
    return new Finding(
        "At every budget of the best conventional networks the best Hourglass is at least as good (to "
            + PairResults.MARGIN
            + " dB), and better at one.",
        verdict,
        reasons,
        false);
  }

  private Finding growth() {
    List<Point> front = front(Kind.FIXED);
    String claim =
        "As the budget grows, the best Hourglass networks become deeper, with wider skip connections and narrower bottlenecks.";
    if (front.size() < POINTS_FOR_A_TREND) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of(
              "The front has %d networks; a trend needs at least %d."
                  .formatted(front.size(), POINTS_FOR_A_TREND)),
          false);
    }
    double[] size = numbers(front, Point::trainable);
    double depth = trend(size, numbers(front, point -> point.shape().depth()));
    double skip = trend(size, numbers(front, point -> point.shape().skip()));
    double inner = trend(size, numbers(front, point -> point.shape().inner()));
    boolean against = depth < 0 || skip < 0 || inner > 0;
    boolean shown = depth > 0 && skip > 0 && inner < 0;
    return new Finding(
        claim,
        shown ? Verdict.HOLDS : against ? Verdict.FAILS : Verdict.DOES_NOT_SHOW,
        List.of(
            String.format(
                Locale.ROOT,
                "Rank correlation with the number of parameters on the front of %d networks: blocks %+.2f, skip connection %+.2f, bottleneck %+.2f (0 where all are alike).",
                front.size(),
                depth,
                skip,
                inner)),
        false);
  }

  private static double trend(double[] size, double[] values) {
    boolean alike = Arrays.stream(values).allMatch(value -> value == values[0]);
    return alike ? 0 : Correlation.spearman(size, values);
  }
}
