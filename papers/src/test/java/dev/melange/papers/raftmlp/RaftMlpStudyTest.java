package dev.melange.papers.raftmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RaftMlpStudyTest {
  private static ImageResults.Network network(String key, long parameters, double... accuracies) {
    List<JsonNode> trials = new ArrayList<>();
    for (double accuracy : accuracies) {
      trials.add(
          JsonNodeFactory.instance
              .objectNode()
              .put("accuracy", accuracy)
              .put("parameters", parameters));
    }
    return new ImageResults.Network(key, Variant.of(key).title(), 5, trials);
  }

  private static Verdict main(double mixer, double raft1, double raft4) {
    return RaftMlpStudy.judge(
            new ImageResults(
                "images",
                List.of(
                    network("mixer", 9, mixer, mixer, mixer),
                    network("raft-1", 7, raft1, raft1, raft1),
                    network("raft-4", 8, raft4, raft4, raft4))))
        .get(0)
        .verdict();
  }

  @Test
  void theClaimNeedsTheRaftAheadOfTheMixerAndOfSplittingAlone() {
    assertThat(main(45, 40, 46)).isEqualTo(Verdict.HOLDS);
    assertThat(main(45, 45.5, 45.2)).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(main(46.5, 40, 46)).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(main(48, 40, 46)).isEqualTo(Verdict.FAILS);
    assertThat(main(45, 48, 46)).isEqualTo(Verdict.FAILS);
  }

  @Test
  void twoSeedsOrAMissingNetworkShowNothing() {
    List<Finding> two =
        RaftMlpStudy.judge(
            new ImageResults(
                "images",
                List.of(
                    network("mixer", 9, 40, 40),
                    network("raft-1", 7, 30, 30),
                    network("raft-4", 8, 50, 50))));
    assertThat(two).extracting(Finding::verdict).containsOnly(Verdict.DOES_NOT_SHOW);
    assertThat(two).extracting(Finding::main).containsExactly(true, false);
    List<Finding> lacking =
        RaftMlpStudy.judge(new ImageResults("images", List.of(network("raft-4", 8, 50, 50, 50))));
    assertThat(lacking.get(0).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(lacking.get(0).reasons().get(0)).contains("this run has [raft-4]");
  }

  @ParameterizedTest
  @CsvSource({"mixer, 109258", "raft-1, 61498", "raft-4, 84970"})
  void quickNetworksHaveTheKnownParameters(String key, long parameters) {
    RaftMlpConfig config = Variant.of(key).config(RaftMlpSettings.at(Scale.QUICK), 3, 32, 10);
    try (RaftMlp model = new RaftMlp(config, new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @CsvSource({"mixer, 59918200", "raft-2, 58162888", "pyramid, 9868768"})
  void fullNetworksAreThePublishedOnes(String key, long parameters) {
    RaftMlpConfig config = Variant.of(key).config(RaftMlpSettings.at(Scale.FULL), 3, 224, 1000);
    try (RaftMlp model = new RaftMlp(config, new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  @Test
  void settingsCanBeChangedAndAreChecked() {
    RaftMlpSettings smoke = RaftMlpSettings.at(Scale.SMOKE);
    assertThat(Configs.with(smoke, Map.of("recipe.epochs", "1")).recipe().epochs()).isEqualTo(1);
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("variants", "mixer,mixer")))
        .hasMessageContaining("variants each once");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("sizes", "0")))
        .hasMessageContaining("1 to 1000 per cent");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("mix", "2")))
        .hasMessageContaining("lie in 0..1");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("recipe.lr", "0")))
        .hasMessageContaining("lr must be positive");
  }
}
