package dev.melange.papers.maxformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.image.Image;
import dev.melange.optim.Schedule;
import dev.melange.papers.maxformer.MaxFormerStudy.Results;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MaxFormerStudyTest {
  private static List<ObjectNode> trials(double... accuracies) {
    List<ObjectNode> trials = new ArrayList<>();
    for (double accuracy : accuracies) {
      trials.add(JsonNodeFactory.instance.objectNode().put("accuracy", accuracy));
    }
    return trials;
  }

  private static ObjectNode temporal(double leaky, double integrating) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (double mean : NeuronChecks.MEANS) {
      json.putObject("lif-" + mean).put("ratio", leaky);
      json.putObject("if-" + mean).put("ratio", integrating);
    }
    return json;
  }

  private static Results results(Map<String, List<ObjectNode>> spiking) {
    ObjectNode spatial =
        JsonNodeFactory.instance.objectNode().put("max_pooled", 0.24).put("avg_pooled", 0.12);
    return new Results(spiking, Map.of(), List.of(temporal(0.6, 0.5)), List.of(spatial));
  }

  @ParameterizedTest
  @CsvSource({
    "50.4, 49.9, DOES_NOT_SHOW", // exactly the margin
    "51.0, 49.9, HOLDS",
    "49.0, 49.9, FAILS",
    "49.9, 50.0, DOES_NOT_SHOW"
  })
  void theMainVerdictNeedsHalfAPoint(double max, double avg, Verdict verdict) {
    Map<String, List<ObjectNode>> spiking = new LinkedHashMap<>();
    spiking.put("max", trials(max, max + 1, max - 1));
    spiking.put("avg", trials(avg, avg + 2, avg - 2));
    Finding main = MaxFormerStudy.judge(results(spiking)).get(0);
    assertThat(main.main()).isTrue();
    assertThat(main.verdict()).isEqualTo(verdict);
  }

  @Test
  void fewSeedsOrMissingMixersDecideNothing() {
    Map<String, List<ObjectNode>> two = Map.of("max", trials(90, 91), "avg", trials(10, 11));
    Finding main = MaxFormerStudy.judge(results(two)).get(0);
    assertThat(main.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(main.reasons()).anyMatch(reason -> reason.contains("at least 3 seeds"));
    Map<String, List<ObjectNode>> one = Map.of("max", trials(90, 91, 92));
    assertThat(MaxFormerStudy.judge(results(one)).get(0).reasons())
        .containsExactly("Needs the mixers max and avg; this run has [max].");
  }

  @Test
  void neuronsThatLoseMoreWithLeakContradictTheClaim() {
    Results wrong =
        new Results(
            Map.of("max", trials(1)),
            Map.of(),
            List.of(temporal(0.4, 0.5)),
            List.of(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("max_pooled", 0.14)
                    .put("avg_pooled", 0.12)));
    List<Finding> findings = MaxFormerStudy.judge(wrong);
    assertThat(findings.stream().filter(Finding::main)).hasSize(1);
    assertThat(findings.get(2).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(findings.get(3).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(MaxFormerStudy.judge(results(Map.of("max", trials(1)))).get(2).verdict())
        .isEqualTo(Verdict.HOLDS);
  }

  @Test
  void neuronsAreLowPassInTimeAndLeakKeepsMore() {
    long seed = 21;
    ObjectNode json = NeuronChecks.temporal(seed, 1000);
    // measured with 4000 neurons: 0.64, 0.49, 0.89, 0.83
    assertThat(json.get("lif-0.5").get("ratio").asDouble()).isCloseTo(0.64, within(0.05));
    assertThat(json.get("if-0.5").get("ratio").asDouble()).isCloseTo(0.49, within(0.05));
    assertThat(json.get("lif-1.0").get("ratio").asDouble()).isCloseTo(0.89, within(0.05));
    assertThat(json.get("if-1.0").get("ratio").asDouble()).isCloseTo(0.83, within(0.05));
    assertThat(json.get("lif-0.5").get("gain")).hasSize(128);
  }

  @Test
  void maxPoolingKeepsMoreHighFrequenciesThanAveragePooling() {
    try (Scope scope = Scope.open()) {
      ObjectNode json = NeuronChecks.spatial(22, new Rng(1).uniform(4, 3, 16, 16));
      assertThat(json.get("max_pooled").asDouble()).isCloseTo(0.236, within(0.01));
      assertThat(json.get("avg_pooled").asDouble()).isCloseTo(0.125, within(0.01));
    }
  }

  @ParameterizedTest
  @EnumSource(Scale.class)
  void settingsOfEveryScaleAreReadBackAndMakeNetworks(Scale scale) {
    MaxFormerSettings settings = MaxFormerSettings.at(scale);
    assertThat(Configs.read(MaxFormerSettings.class, Configs.toJson(settings))).isEqualTo(settings);
    for (String mixer : settings.mixers()) {
      MaxFormerConfig config = settings.network(mixer, true, 3, 32, 10);
      assertThat(config.T()).isEqualTo(settings.T());
      assertThat(settings.network(mixer, false, 3, 32, 10).T()).isEqualTo(1);
    }
  }

  @Test
  void theFullScaleIsThePublishedNetworkAndRecipe() {
    MaxFormerSettings settings = MaxFormerSettings.at(Scale.FULL);
    assertThat(settings.network("published", true, 3, 32, 10))
        .isEqualTo(Configs.defaults(MaxFormerConfig.class));
    Schedule schedule = settings.schedule(400, 390);
    assertThat(schedule.at(0)).isCloseTo(8e-5, within(1e-12));
    assertThat(schedule.at(20 * 390)).isCloseTo(1.5e-3, within(1.5e-5));
    assertThat(schedule.at(409 * 390)).isCloseTo(1e-5, within(1e-12));
  }

  @Test
  void refusesSettingsThatMakeNoSense() {
    MaxFormerSettings quick = MaxFormerSettings.at(Scale.QUICK);
    assertThatThrownBy(() -> Configs.with(quick, Map.of("mixers", "max,max")))
        .hasMessageContaining("each once");
    assertThatThrownBy(() -> Configs.with(quick, Map.of("shrink", "0")))
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> Configs.with(quick, Map.of("lr", "0")))
        .hasMessageContaining("lr must be positive");
    assertThatThrownBy(() -> Configs.with(quick, Map.of("augment", "papers")))
        .hasMessageContaining("unknown augmentation");
  }

  @Test
  void shrinkingTakesMeans() {
    byte[] samples = {0, 4, 8, 9, 2, 2, 10, 9, (byte) 255, (byte) 255, 1, 1};
    Image image = new Image(1, 3, 4, samples);
    assertThat(Arena.shrink(image, 2)).isEqualTo(new Image(1, 1, 2, new byte[] {2, 9}));
    assertThat(Arena.shrink(image, 1)).isEqualTo(image);
    try (Scope scope = Scope.open()) {
      assertThat(Tensor.of(new float[] {image.get(0, 2, 0)}).item()).isEqualTo(255);
    }
  }
}
