package dev.melange.papers.mixupfeaturelearning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.TrialResults;
import dev.melange.papers.study.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureLearningFindingsTest {
  private static final FeatureLearningSettings SETTINGS = FeatureLearningSettings.of(Scale.QUICK);

  /** Results in which the ways of training come to given accuracies on rare features. */
  private static TrialResults results(
      double standard, double mixup, double asymmetric, double stopped) {
    TrialResults results = new TrialResults();
    String early = FeatureLearningStudy.stopped(SETTINGS.theory().stop());
    for (int i = 0; i < SETTINGS.seeds() + SETTINGS.fresh_seeds(); i++) {
      add(results, FeatureLearningStudy.STANDARD, i, standard, 0.9);
      add(results, FeatureLearningStudy.MIXUP, i, mixup, 1.2);
      add(results, FeatureLearningStudy.ASYMMETRIC, i, asymmetric, 1.2);
      add(results, early, i, stopped, 1.8);
    }
    for (ImageTrial.Variant variant : ImageTrial.variants(SETTINGS.images()).values()) {
      for (int i = 0; i < SETTINGS.images().seeds(); i++) {
        double accuracy = variant.name().equals(ImageTrial.SAME_SIDE) ? 50.2 + i : 50 + i;
        results.add(
            variant.name(), i, JsonNodeFactory.instance.objectNode().put("accuracy", accuracy));
      }
    }
    return results;
  }

  private static void add(
      TrialResults results, String way, int repetition, double rare, double strength) {
    results.add(
        way,
        repetition,
        JsonNodeFactory.instance
            .objectNode()
            .put("train_accuracy", 1.0)
            .put("rare_accuracy", rare)
            .put("least_rare_strength", strength));
  }

  private static List<Verdict> verdicts(TrialResults results) {
    List<Finding> findings = new FeatureLearningFindings(SETTINGS, results).all();
    assertThat(findings.stream().filter(Finding::main)).hasSize(1);
    assertThat(findings.get(0).main()).isTrue();
    return findings.stream().map(Finding::verdict).toList();
  }

  @Test
  void holdsWhereMixupAloneLearnsRareFeatures() {
    assertThat(verdicts(results(0.5, 0.98, 0.97, 0.95)))
        .containsExactly(
            Verdict.HOLDS,
            Verdict.HOLDS,
            Verdict.HOLDS,
            Verdict.HOLDS,
            Verdict.HOLDS,
            Verdict.HOLDS,
            Verdict.HOLDS);
  }

  @Test
  void failsWhereMixupMissesThemToo() {
    assertThat(verdicts(results(0.5, 0.52, 0.5, 0.5)).subList(0, 2))
        .containsExactly(Verdict.FAILS, Verdict.FAILS);
  }

  @Test
  void aBenefitThatIsLostWhenStoppedIsNotCalledKept() {
    List<Verdict> verdicts = verdicts(results(0.5, 0.98, 0.6, 0.5));
    assertThat(verdicts.get(2)).as("unequal shares").isEqualTo(Verdict.FAILS);
    assertThat(verdicts.get(3)).as("strength").isEqualTo(Verdict.HOLDS);
    assertThat(verdicts.get(4)).as("accuracy").isEqualTo(Verdict.FAILS);
    assertThat(verdicts(results(0.8, 0.98, 0.8, 0.8)).subList(0, 5))
        .containsExactly(
            Verdict.DOES_NOT_SHOW,
            Verdict.DOES_NOT_SHOW,
            Verdict.DOES_NOT_SHOW,
            Verdict.HOLDS,
            Verdict.DOES_NOT_SHOW);
  }
}
