package dev.melange.papers.msmlp;

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
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MsMlpStudyTest {
  private static final List<String> KEYS =
      List.of("mix-shift", "shift-only", "mix-only", "neither");

  private static List<Verdict> verdicts(double... means) {
    List<ImageResults.Network> networks = new ArrayList<>();
    for (int i = 0; i < means.length; i++) {
      List<JsonNode> trials = new ArrayList<>();
      for (int seed = 0; seed < 2; seed++) {
        trials.add(
            JsonNodeFactory.instance.objectNode().put("accuracy", means[i]).put("parameters", 9));
      }
      networks.add(new ImageResults.Network(KEYS.get(i), KEYS.get(i), 5, trials));
    }
    List<Finding> findings = MsMlpStudy.judge(new ImageResults("images", networks));
    assertThat(findings).extracting(Finding::main).containsExactly(true, false);
    return findings.stream().map(Finding::verdict).toList();
  }

  @Test
  void theMainClaimIsAboutShiftingAloneTheWholeOneAboutMixingToo() {
    assertThat(verdicts(31, 27, 30, 27)).containsExactly(Verdict.HOLDS, Verdict.HOLDS);
    assertThat(verdicts(31, 27, 30.9, 27)).containsExactly(Verdict.HOLDS, Verdict.DOES_NOT_SHOW);
    assertThat(verdicts(31, 27, 32, 27)).containsExactly(Verdict.HOLDS, Verdict.FAILS);
    assertThat(verdicts(31, 31.2, 30, 27))
        .containsExactly(Verdict.DOES_NOT_SHOW, Verdict.DOES_NOT_SHOW);
    assertThat(verdicts(31, 33, 30, 27)).containsExactly(Verdict.FAILS, Verdict.FAILS);
    assertThat(verdicts(31, 27)).containsExactly(Verdict.DOES_NOT_SHOW, Verdict.DOES_NOT_SHOW);
  }

  @Test
  void variantsLeaveOutShiftingOrMixing() {
    List<Integer> distances = List.of(-2, 0, 2);
    List<List<Integer>> sizes = List.of(List.of(1, 3, 5));
    assertThat(Variant.MIX_SHIFT.distances(distances)).isEqualTo(distances);
    assertThat(Variant.MIX_SHIFT.sizes(sizes)).isEqualTo(sizes);
    assertThat(Variant.MIX_ONLY.distances(distances)).containsExactly(0, 0, 0);
    assertThat(Variant.SHIFT_ONLY.sizes(sizes)).containsExactly(List.of(1, 1, 1));
    assertThat(Variant.NEITHER.distances(distances)).containsExactly(0, 0, 0);
  }

  @Test
  void quickNetworksHaveTheKnownParameters() {
    assertThat(parameters(Variant.MIX_SHIFT)).isEqualTo(90_642);
    assertThat(parameters(Variant.MIX_ONLY)).isEqualTo(90_642);
    assertThat(parameters(Variant.SHIFT_ONLY)).isEqualTo(82_450);
    assertThat(parameters(Variant.NEITHER)).isEqualTo(82_450);
  }

  private static long parameters(Variant variant) {
    MsMlpConfig config = MsMlpSettings.at(Scale.QUICK).config(variant, 3, 32, 10);
    try (MsMlp model = new MsMlp(config, new Rng(1))) {
      return model.parameterCount();
    }
  }

  @Test
  void receptiveFieldsShowWhatTheGroupsRead() {
    MsMlpConfig config = MsMlpSettings.at(Scale.QUICK).config(Variant.MIX_SHIFT, 3, 32, 10);
    try (MsMlp model = new MsMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      List<double[][]> groups = ReceptiveField.ofGroups((MixShift) model.mixer(0, 0), 8, 8);
      assertThat(groups).hasSize(5);
      // distance -2, size 1: two positions, one to the right and one below
      assertThat(groups.get(0)[4][6]).isPositive();
      assertThat(groups.get(0)[6][4]).isPositive();
      assertThat(count(groups.get(0))).isEqualTo(2);
      // distance 0, size 3
      assertThat(count(groups.get(2))).isEqualTo(9);
      double[][] field = ReceptiveField.ofStage(model, new Rng(2).normal(2, 3, 32, 32), 1);
      assertThat(field.length).isEqualTo(32);
      assertThat(count(field)).isGreaterThan(100);
    }
  }

  private static int count(double[][] field) {
    int count = 0;
    for (double[] row : field) {
      for (double value : row) {
        count += value > 0 ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void withoutShiftingAndMixingPositionsReadThemselves() {
    MsMlpConfig config = MsMlpSettings.at(Scale.QUICK).config(Variant.NEITHER, 3, 32, 10);
    try (MsMlp model = new MsMlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 3, 32, 32);
      double[][] field = ReceptiveField.ofStage(model, x, 0);
      assertThat(count(field)).isEqualTo(16);
      assertThat(field[16][16]).isPositive();
      assertThat(field[15][16]).isZero();
    }
  }

  @Test
  void settingsAreChecked() {
    MsMlpSettings smoke = MsMlpSettings.at(Scale.SMOKE);
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("mix", "cutmux")))
        .hasMessageContaining("unknown policy 'cutmux'");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("variants", "neither,neither")))
        .hasMessageContaining("variants each once");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("field_images", "0")))
        .hasMessageContaining("field_images is at least 1");
  }
}
