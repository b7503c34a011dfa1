package dev.melange.report;

import java.util.ArrayList;
import java.util.Arrays;
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
    double a = finite(low, finite(high, 0));
    double b = finite(high, finite(low, 1));
    double lo = Math.min(a, b);
    double hi = Math.max(a, b);
    if (lo == hi) {
      double half = lo == 0 ? 0.5 : Math.abs(lo) * 0.05;
      lo -= half;
      hi += half;
    }
    // Below this step neighbouring ticks would be the same double.
    double least = Math.max(1 / LIMIT, Math.ulp(Math.max(Math.abs(lo), Math.abs(hi))) * 8);
    double step = niceStep(Math.max((hi - lo) / Math.max(1, target), 2 * least));
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
        // Within the range of a double; only strides of many decades reach beyond it.
        candidates.add(digit * Math.pow(10, Math.max(-307, Math.min(307, exponent))));
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
    boolean powers = Arrays.stream(ticks).anyMatch(t -> t < 0.999e-3 || t >= 1e6);
    for (int i = 0; i < ticks.length; i++) {
      labels[i] =
          !log
              ? linearLabel(ticks[i], max, step)
              : powers ? scientific(ticks[i], 2) : number(ticks[i]);
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
    int decimals = rounded >= 100 ? 0 : rounded >= 10 ? 1 : rounded >= 1 ? 2 : 3;
    return fixed(scaled, decimals, true) + " kMG".substring(unit, unit + 1).strip();
  }

  /** Numbers beside one another: as {@link #number}, with the same number of decimals on all. */
  static String[] numbers(double[] values) {
    String[] texts = new String[values.length];
    int decimals = 0;
    for (int i = 0; i < values.length; i++) {
      texts[i] = number(values[i]);
      int dot = texts[i].indexOf('.');
      decimals = Math.max(decimals, dot < 0 ? 0 : texts[i].length() - dot - 1);
    }
    if (Arrays.stream(texts).allMatch(t -> t.matches("−?[0-9.]+|–"))) {
      for (int i = 0; i < values.length; i++) {
        texts[i] = Double.isNaN(values[i]) ? texts[i] : fixed(values[i], decimals, false);
      }
    }
    return texts;
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
    // The nearest nice step on a logarithmic scale.
    double nice =
        mantissa < 1.45 ? 1 : mantissa < 2.25 ? 2 : mantissa < 3.5 ? 2.5 : mantissa < 7 ? 5 : 10;
    return nice * power;
  }

  private static double finite(double value, double otherwise) {
    return Double.isFinite(value) ? Math.max(-LIMIT, Math.min(LIMIT, value)) : otherwise;
  }
}
