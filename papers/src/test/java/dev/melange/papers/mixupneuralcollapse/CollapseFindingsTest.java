package dev.melange.papers.mixupneuralcollapse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.Catalogue;
import dev.melange.papers.StudySubject;
import dev.melange.papers.mixupneuralcollapse.CollapseTrial.Way;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyRunner;
import dev.melange.papers.study.TrialResults;
import dev.melange.papers.study.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollapseFindingsTest {
  private static final CollapseSettings SETTINGS = CollapseSettings.of(Scale.QUICK);

  private static TrialResults results(double alignment, double bend, double collapse) {
    TrialResults results = new TrialResults();
    for (Way way : Way.values()) {
      for (int i = 0; i < SETTINGS.seeds() + SETTINGS.fresh_seeds(); i++) {
        boolean mixup = way == Way.MIXUP;
        ObjectNode one = JsonNodeFactory.instance.objectNode();
        for (String kind : List.of("", "raw_")) {
          one.put(kind + "same_alignment", mixup ? alignment : 0.9);
          one.put(kind + "same_interp_dev", 0.3);
          one.put(kind + "diff_interp_dev", mixup ? bend : 0.2);
        }
        one.put("nc1", mixup ? collapse + 0.01 * i : 0.3);
        one.put("ece", (mixup ? 2.0 : 5.0) + 0.1 * i);
        one.put("ufm_error", way == Way.SQUARED ? 0.6 : 0.3);
        one.put("line_error", way == Way.SQUARED ? 0.2 : 0.5);
        results.add(CollapseStudy.SMALL + way.key(), i, one);
        if (i < SETTINGS.seeds() && CollapseStudy.IMAGE_WAYS.contains(way)) {
          results.add(CollapseStudy.IMAGES + way.key(), i, one);
        }
      }
    }
    return results;
  }

  private static List<Finding> findings(double alignment, double bend, double collapse) {
    return new CollapseFindings(SETTINGS, results(alignment, bend, collapse)).all();
  }

  @Test
  void holdsOnlyIfAllThreePartsDo() {
    assertThat(findings(0.95, 0.6, 0.5)).allMatch(f -> f.verdict() == Verdict.HOLDS);
    Finding main = findings(0.85, 0.6, 0.5).get(0);
    assertThat(main.main()).isTrue();
    assertThat(main.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(main.reasons().get(0)).startsWith("fails: ");
    assertThat(findings(0.85, 0.1, 0.1).get(0).verdict()).isEqualTo(Verdict.FAILS);
  }

  @ParameterizedTest
  @CsvSource({
    "mixtures, 3, 'got 3, 3 and 3'",
    "small.alpha, 0, 'alpha and mse_scale above 0'",
    "images.network, vgg, 'mlp'"
  })
  void refusesImpossibleSettings(String key, String value, String message) {
    StudySubject study = Catalogue.study("mixup-neural-collapse");
    assertThatThrownBy(() -> StudyRunner.settings(study, Scale.QUICK, Map.of(key, value)))
        .hasMessageContaining(message);
  }
}
