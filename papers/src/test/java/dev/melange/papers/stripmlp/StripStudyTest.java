package dev.melange.papers.stripmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripStudyTest {
  @ParameterizedTest
  @CsvSource({"strip-3, 325630", "strip-1, 324542", "mixer-wide, 329258", "mixer-small, 69010"})
  void comparesNetworksOfTheSizesThatItSays(String key, long parameters) {
    Record config = Contestant.of(key).config("small", 3, 32, 10);
    try (ImageModel model = Contestant.create(config, new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  @Test
  void theFullScaleComparesNetworksOfAboutTheSameSizeToo() {
    try (ImageModel strips =
            Contestant.create(Contestant.STRIP_3.config("tiny", 3, 224, 10), new Rng(1));
        ImageModel mixer =
            Contestant.create(Contestant.MIXER_WIDE.config("tiny", 3, 224, 10), new Rng(1))) {
      assertThat((double) strips.parameterCount() / mixer.parameterCount()).isBetween(0.9, 1.1);
    }
  }

  /** The findings if the seeds of each network end at these accuracies. */
  private static List<Finding> judged(double[] strips, double[] mixer, double[] narrow) {
    Map<Contestant, List<JsonNode>> outcomes = new EnumMap<>(Contestant.class);
    outcomes.put(Contestant.STRIP_3, results(325_630, strips));
    if (mixer.length > 0) {
      outcomes.put(Contestant.MIXER_WIDE, results(329_258, mixer));
    }
    outcomes.put(Contestant.STRIP_1, results(324_542, narrow));
    return new StripResults(outcomes).findings();
  }

  private static List<JsonNode> results(long parameters, double... accuracies) {
    List<JsonNode> results = new ArrayList<>();
    for (double accuracy : accuracies) {
      results.add(
          JsonNodeFactory.instance
              .objectNode()
              .put("parameters", parameters)
              .put("accuracy", accuracy));
    }
    return results;
  }

  private static double[] seeds(double... accuracies) {
    return accuracies;
  }

  @Test
  void holdsWhereTheMeanLeadIsTwoPoints() {
    List<Finding> findings = judged(seeds(45, 46), seeds(43, 43.9), seeds(44.8, 45.9));
    assertThat(findings.get(0).main()).isTrue();
    assertThat(findings.get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(findings.get(1).main()).isFalse();
    assertThat(findings.get(1).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void doesNotShowWhereTheLeadIsSmallAndFailsWhereTheMixerLeads() {
    assertThat(judged(seeds(45, 46), seeds(44, 44), seeds(44, 44)).get(0).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(judged(seeds(40, 41), seeds(44, 44), seeds(44, 44)).get(0).verdict())
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void theWidthOfStripsIsDecidedOnlyIfAllSeedsAgree() {
    assertThat(judged(seeds(45, 46), seeds(40, 40), seeds(43, 44)).get(1).verdict())
        .isEqualTo(Verdict.HOLDS);
    assertThat(judged(seeds(45, 49), seeds(40, 40), seeds(46, 44)).get(1).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(judged(seeds(43, 44), seeds(40, 40), seeds(45, 46)).get(1).verdict())
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void decidesNothingWithOneSeedOrWithoutTheMixer() {
    Finding one = judged(seeds(45), seeds(20), seeds(20)).get(0);
    assertThat(one.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(one.reasons()).anyMatch(reason -> reason.contains("at least 2 seeds"));
    Finding without = judged(seeds(45, 45), seeds(), seeds(20, 20)).get(0);
    assertThat(without.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(without.reasons().get(0)).contains("mixer-wide");
  }

  @Test
  void saysWhenTheSizesDoNotMatch() {
    Map<Contestant, List<JsonNode>> outcomes = new EnumMap<>(Contestant.class);
    outcomes.put(Contestant.STRIP_3, results(300_000, 45, 46));
    outcomes.put(Contestant.MIXER_WIDE, results(200_000, 40, 40));
    assertThat(new StripResults(outcomes).findings().get(0).reasons())
        .anyMatch(reason -> reason.contains("they do not match"));
  }

  @Test
  void refusesImpossibleSettings() {
    StripSettings quick = StripSettings.at(Scale.QUICK);
    assertThatThrownBy(
            () ->
                new StripSettings(
                    quick.data(),
                    quick.train(),
                    quick.test(),
                    0,
                    "shift",
                    2,
                    List.of("strip-3", "strip-3"),
                    "small",
                    quick.recipe(),
                    4))
        .hasMessageContaining("each once, got [strip-3, strip-3]");
    assertThatThrownBy(() -> Contestant.of("strip-2")).hasMessageContaining("strip-2");
  }
}
