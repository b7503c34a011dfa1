package dev.melange.data.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.data.Golden;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenSeriesTest {
  @ParameterizedTest
  @ValueSource(strings = {"int-h", "int-t", "timef-d", "timef-h", "timef-s", "timef-t"})
  void timeFeaturesAreTheReferences(String file) throws IOException {
    Golden golden = Golden.open("time-features." + file);
    Frequency.Unit unit = Frequency.of(golden.config().get("freq").asText()).unit();
    long[] times = golden.longs("input/epoch_seconds");
    double[] features =
        golden.config().get("timeenc").asInt() == 1
            ? TimeFeatures.continuous(times, unit)
            : Arrays.stream(TimeFeatures.integers(times, unit)).asDoubleStream().toArray();
    assertThat(features).containsExactly(golden.doubles("output/features"), within(1e-12));
  }

  @Test
  void ettSplitIsTheReference() throws IOException {
    Golden golden = Golden.open("ett-split.a");
    JsonNode config = golden.config();
    double[] values = golden.doubles("input/series");
    int inputLength = config.get("seq_len").asInt();
    int horizon = config.get("pred_len").asInt();
    SeriesSplit split =
        SeriesSplit.ett(
            values.length / 2, config.get("points_per_day").asInt(), inputLength, horizon);

    assertThat(new long[] {split.train().begin(), split.valid().begin(), split.test().begin()})
        .isEqualTo(golden.longs("output/begin"));
    assertThat(new long[] {split.train().end(), split.valid().end(), split.test().end()})
        .isEqualTo(golden.longs("output/end"));
    assertThat(
            new long[] {
              split.windows(split.train()),
              split.windows(split.valid()),
              split.windows(split.test())
            })
        .isEqualTo(golden.longs("output/windows"));

    StandardScaler scaler = StandardScaler.fit(values, 2, 0, split.train().end());
    assertThat(scaler.mean()).containsExactly(golden.doubles("output/mean"), within(1e-12));
    assertThat(scaler.std()).containsExactly(golden.doubles("output/std"), within(1e-12));

    int start = split.test().begin() + config.get("probe_window").asInt();
    double[] scaled = scaler.transform(values);
    double[] x = Arrays.copyOfRange(scaled, 2 * start, 2 * (start + inputLength));
    double[] y =
        Arrays.copyOfRange(scaled, 2 * (start + inputLength), 2 * (start + inputLength + horizon));
    assertThat(x).containsExactly(golden.doubles("output/x"), within(1e-12));
    assertThat(y).containsExactly(golden.doubles("output/y"), within(1e-12));

    TimeSeries series = new TimeSeries("golden", null, null, java.util.List.of("a", "b"), values);
    Windows windows = new Windows(series, scaler, split, split.test());
    Windows.Window window =
        windows.get(config.get("probe_window").asInt(), new SplittableRandom(0));
    assertThat(window.start()).isEqualTo(start);
    for (int i = 0; i < x.length; i++) {
      assertThat(window.input()[i]).isEqualTo((float) x[i]);
    }
    for (int i = 0; i < y.length; i++) {
      assertThat(window.target()[i]).isEqualTo((float) y[i]);
    }
    assertThat(windows.marks()).isZero();
  }
}
