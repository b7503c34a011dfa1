package dev.melange.metric;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The M4 competition's table: SMAPE, MASE and OWA per group of series.
 *
 * <p>Lines are Yearly, Quarterly, Monthly, Others (Weekly, Daily and Hourly together) and Average,
 * those of which there are series. SMAPE of a group is the mean over all its values, MASE over its
 * series; Others and Average are means of the groups weighted by their numbers of series; OWA is
 * computed last, from the line's values and those of the Naive2 forecast.
 *
 * @param lines score by line, in the order above
 */
public record M4Summary(Map<String, Score> lines) {
  /** Season length in steps by group, as the competition sets it. */
  public static final Map<String, Integer> FREQUENCIES =
      Map.of("Yearly", 1, "Quarterly", 4, "Monthly", 12, "Weekly", 1, "Daily", 1, "Hourly", 24);

  /** Forecast horizon in steps by group. */
  public static final Map<String, Integer> HORIZONS =
      Map.of("Yearly", 6, "Quarterly", 8, "Monthly", 18, "Weekly", 13, "Daily", 14, "Hourly", 48);

  private static final List<String> MAIN = List.of("Yearly", "Quarterly", "Monthly");
  private static final List<String> MINOR = List.of("Weekly", "Daily", "Hourly");

  /**
   * One line.
   *
   * @param smape percent
   * @param mase ratio
   * @param owa mean of the two relative to Naive2's; below 1 beats Naive2
   */
  public record Score(double smape, double mase, double owa) {}

  private record Raw(int series, double smape, double mase, double smape2, double mase2) {}

  /** Copies the map, keeping its order. */
  public M4Summary {
    lines = Collections.unmodifiableMap(new LinkedHashMap<>(lines));
  }

  /**
   * Scores forecasts.
   *
   * @param groups group name per series: Yearly, Quarterly, Monthly, Weekly, Daily or Hourly
   * @param frequencies season length per group, usually {@link #FREQUENCIES}
   * @param forecast horizon values per series (horizons may differ)
   * @param naive2 the competition's Naive2 forecast, same shape
   * @param target the truth, same shape
   * @param insample the history per series
   */
  public static M4Summary of(
      List<String> groups,
      Map<String, Integer> frequencies,
      double[][] forecast,
      double[][] naive2,
      double[][] target,
      double[][] insample) {
    Checks.notEmpty("groups", groups.size());
    Checks.sameLength("groups", groups.size(), "forecast", forecast.length);
    Checks.sameLength("groups", groups.size(), "naive2", naive2.length);
    Checks.sameLength("groups", groups.size(), "target", target.length);
    Checks.sameLength("groups", groups.size(), "insample", insample.length);
    for (String group : groups) {
      if (!MAIN.contains(group) && !MINOR.contains(group)) {
        throw new IllegalArgumentException(
            "unknown M4 group '" + group + "', expected one of " + MAIN + " or " + MINOR);
      }
      if (!frequencies.containsKey(group)) {
        throw new IllegalArgumentException(
            "no season length for group '" + group + "', got only " + frequencies);
      }
    }
    Map<String, Raw> raw = new LinkedHashMap<>();
    for (String group : MAIN) {
      put(raw, group, members(group, groups, frequencies, forecast, naive2, target, insample));
    }
    List<Raw> minor = new ArrayList<>();
    for (String group : MINOR) {
      minor.addAll(members(group, groups, frequencies, forecast, naive2, target, insample));
    }
    put(raw, "Others", minor);
    put(raw, "Average", List.copyOf(raw.values()));
    Map<String, Score> lines = new LinkedHashMap<>();
    raw.forEach(
        (name, r) ->
            lines.put(
                name, new Score(r.smape, r.mase, (r.mase / r.mase2 + r.smape / r.smape2) / 2)));
    return new M4Summary(lines);
  }

  /**
   * The score of one line.
   *
   * @throws IllegalArgumentException if there were no series for it
   */
  public Score get(String line) {
    Score score = lines.get(line);
    if (score == null) {
      throw new IllegalArgumentException("no line '" + line + "', there are " + lines.keySet());
    }
    return score;
  }

  private static void put(Map<String, Raw> raw, String name, List<Raw> parts) {
    if (!parts.isEmpty()) {
      raw.put(name, mean(parts));
    }
  }

  // All series of a group share a horizon, so the mean over series of per-series SMAPEs is the mean
  // over all values.
  private static List<Raw> members(
      String group,
      List<String> groups,
      Map<String, Integer> frequencies,
      double[][] forecast,
      double[][] naive2,
      double[][] target,
      double[][] insample) {
    List<Raw> parts = new ArrayList<>();
    int frequency = frequencies.getOrDefault(group, 1);
    int horizon = -1;
    for (int i = 0; i < groups.size(); i++) {
      if (!groups.get(i).equals(group)) {
        continue;
      }
      if (horizon >= 0 && target[i].length != horizon) {
        throw new IllegalArgumentException(
            String.format(
                "series %d of group %s has %d target values, the others %d; a group has one horizon",
                i, group, target[i].length, horizon));
      }
      horizon = target[i].length;
      parts.add(
          new Raw(
              1,
              ForecastMetrics.smape(forecast[i], target[i]),
              ForecastMetrics.mase(forecast[i], target[i], insample[i], frequency),
              ForecastMetrics.smape(naive2[i], target[i]),
              ForecastMetrics.mase(naive2[i], target[i], insample[i], frequency)));
    }
    return parts;
  }

  private static Raw mean(List<Raw> parts) {
    int series = 0;
    double smape = 0;
    double mase = 0;
    double smape2 = 0;
    double mase2 = 0;
    for (Raw part : parts) {
      series += part.series;
      smape += part.series * part.smape;
      mase += part.series * part.mase;
      smape2 += part.series * part.smape2;
      mase2 += part.series * part.mase2;
    }
    return new Raw(series, smape / series, mase / series, smape2 / series, mase2 / series);
  }
}
