package dev.melange.papers.hardnegativemixing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.papers.Catalogue;
import dev.melange.papers.StudySubject;
import dev.melange.papers.hardnegativemixing.MochiArena.Variant;
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

class MochiFindingsTest {
  private static final MochiSettings SETTINGS = MochiSettings.of(Scale.QUICK);

  private static TrialResults results(double linear, double knn) {
    TrialResults results = new TrialResults();
    add(results, MochiStudy.DIGITS, MochiStudy.DIGIT_VARIANTS, 6, linear, knn);
    add(results, MochiStudy.IMAGES, MochiStudy.IMAGE_VARIANTS, 3, linear, knn);
    return results;
  }

  private static void add(
      TrialResults results,
      String prefix,
      List<Variant> variants,
      int repetitions,
      double linear,
      double knn) {
    for (Variant variant : variants) {
      boolean better = !variant.equals(MochiArena.MOCO);
      for (int i = 0; i < repetitions; i++) {
        results.add(
            prefix + variant.name(),
            i,
            JsonNodeFactory.instance
                .objectNode()
                .put("linear", 90 + (better ? linear + 0.01 * i : 0))
                .put("knn", 90 + (better ? knn + 0.01 * i : 0))
                .put("proxy_accuracy", variant.equals(MochiArena.MOCHI) ? 0.01 : 0.02)
                .put("proxy_accuracy_real", variant.oracle() ? 0.1 : 0.02)
                .put("class_alignment", variant.equals(MochiArena.MOCHI) ? 0.3 : 0.4)
                .put("uniformity", variant.equals(MochiArena.MOCHI) ? -1.5 : -1.7));
      }
    }
  }

  private static List<Verdict> verdicts(double linear, double knn) {
    List<Finding> findings = new MochiFindings(SETTINGS, results(linear, knn)).all();
    assertThat(findings.get(0).main()).isTrue();
    assertThat(findings.stream().filter(Finding::main)).hasSize(1);
    return findings.stream().map(Finding::verdict).toList();
  }

  @Test
  void featuresAreBetterOnlyIfBothClassifiersSaySo() {
    assertThat(verdicts(1, 1).subList(0, 3)).containsOnly(Verdict.HOLDS);
    assertThat(verdicts(1, -1).subList(0, 3)).containsOnly(Verdict.DOES_NOT_SHOW);
    assertThat(verdicts(-1, -1).subList(0, 3)).containsOnly(Verdict.FAILS);
  }

  @Test
  void tellsWhatChangesBesideTheAccuracy() {
    assertThat(verdicts(0, 0).subList(3, 7))
        .containsExactly(Verdict.HOLDS, Verdict.HOLDS, Verdict.FAILS, Verdict.HOLDS);
  }

  @ParameterizedTest
  @CsvSource({
    "digits.queue, 8, 'queue 8'",
    "images.n_hard, 5000, 'n_hard 5000'",
    "image_seeds, 0, 'got 3, 3 and 0'"
  })
  void refusesImpossibleSettings(String key, String value, String message) {
    StudySubject study = Catalogue.study("hard-negative-mixing");
    assertThatThrownBy(() -> StudyRunner.settings(study, Scale.QUICK, Map.of(key, value)))
        .hasMessageContaining(message);
  }
}
