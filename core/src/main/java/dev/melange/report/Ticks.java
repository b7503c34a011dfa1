package dev.melange.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Tick positions and labels. Ticks rise strictly and, for any input, the first is at or below the
 * least value and the last at or above the greatest, so that an axis from first to last holds all
 * data.
 */
final class Ticks {
  /** Finite values beyond this are clamped: no chart needs them and differences would overflow. */
  static final double LIMIT = 1e300;

  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  private Ticks() {}

  /**
   * Evenly spaced ticks with steps of 1, 2, 2.5 or 5 times a power of ten; about {@code target}.
   */
  static double[] linear(double low, double high, int target) {
    double lo = finite(Math.min(low, high), 0);
    double hi = finite(Math.max(low, high), 1);
    if (lo == hi) {
      double half = lo == 0 ? 0.5 : Math.abs(lo) * 0.05;
      lo -= half;
      hi += half;
    }
    // Below this step neighbouring ticks would be the same double.
    double least = Math.ulp(Math.max(Math.abs(lo), Math.abs(hi))) * 8;
    double step = niceStep(Math.max((hi - lo) / Math.max(1, target), least));
    long first = (long) Math.floor(lo / step);
    long last = (long) Math.ceil(hi / step);
    double[] ticks = new double[(int) (last - first) + 1];
    for (int i = 0; i < ticks.length; i++) {
      ticks[i] = (first + i) * step;
    }
    // Division rounds: at extreme magnitudes the outer ticks may miss the data by an ulp.
    ticks[0] = Math.min(ticks[0], lo);
    ticks[ticks.length - 1] = Math.max(ticks[ticks.length - 1], hi);
    return ticks;
  }

  /** Powers of ten, with 2 and 5 (or all digits) between them when the data span few decades. */
  static double[] log(double low, double high, int target) {
    double lo = low > 0 ? finite(low, 1) : 1;
    double hi = high > 0 ? finite(high, 10) : 10;
    lo = Math.max(1 / LIMIT, Math.min(lo, hi));
    hi = Math.max(lo, hi);
    int first = (int) Math.floor(Math.log10(lo)) - 1;
    int last = (int) Math.ceil(Math.log10(hi)) + 1;
    double decades = Math.log10(hi) - Math.log10(lo);
    int[] digits =
        decades < 0.7
            ? new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9}
            : decades < 2 ? new int[] {1, 2, 5} : new int[] {1};
    int stride = Math.max(1, (int) Math.ceil(decades / Math.max(1, target)));
    List<Double> candidates = new ArrayList<>();
    for (int exponent = Math.floorDiv(first, stride) * stride;
        exponent <= last + stride;
        exponent += stride) {
      for (int digit : digits) {
        candidates.add(digit * Math.pow(10, exponent));
      }
    }
    int from = 0;
    while (from + 1 < candidates.size() && candidates.get(from + 1) <= lo) {
      from++;
    }
    int to = from + 1;
    while (to + 1 < candidates.size() && candidates.get(to) < hi) {
      to++;
    }
    return candidates.subList(from, to + 1).stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Labels of one axis: the same number of decimals on all, thousands as k, M, G. */
  static String[] labels(double[] ticks, boolean log) {
    String[] labels = new String[ticks.length];
    double max = 0;
    double step = Double.MAX_VALUE;
    for (int i = 0; i < ticks.length; i++) {
      max = Math.max(max, Math.abs(ticks[i]));
      step = i == 0 ? step : Math.min(step, ticks[i] - ticks[i - 1]);
    }
    for (int i = 0; i < ticks.length; i++) {
      labels[i] = log ? logLabel(ticks[i]) : linearLabel(ticks[i], max, step);
    }
    return labels;
  }

  /** A number alone (bar ends, heat-map cells): up to three significant digits, – for a gap. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : "−∞";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e12)) {
      return scientific(value, 1);
    }
    int unit = size >= 999_500_000 ? 3 : size >= 999_500 ? 2 : size >= 10_000 ? 1 : 0;
    double scaled = value / Math.pow(1000, unit);
    double rounded = Math.abs(scaled);
    int decimals =
        unit == 0 && rounded >= 100
            ? 0
            : rounded >= 100 ? 0 : rounded >= 10 ? 1 : rounded >= 1 ? 2 : 3;
    return fixed(scaled, decimals, true) + " kMG".substring(unit, unit + 1).strip();
  }

  private static String linearLabel(double tick, double max, double step) {
    if (max >= 1e12 || (max > 0 && max < 1e-3)) {
      return tick == 0 ? "0" : scientific(tick, 2);
    }
    int unit = max >= 1e9 ? 3 : max >= 1e6 ? 2 : max >= 1e4 ? 1 : 0;
    double divisor = Math.pow(1000, unit);
    int decimals = 0;
    double scaled = step / divisor;
    while (decimals < 9 && Math.abs(scaled - Math.rint(scaled)) > 1e-6 * Math.max(1, scaled)) {
      scaled *= 10;
      decimals++;
    }
    return tick == 0
        ? "0"
        : fixed(tick / divisor, decimals, false) + " kMG".substring(unit, unit + 1).strip();
  }

  private static String logLabel(double tick) {
    if (tick >= 1e-3 && tick < 1e4) {
      return fixed(tick, 3, true);
    }
    return scientific(tick, 0);
  }

  private static String scientific(double value, int decimals) {
    int exponent = (int) Math.floor(Math.log10(Math.abs(value)) + 1e-9);
    double mantissa = value / Math.pow(10, exponent);
    if (!Double.isFinite(mantissa)) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    String power = "10" + superscript(exponent);
    String digits = fixed(mantissa, decimals, true);
    return digits.equals("1") ? power : digits.equals("−1") ? "−" + power : digits + "×" + power;
  }

  private static String superscript(int exponent) {
    var out = new StringBuilder(exponent < 0 ? "⁻" : "");
    for (char digit : Integer.toString(Math.abs(exponent)).toCharArray()) {
      out.append(SUPERSCRIPTS.charAt(digit - '0'));
    }
    return out.toString();
  }

  private static String fixed(double value, int decimals, boolean trim) {
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    if (trim && text.indexOf('.') >= 0) {
      text = text.replaceFirst("\\.?0+$", "");
    }
    return text.startsWith("-")
        ? (text.matches("-0(\\.0*)?") ? "0" : "−" + text.substring(1))
        : text;
  }

  private static double niceStep(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    double mantissa = step / power;
    for (double nice : new double[] {1, 2, 2.5, 5}) {
      if (mantissa <= nice * (1 + 1e-9)) {
        return nice * power;
      }
    }
    return 10 * power;
  }

  private static double finite(double value, double otherwise) {
    return Double.isFinite(value) ? Math.max(-LIMIT, Math.min(LIMIT, value)) : otherwise;
  }
}
