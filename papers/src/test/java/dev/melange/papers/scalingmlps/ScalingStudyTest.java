package dev.melange.papers.scalingmlps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.image.LabelledImage;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalingStudyTest {
  private static final ScalingSettings QUICK = ScalingSettings.at(Scale.QUICK);

  @ParameterizedTest
  @CsvSource({"width-64, 296970", "width-128, 790538", "width-256, 2367498", "standard, 1120778"})
  void comparesNetworksOfTheSizesThatItSays(String key, long parameters) {
    ScalingVariant variant =
        QUICK.variants().stream().filter(v -> v.key().equals(key)).findFirst().orElseThrow();
    try (ImageModel model = new ScalingMlp(variant.config(3, 32, 10), new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  /** Results whose networks end at given accuracies in all seeds. */
  private static Map<String, List<JsonNode>> outcomes(Map<String, Double> accuracies) {
    Map<String, List<JsonNode>> outcomes = new LinkedHashMap<>();
    List<String> keys =
        new ArrayList<>(QUICK.variants().stream().map(ScalingVariant::key).toList());
    keys.add(ScalingStudy.PRETRAINED);
    keys.addAll(ScalingStudy.TRANSFERS);
    double compute = 1e9;
    for (String key : keys) {
      List<JsonNode> seeds = new ArrayList<>();
      compute *= 2;
      for (int seed = 0; seed < QUICK.seeds(); seed++) {
        double accuracy = accuracies.getOrDefault(key, 40.0) + 0.1 * seed;
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("accuracy", accuracy).put("accuracy_tta", accuracy + 0.5);
        result.put("compute", compute).put("test_images", 2000);
        result.put("parameters", key.equals("width-256") ? 3_000_000 : 1_000_000);
        seeds.add(result);
      }
      outcomes.put(key, seeds);
    }
    return outcomes;
  }

  private static List<Finding> judged(Map<String, Double> accuracies) {
    return new ScalingResults(QUICK, outcomes(accuracies)).findings();
  }

  @Test
  void holdsIfWidthAndDataHelp() {
    List<Finding> findings =
        judged(Map.of("width-64", 43.0, "width-128", 45.0, "width-256", 47.0, "few", 38.0));
    assertThat(findings).filteredOn(Finding::main).hasSize(1);
    assertThat(findings.get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(findings).hasSize(6);
  }

  @Test
  void doesNotShowIfOneOfThemHelpsAndFailsIfNeitherDoes() {
    assertThat(judged(Map.of("width-64", 43.0, "width-256", 42.0, "few", 38.0)).get(0).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(judged(Map.of("width-64", 43.0, "width-256", 40.0, "few", 45.0)).get(0).verdict())
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void comparesTheStandardMlpWithABottleneckThatIsNotLarger() {
    Finding finding = judged(Map.of("width-128", 45.0, "standard", 47.0, "width-256", 60.0)).get(1);
    assertThat(finding.claim()).contains("no more parameters");
    assertThat(finding.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(finding.reasons().get(1)).startsWith("width-128 with 1,000,000 parameters");
  }

  @Test
  void pretrainingIsJudgedByWhatFollows() {
    List<Finding> findings =
        judged(Map.of("finetuned", 60.0, "from-scratch", 50.0, "linear-probe", 50.5));
    assertThat(findings.get(4).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(findings.get(5).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void fitsTheLawToTheErrors() {
    ScalingResults results =
        new ScalingResults(
            QUICK, outcomes(Map.of("width-64", 40.0, "width-128", 45.0, "width-256", 50.0)));
    assertThat(results.law().residual()).isLessThan(0.3);
    assertThat(results.error("width-64")).isBetween(0.598, 0.6);
  }

  @Test
  void theNewClassesAreOthersThanThoseOfThePretraining() throws IOException {
    ScalingSettings smoke = ScalingSettings.at(Scale.SMOKE);
    try (ScalingData data = ScalingData.open(DataSets.standard(), smoke)) {
      assertThat(data.sourceClasses() + data.targetClasses())
          .isEqualTo(data.images().classes().size());
      assertThat(data.target().train().size()).isEqualTo(smoke.transfer().few());
      Set<Integer> labels = new HashSet<>();
      for (int i = 0; i < data.target().test().size(); i++) {
        LabelledImage item = data.target().test().get(i, new Rng(0));
        labels.add(item.label());
      }
      assertThat(labels).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
      assertThat(data.source().train().size()).isBetween(100, 300);
    }
  }

  @Test
  void viewsAreRandomVersionsOfTheImages() throws IOException {
    ScalingSettings smoke = ScalingSettings.at(Scale.SMOKE);
    try (ScalingData data = ScalingData.open(DataSets.standard(), smoke);
        Scope scope = Scope.open()) {
      var pictures = List.of(data.images().test().get(0, new Rng(0)).image());
      Tensor views = data.views(pictures, 6, new Rng(3));
      assertThat(views.shape()).containsExactly(6, 1, 1, 8, 8);
      assertThat(views.get(0).toFloats()).isNotEqualTo(views.get(1).toFloats());
      assertThat(data.views(pictures, 6, new Rng(3)).toFloats()).isEqualTo(views.toFloats());
    }
  }

  @Test
  void asksForTheImagesOfThePretraining() {
    assertThatThrownBy(() -> ScalingData.open(DataSets.standard(), ScalingSettings.at(Scale.FULL)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("--set transfer.source=FOLDER");
  }

  @Test
  void refusesImpossibleSettings() {
    assertThatThrownBy(() -> with(List.of(64, 64), 100)).hasMessageContaining("widths must rise");
    assertThatThrownBy(() -> with(List.of(64), 100)).hasMessageContaining("two widths");
    assertThatThrownBy(() -> with(List.of(64, 128), 5000))
        .hasMessageContaining("few must be less than train");
    ScalingSettings.Transfer transfer = QUICK.transfer();
    assertThatThrownBy(
            () ->
                new ScalingSettings.Transfer(
                    "",
                    1,
                    1,
                    transfer.pretrain(),
                    transfer.finetune(),
                    transfer.finetune(),
                    transfer.scratch()))
        .hasMessageContaining("probe.body_lr must be 0, got 0.1");
  }

  private static ScalingSettings with(List<Integer> widths, int few) {
    return new ScalingSettings(
        QUICK.data(), 5000, few, 10, 0, "shift", 1, 2, widths, 3, 8, QUICK.recipe(), 0, null);
  }
}
