package dev.melange.papers.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.PairedDifference;
import dev.melange.report.Table.PlusMinus;
import org.junit.jupiter.api.Test;

class TrialResultsTest {
  private static TrialResults results(double... values) {
    TrialResults results = new TrialResults();
    for (int i = 0; i < values.length; i++) {
      ObjectNode one = JsonNodeFactory.instance.objectNode().put("accuracy", values[i]);
      one.set("curve", TrialResults.array(new double[] {values[i], Double.NaN}));
      results.add("a", i, one);
      results.add("b", i, JsonNodeFactory.instance.objectNode().put("accuracy", 1.0));
    }
    return results;
  }

  private static PairedDifference differences(double... values) {
    return PairedDifference.of(values, new double[values.length]);
  }

  @Test
  void tellsFiguresByVariantAndRepetition() {
    TrialResults results = results(2, 4, 6);
    assertThat(results.variants()).containsExactly("a", "b");
    assertThat(results.values("a", "accuracy")).containsExactly(2, 4, 6);
    assertThat(results.values("a", "accuracy", 1, 3)).containsExactly(4, 6);
    assertThat(results.mean("a", "accuracy")).isEqualTo(4);
    assertThat(results.cell("a", "accuracy")).isEqualTo(new PlusMinus(4, 2));
    assertThat(results(2).cell("a", "accuracy")).isEqualTo(2.0);
    assertThat(results.difference("a", "b", "accuracy", 0, 2).differences())
        .containsExactly(1.0, 3.0);
    assertThat(results.curves("a", "curve")[1][0]).isEqualTo(4);
    assertThat(results.curves("a", "curve")[1][1]).isNaN();
    assertThatThrownBy(() -> results.of("c")).hasMessageContaining("no trial of 'c'");
    assertThatThrownBy(() -> results.mean("a", "loss")).hasMessageContaining("no figure 'loss'");
  }

  @Test
  void isClearOnlyBeyondTwoStandardErrorsOfThreeSeeds() {
    assertThat(TrialResults.clearlyAbove(differences(1, 1.2, 0.9))).isEqualTo(Verdict.HOLDS);
    assertThat(TrialResults.clearlyAbove(differences(-1, -1.2, -0.9))).isEqualTo(Verdict.FAILS);
    assertThat(TrialResults.clearlyAbove(differences(1, -0.5, 0.9)))
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(TrialResults.clearlyAbove(differences(1, 1))).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void isNoWorseWithinAMargin() {
    assertThat(TrialResults.noWorse(differences(-0.1, 0.1, 0), 1)).isEqualTo(Verdict.HOLDS);
    assertThat(TrialResults.noWorse(differences(-2, -2.1, -1.9), 1)).isEqualTo(Verdict.FAILS);
    assertThat(TrialResults.noWorse(differences(-2, 2, 0), 1)).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(TrialResults.noWorse(differences(5, 5), 1)).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void saysDifferencesInWords() {
    assertThat(TrialResults.describe("Gain", differences(1, -3), "%+.1f"))
        .isEqualTo("Gain: mean -1.0 (+1.0, -3.0; 1 of 2 above 0).");
    assertThat(TrialResults.numbers(TrialResults.array(new double[] {0.5})))
        .containsExactly(new double[] {0.5}, within(0.0));
  }
}
