package dev.melange.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicksTest {
  private static final double[] SPECIAL = {
    0,
    -0.0,
    1,
    -1,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    1e16,
    1e16 + 2,
    1e-300,
    0.1,
    0.3
  };

  @Test
  void linearTicksRiseAndCoverAnyRange() {
    long seed = 20260101;
    System.out.println("seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      double a = random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
      double b = random.nextInt(4) == 0 ? a * (1 + 1e-14) : random.nextGaussian() * a;
      checkLinear(a, b, 1 + random.nextInt(12));
    }
  }

  @Test
  void logTicksRiseAndCoverAnyPositiveRange() {
    long seed = 20260102;
    System.out.println("seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      double a = Math.pow(10, random.nextDouble() * 40 - 20);
      double b = a * Math.pow(10, random.nextDouble() * random.nextInt(30));
      checkLog(a, b, 1 + random.nextInt(12));
    }
  }

  @Test
  void constantMissingAndExtremeRangesHaveTicks() {
    for (double a : SPECIAL) {
      for (double b : SPECIAL) {
        checkLinear(a, b, 5);
        checkLog(a, b, 5);
      }
    }
  }

  private static void checkLinear(double a, double b, int target) {
    double[] ticks = Ticks.linear(a, b, target);
    String range = a + " to " + b + ", about " + target;
    assertThat(ticks).as(range).hasSizeBetween(2, 3 * target + 8).doesNotContain(Double.NaN);
    assertThat(ticks).as(range).isSorted().doesNotHaveDuplicates();
    if (Double.isFinite(a) && Double.isFinite(b)) {
      double low = Math.max(-Ticks.LIMIT, Math.min(Ticks.LIMIT, Math.min(a, b)));
      double high = Math.max(-Ticks.LIMIT, Math.min(Ticks.LIMIT, Math.max(a, b)));
      assertThat(ticks[0]).as(range).isLessThanOrEqualTo(low);
      assertThat(ticks[ticks.length - 1]).as(range).isGreaterThanOrEqualTo(high);
    }
    assertThat(Ticks.labels(ticks, false)).as(range).hasSameSizeAs(ticks).doesNotContain("");
  }

  private static void checkLog(double a, double b, int target) {
    double[] ticks = Ticks.log(a, b, target);
    String range = a + " to " + b + ", about " + target;
    assertThat(ticks).as(range).isSorted().doesNotHaveDuplicates();
    assertThat(ticks.length).as(range).isBetween(2, 3 * target + 12);
    assertThat(ticks[0]).as(range).isPositive().isFinite();
    assertThat(ticks[ticks.length - 1]).as(range).isFinite();
    if (a >= 1e-299 && b >= a && b <= 1e299) {
      assertThat(ticks[0]).as(range).isLessThanOrEqualTo(a);
      assertThat(ticks[ticks.length - 1]).as(range).isGreaterThanOrEqualTo(b);
    }
    assertThat(Ticks.labels(ticks, true)).as(range).hasSameSizeAs(ticks).doesNotContain("");
  }

  @Test
  void labelsOfOneAxisShareTheirDecimalsAndUnit() {
    assertThat(Ticks.labels(Ticks.linear(0, 1, 4), false))
        .containsExactly("0", "0.25", "0.50", "0.75", "1.00");
    assertThat(Ticks.labels(Ticks.linear(0, 20_000, 4), false))
        .containsExactly("0", "5k", "10k", "15k", "20k");
    assertThat(Ticks.labels(Ticks.linear(-2, 2, 4), false))
        .containsExactly("−2", "−1", "0", "1", "2");
    assertThat(Ticks.labels(Ticks.log(1e-5, 0.1, 9), true))
        .containsExactly("10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "97.24, 97.2",
    "1.5, 1.5",
    "0.1234, 0.123",
    "11915176, 11.9M",
    "-0.25, −0.25",
    "NaN, –",
    "Infinity, ∞",
    "-Infinity, −∞",
    "0.00012, 1.2×10⁻⁴",
    "123.4, 123"
  })
  void numbersAloneAreShort(double value, String expected) {
    assertThat(Ticks.number(value)).isEqualTo(expected);
  }

  @Test
  void numbersBesideOneAnotherHaveTheSameDecimals() {
    assertThat(Ticks.numbers(new double[] {97, 81.25, Double.NaN}))
        .containsExactly("97.0", "81.3", "–");
  }
}
