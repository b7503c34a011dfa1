package dev.melange.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void ratioSplitIsSeventyTenTwenty() {
    SeriesSplit split = SeriesSplit.ratio(7588, 96, 96);
    assertThat(split.train()).isEqualTo(new SeriesSplit.Part(0, 5311));
    assertThat(split.valid()).isEqualTo(new SeriesSplit.Part(5311 - 96, 7588 - 1517));
    assertThat(split.test()).isEqualTo(new SeriesSplit.Part(7588 - 1517 - 96, 7588));
    assertThat(split.windows(split.test())).isEqualTo(1517 - 96 + 1);
  }

  @Test
  void refusesHorizonsLongerThanTheData() {
    assertThatThrownBy(() -> SeriesSplit.ratio(500, 96, 96))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("500 rows are too few for input length 96 and horizon 96");
    assertThatThrownBy(() -> SeriesSplit.ett(14_399, 24, 96, 96))
        .hasMessageContaining("14,400 rows at 24 a day; the series has 14,399");
  }

  @Test
  void scalesBackAndForthAndLeavesConstantsAlone() {
    StandardScaler scaler = StandardScaler.fit(new double[] {1, 5, 3, 5, 1000, 7}, 2, 0, 2);
    assertThat(scaler.mean()).containsExactly(2, 5);
    assertThat(scaler.std()).containsExactly(1, 1);
    double[] values = {1, 5, 4, 6};
    assertThat(scaler.transform(values)).containsExactly(-1, 0, 2, 1);
    assertThat(scaler.invert(scaler.transform(values))).containsExactly(values);
  }

  @Test
  void refusesToScaleMissingValues() throws IOException {
    TimeSeries series =
        SeriesCsv.read(
            Source.of("x.csv", "a,b\n1,2\n3,\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            SeriesCsv.Options.DETECT);
    assertThatThrownBy(() -> StandardScaler.fit(series, 0, 2))
        .isInstanceOf(DataException.class)
        .hasMessage("x.csv: column 'b' has no value in row 1; fill missing values first");
  }

  @Test
  void fillsMissingValues() {
    double nan = Double.NaN;
    TimeSeries series =
        new TimeSeries("s", null, null, List.of("a"), new double[] {nan, 2, nan, nan, 8, nan});
    assertThat(series.missing()).isEqualTo(4);
    assertThat(series.filled(TimeSeries.Fill.LINEAR).values())
        .containsExactly(new double[] {2, 2, 4, 6, 8, 8}, within(1e-12));
    assertThat(series.filled(TimeSeries.Fill.FORWARD).values()).containsExactly(2, 2, 2, 2, 8, 8);
    assertThatThrownBy(
            () ->
                new TimeSeries("s", null, null, List.of("a"), new double[] {nan})
                    .filled(TimeSeries.Fill.LINEAR))
        .hasMessageContaining("'a' has no value at all");
  }

  @Test
  void weeklyMonthlyAndBusinessDayFeatures() {
    // 2016-12-31 is a Saturday in ISO week 52, day 366 of its year.
    long[] time = {1483142400L};
    assertThat(TimeFeatures.continuous(time, Frequency.Unit.WEEK))
        .containsExactly(new double[] {0.5, 51 / 52.0 - 0.5}, within(1e-12));
    assertThat(TimeFeatures.continuous(time, Frequency.Unit.MONTH)).containsExactly(0.5);
    assertThat(TimeFeatures.continuous(time, Frequency.Unit.BUSINESS_DAY))
        .containsExactly(new double[] {5 / 6.0 - 0.5, 0.5, 0.5}, within(1e-12));
    assertThatThrownBy(() -> TimeFeatures.continuous(time, Frequency.Unit.YEAR))
        .hasMessageContaining("no time features");
  }

  @Test
  void frequenciesHaveSeasons() {
    assertThat(Frequency.of("h").season()).isEqualTo(24);
    assertThat(Frequency.of("15t").season()).isEqualTo(96);
    assertThat(Frequency.of("7h").season()).isEqualTo(1);
    assertThat(Frequency.of("d").season()).isEqualTo(7);
    assertThat(Frequency.of("3m").season()).isEqualTo(4);
    assertThat(Frequency.of("a").season()).isEqualTo(1);
  }

  @Test
  void frequenciesHaveCodes() {
    assertThat(Frequency.of("15t")).isEqualTo(new Frequency(Frequency.Unit.MINUTE, 15));
    assertThat(Frequency.of("15min").code()).isEqualTo("15t");
    assertThat(Frequency.of("h").toString()).isEqualTo("h");
    assertThatThrownBy(() -> Frequency.of("fortnight")).hasMessageContaining("unknown frequency");
  }
}
