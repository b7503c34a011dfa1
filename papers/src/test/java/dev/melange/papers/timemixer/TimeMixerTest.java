package dev.melange.papers.timemixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.nn.Layer;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeMixerTest {
  @ParameterizedTest
  @CsvSource({
    "etth1, 75497, 93161, 119657, 190313",
    "etth2, 75497, 93161, 119657, 190313",
    "ettm1, 75497, 93161, 119657, 190313",
    "ettm2, 77769, 95433, 121929, 192585",
    "weather, 104433, 122097, 148593, 219249",
    "electricity, 106833, 124497, 150993, 221649",
    "traffic, 120745, 138409, 164905, 235561"
  })
  void hasThePublishedNumbersOfParameters(String data, long h96, long h192, long h336, long h720) {
    assertThat(
            new long[] {
              count(data + "_96"), count(data + "_192"), count(data + "_336"), count(data + "_720")
            })
        .containsExactly(h96, h192, h336, h720);
  }

  @ParameterizedTest
  @CsvSource({"m4_monthly, 22069"})
  void hasThePublishedNumberOfParametersForM4(String data, long expected) {
    assertThat(count(data)).isEqualTo(expected);
  }

  private static long count(String name) {
    try (Layer model = Catalogue.model("timemixer_" + name).create(new Rng(0))) {
      return model.parameterCount();
    }
  }

  @Test
  void givesAsManyChannelsAsItTakesUnlessToldOtherwise() throws IOException {
    JsonNode json = new ObjectMapper().readTree("{\"enc_in\": 3}");
    assertThat(Configs.read(TimeMixerConfig.class, json).c_out()).isEqualTo(3);
    JsonNode other = new ObjectMapper().readTree("{\"enc_in\": 3, \"c_out\": 7}");
    assertThatThrownBy(() -> Configs.read(TimeMixerConfig.class, other))
        .hasMessageContaining("c_out must equal enc_in, got 7 and 3");
  }

  @Test
  void forecastsOfTheScalesAddUp() {
    TimeMixerConfig config = TimeMixerConfig.of("long_term_forecast", 16, 5, 2, 4, 8, 1, 2);
    Scope.run(
        () -> {
          try (TimeMixer model = new TimeMixer(config, new Rng(1))) {
            Inputs in = new Inputs(Map.of("x_enc", new Rng(2).normal(3, 16, 2)), false);
            Tensor sum = model.scaleForecasts(in).stream().reduce(Tensor::add).orElseThrow();
            assertThat(sum.sub(model.forward(in)).abs().max().item()).isLessThan(1e-6);
            var mixing = model.mixing(in);
            assertThat(mixing.season()).hasSize(3);
            assertThat(mixing.mixedTrend().get(2).shape()).containsExactly(6, 4, 4);
          }
        });
  }
}
