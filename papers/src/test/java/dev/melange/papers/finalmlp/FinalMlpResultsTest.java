package dev.melange.papers.finalmlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FinalMlpResultsTest {
  private static final List<String> MODELS =
      List.of("finalmlp", "finalmlp-ungated", "dualmlp", "deepfm", "dcnv2");

  /** One array of AUCs per model, in the order of {@link #MODELS}. */
  private static List<Verdict> verdicts(double[]... auc) {
    List<ObjectNode> repetitions = new ArrayList<>();
    for (int seed = 0; seed < auc[0].length; seed++) {
      ObjectNode repetition = JsonNodeFactory.instance.objectNode();
      for (int m = 0; m < auc.length; m++) {
        repetition.putObject(MODELS.get(m)).put("auc", auc[m][seed]);
      }
      repetitions.add(repetition);
    }
    List<Finding> findings = new FinalMlpResults(MODELS, repetitions).findings();
    assertThat(findings).filteredOn(Finding::main).hasSize(1);
    assertThat(findings.get(0).main()).isTrue();
    return findings.stream().map(Finding::verdict).toList();
  }

  private static double[] about(double auc) {
    return new double[] {auc - 0.0002, auc, auc + 0.0003};
  }

  @Test
  void holdsWhenFinalMlpIsAheadOfAll() {
    assertThat(verdicts(about(0.960), about(0.955), about(0.957), about(0.950), about(0.951)))
        .containsOnly(Verdict.HOLDS);
  }

  @Test
  void doesNotShowWhenOneIsNearerThanATie() {
    assertThat(verdicts(about(0.9510), about(0.9505), about(0.9505), about(0.948), about(0.9501)))
        .containsExactly(
            Verdict.DOES_NOT_SHOW, Verdict.HOLDS, Verdict.DOES_NOT_SHOW, Verdict.DOES_NOT_SHOW);
  }

  @Test
  void doesNotShowWhenTheSeedsDisagree() {
    double[] wild = {0.940, 0.960, 0.956};
    assertThat(verdicts(wild, about(0.950), about(0.950), about(0.950), about(0.949)))
        .startsWith(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void failsWhenOneIsClearlyAhead() {
    assertThat(verdicts(about(0.950), about(0.953), about(0.952), about(0.947), about(0.953)))
        .containsOnly(Verdict.FAILS);
    assertThat(verdicts(about(0.950), about(0.950), about(0.952), about(0.947), about(0.948)))
        .containsExactly(Verdict.HOLDS, Verdict.HOLDS, Verdict.FAILS, Verdict.DOES_NOT_SHOW);
  }
}
