package dev.melange.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesCsvTest {
  private static TimeSeries read(String text) throws IOException {
    return read(text, SeriesCsv.Options.DETECT);
  }

  private static TimeSeries read(String text, SeriesCsv.Options options) throws IOException {
    return SeriesCsv.read(Source.of("power.csv", text.getBytes(StandardCharsets.UTF_8)), options);
  }

  private static void refuses(String text, String... parts) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void readsDatesHeaderAndMissingValues() throws IOException {
    TimeSeries series = read("date,OT,load\n2016-07-01 00:00:00,1.5,2\n2016-07-01 01:00:00,,NaN\n");
    assertThat(series.columns()).containsExactly("OT", "load");
    assertThat(series.values()).containsExactly(1.5, 2, Double.NaN, Double.NaN);
    assertThat(series.times()).contains(new long[] {1467331200, 1467334800});
    assertThat(series.frequency()).contains(Frequency.of("h"));
    assertThat(series.missing()).isEqualTo(2);
  }

  @Test
  void readsNumbersWithoutHeaderOrDates() throws IOException {
    TimeSeries series = read("0.7855,1.6110\n0.7818,1.6100\n");
    assertThat(series.columns()).containsExactly("0", "1");
    assertThat(series.rows()).isEqualTo(2);
    assertThat(series.times()).isEmpty();
    assertThat(series.frequency()).isEmpty();
  }

  @Test
  void readsGzip() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write("a\n1\n2\n".getBytes(StandardCharsets.UTF_8));
    }
    Source whole = Source.of("x.gz", out.toByteArray());
    assertThat(SeriesCsv.read(whole, SeriesCsv.Options.DETECT).values()).containsExactly(1, 2);
    Source cut = Source.of("x.gz", java.util.Arrays.copyOf(out.toByteArray(), out.size() - 9));
    assertThatThrownBy(() -> SeriesCsv.read(cut, SeriesCsv.Options.DETECT))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.gz: the gzip data are damaged or cut off");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2016-07-01 00:00:00|2016-07-01 00:15:00|15t",
        "2016-07-01T00:00:00Z|2016-07-01T01:00:00Z|h",
        "2016-07-01T02:00:00+02:00|2016-07-01T03:00:00+02:00|h",
        "2016-07-01 00:00:00.000|2016-07-01 00:00:01.000|s",
        "2016-07-01 0:00|2016-07-01 1:00|h",
        "2016/07/01|2016/07/02|d",
        "01.07.2016 00:00|01.07.2016 00:01|t",
        "13/7/2016|20/7/2016|w",
        "7/13/2016|7/14/2016|d",
        "2016-07|2016-08|m",
        "2016-07-01|2017-07-01|a",
        "1 Jul 2016|2 Jul 2016|d",
        "1467331200|1467334800|h",
        "1467331200000|1467334800000|h",
        "20160701|20160702|d"
      })
  void recognisesDates(String first, String second, String frequency) throws IOException {
    TimeSeries series = read("timestamp,x\n" + first + ",1\n" + second + ",2\n");
    assertThat(series.columns()).containsExactly("x");
    assertThat(series.frequency()).contains(Frequency.of(frequency));
  }

  @Test
  void inferencesGoBeyondTheFirstStep() throws IOException {
    assertThat(read("d,x\n2021-01-31,1\n2021-02-28,1\n2021-03-31,1\n").frequency())
        .contains(Frequency.of("m"));
    assertThat(read("d,x\n2021-01-07,1\n2021-01-08,1\n2021-01-11,1\n").frequency())
        .contains(Frequency.of("b"));
    assertThat(read("d,x\n2021-02-01,1\n2021-03-01,1\n2021-04-01,1\n").frequency())
        .contains(Frequency.of("m"));
  }

  @Test
  void choosesColumnsAndDateFormat() throws IOException {
    SeriesCsv.Options options = new SeriesCsv.Options("when", List.of("b"), "d/M/uuuu");
    TimeSeries series = read("a;when;b\n1;01/02/2020;3\n2;02/02/2020;4\n", options);
    assertThat(series.columns()).containsExactly("b");
    assertThat(series.values()).containsExactly(3, 4);
    assertThat(series.frequency()).contains(Frequency.of("d"));
    assertThatThrownBy(() -> read("a,b\n1,2\n", new SeriesCsv.Options(null, List.of("OT"), null)))
        .isInstanceOf(DataException.class)
        .hasMessage("power.csv has no column 'OT'; it has a, b");
  }

  @Test
  void putsInTheRowsThatAFrequencyAsksFor() throws IOException {
    SeriesCsv.Options daily = new SeriesCsv.Options(null, null, null, Frequency.of("d"));
    TimeSeries series = read("d,x\n2021-01-01,1\n2021-01-02,2\n2021-01-05,5\n", daily);
    assertThat(series.values()).containsExactly(1, 2, Double.NaN, Double.NaN, 5);
    assertThat(series.times().orElseThrow()).hasSize(5);
    assertThat(series.frequency()).contains(Frequency.of("d"));
    SeriesCsv.Options monthly = new SeriesCsv.Options(null, null, null, Frequency.of("m"));
    assertThat(read("d,x\n2021-01-31,1\n2021-03-31,3\n", monthly).values())
        .containsExactly(1, Double.NaN, 3);
    assertThatThrownBy(() -> read("d,x\n2021-01-01,1\n2021-01-02 12:00,2\n", daily))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("line 3: 2021-01-02 12:00:00 is not a whole number of steps of 'd'");
    assertThatThrownBy(() -> read("a,x\n1,1\n2,2\n", daily))
        .hasMessage(
            "power.csv has no column of dates, so its rows cannot be spaced by 'd'; it has a, x");
  }

  @Test
  void refusesWhatIsNotASeries() {
    refuses("", "power.csv is empty");
    refuses("\n \n", "power.csv is empty");
    refuses("date,x\n", "has a header (date, x) but no rows");
    refuses("x,x\n1,2\n", "names a column twice");
    refuses("x,y\n1,2\n3\n", "power.csv line 3 has 1 cells; expected 2 (x, y)");
    refuses("x,y\n1,2\n3,abc\n", "power.csv line 3, column 'y': 'abc' is not a number");
    refuses("x\n1\nInfinity\n", "line 3, column 'x': Infinity is not finite");
    refuses("x\n1\n1f\n", "'1f' is not a number");
    refuses("date\n2016-07-01\n2016-07-02\n", "no column of values");
  }

  @Test
  void refusesDatesThatAreNotInEvenOrder() {
    refuses("date,x\n2016-07-02,1\n2016-07-01,2\n", "line 3: date 2016-07-01", "sort the file");
    refuses("date,x\n2016-07-01,1\n2016-07-01,2\n", "line 3: date 2016-07-01", "there twice");
    refuses(
        "date,x\n2016-07-01,1\n2016-07-02,2\n2016-07-03,2\n2016-07-05,3\n",
        "line 5: 2016-07-05 00:00:00 follows 2016-07-03 00:00:00",
        "1 day apart");
    refuses("date,x\n2016-07-01,1\nsoon,2\n", "line 3, column 'date': 'soon' is not a date");
    refuses("date,x\n2016-07-01,1\n2016-02-30,2\n", "line 3, column 'date': '2016-02-30'");
    refuses("date,x\n1/2/2016,1\n1/3/2016,2\n", "can be read as M/d/uuuu and as d/M/uuuu");
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    byte[] latin = "x\n1\nü\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> SeriesCsv.read(Source.of("x.csv", latin), SeriesCsv.Options.DETECT))
        .isInstanceOf(DataException.class)
        .hasMessage("x.csv is not UTF-8 text: byte 0xfc at offset 4; convert it to UTF-8");
  }

  @Test
  void damagedFilesGiveOneClearError() throws IOException {
    long seed = System.nanoTime();
    System.out.println("SeriesCsvTest seed " + seed);
    Random random = new Random(seed);
    byte[] good =
        "date,a,b\n2016-07-01 00:00:00,1,\"2\"\n2016-07-01 01:00:00,,3\n2016-07-01 02:00:00,4,5\n"
            .getBytes(StandardCharsets.UTF_8);
    byte[] alphabet = ",;\"\n\r\t0123456789-:. aNTZ\u0000ü".getBytes(StandardCharsets.UTF_8);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = java.util.Arrays.copyOf(good, 1 + random.nextInt(good.length));
      for (int n = random.nextInt(4); n > 0; n--) {
        bad[random.nextInt(bad.length)] = alphabet[random.nextInt(alphabet.length)];
      }
      try {
        TimeSeries series = SeriesCsv.read(Source.of("bad.csv", bad), SeriesCsv.Options.DETECT);
        assertThat(series.values()).hasSize(series.rows() * series.columns().size());
        read++;
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("bad.csv");
      }
    }
    assertThat(read).isPositive();
  }

  private static List<TimeSeries> all(String csv, SeriesCsv.Options options) throws IOException {
    return SeriesCsv.readAll(Source.of("s.csv", csv.getBytes(StandardCharsets.UTF_8)), options);
  }

  private static SeriesCsv.Options of(String frequency, Resample resample, String id) {
    return new SeriesCsv.Options(
        null, null, null, frequency == null ? null : Frequency.of(frequency), resample, id);
  }

  @Test
  void readsSeveralSeriesOneBelowTheOther() throws IOException {
    String csv = "day,shop,x\n1/2/2021,b,1\n1/2/2021,a,5\n2/2/2021,b,2\n13/2/2021,a,6\n";
    List<TimeSeries> series = all(csv, of(null, null, "shop"));
    assertThat(series).extracting(TimeSeries::name).containsExactly("b", "a");
    assertThat(series.get(0).values()).containsExactly(1, 2);
    assertThat(series.get(1).values()).containsExactly(5, 6);
    assertThat(series.get(1).columns()).containsExactly("x");
    // days before months: the 13th tells, though series b alone would not
    assertThat(series.get(0).frequency().orElseThrow().code()).isEqualTo("d");
    assertThat(series.get(1).frequency().orElseThrow().code()).isEqualTo("12d");
    assertThatThrownBy(() -> all(csv, of(null, null, "store")))
        .hasMessageContaining("has no column of series 'store'");
    assertThatThrownBy(() -> all(csv.replace(",a,6", ",,6"), of(null, null, "shop")))
        .hasMessageContaining("line 5, column 'shop' is empty");
    assertThatThrownBy(() -> all(csv.replace("2/2/2021,b", "1/2/2021,b"), of(null, null, "shop")))
        .hasMessageContaining("line 4: date 2021-02-01", "there twice");
  }

  @Test
  void joinsUnevenRowsToEvenSteps() throws IOException {
    String csv =
        "time,x\n2021-01-01 00:10,1\n2021-01-01 00:10,3\n2021-01-01 00:50,8\n2021-01-01 02:00,5\n";
    TimeSeries mean = all(csv, of("h", Resample.MEAN, null)).get(0);
    assertThat(mean.values()).containsExactly(4, Double.NaN, 5);
    assertThat(mean.times().orElseThrow()[0] % 3600).isZero();
    assertThat(all(csv, of("h", Resample.SUM, null)).get(0).get(0, 0)).isEqualTo(12);
    assertThat(all(csv, of("h", Resample.MIN, null)).get(0).get(0, 0)).isEqualTo(1);
    assertThat(all(csv, of("h", Resample.MAX, null)).get(0).get(0, 0)).isEqualTo(8);
    assertThat(all(csv, of("h", Resample.FIRST, null)).get(0).get(0, 0)).isEqualTo(1);
    assertThat(all(csv, of("h", Resample.LAST, null)).get(0).get(0, 0)).isEqualTo(8);
    assertThatThrownBy(() -> of(null, Resample.MEAN, null))
        .hasMessageContaining("needs the frequency");
    assertThatThrownBy(
            () -> all("time,x\n2021-01-02,1\n2021-01-01,2\n", of("d", Resample.SUM, null)))
        .hasMessageContaining("sort the file");
  }

  @Test
  void stepsBeginAtRoundTimes() {
    long noon = 1_614_600_000; // Monday, 2021-03-01 12:00
    assertThat(Frequency.show(Frequency.of("15t").floor(noon + 1000)))
        .isEqualTo("2021-03-01 12:15:00");
    assertThat(Frequency.show(Frequency.of("w").floor(noon + 6 * 86_400)))
        .isEqualTo("2021-03-01 00:00:00");
    assertThat(Frequency.show(Frequency.of("b").floor(noon + 6 * 86_400)))
        .isEqualTo("2021-03-05 00:00:00");
    assertThat(Frequency.show(Frequency.of("3m").floor(noon))).isEqualTo("2021-01-01 00:00:00");
    assertThat(Frequency.show(Frequency.of("a").floor(noon))).isEqualTo("2021-01-01 00:00:00");
  }
}
