package dev.melange.papers.fresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.fields.PhotoCrop;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FreshResultsTest {
  private static final FreshSettings.Family FAMILY =
      new FreshSettings.Family("siren", List.of(10.0, 30.0, 60.0), 30, 1e-3);
  private static final FreshSettings SETTINGS =
      new FreshSettings(
          3,
          List.of(new PhotoCrop("part", "china", 0, 0, 32)),
          32,
          16,
          1,
          16,
          2,
          100,
          1,
          0.1,
          List.of(FAMILY));

  /** A trial in which the last candidate, 60, is nearest and gets this PSNR; 30 gets 25 dB. */
  private static JsonNode trial(double chosen, double best) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode distances = json.putArray("distances");
    for (double distance : new double[] {5, 3, 1}) {
      distances.addArray().add(distance).add(distance + 0.1);
    }
    ArrayNode candidates = json.putArray("candidates");
    for (double psnr : new double[] {best, 25, chosen}) {
      ObjectNode candidate = candidates.addObject();
      candidate.putArray("train").add(psnr);
      candidate.putArray("held_out").add(psnr - 5);
    }
    return json;
  }

  private static FreshResults results(double best, double... chosen) {
    List<JsonNode> trials = DoubleStream.of(chosen).mapToObj(value -> trial(value, best)).toList();
    return new FreshResults(SETTINGS, FAMILY, List.of("part"), List.of(trials));
  }

  private static Verdict main(double best, double... chosen) {
    List<Finding> findings = results(best, chosen).findings(true);
    assertThat(findings).filteredOn(Finding::main).hasSize(1);
    return findings.get(0).verdict();
  }

  @Test
  void holdsIfTheChoiceIsNearTheBestAndAboveTheUsual() {
    assertThat(main(20, 27, 26, 26.5)).isEqualTo(Verdict.HOLDS);
    assertThat(results(20, 27, 26, 26.5).chosen(0, 0)).isEqualTo(60);
  }

  @Test
  void doesNotShowIfOneSeedGainsTooLittle() {
    assertThat(main(20, 27, 25.9, 26.5)).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void failsIfTheChoiceIsAlwaysWorseThanTheUsualOrFarFromTheBest() {
    assertThat(main(20, 24, 24.5, 24.9)).isEqualTo(Verdict.FAILS);
    assertThat(main(29, 27, 27, 27)).isEqualTo(Verdict.FAILS);
  }

  @Test
  void countsTheCostInPassesOverTheImage() {
    assertThat(results(20, 27, 27, 27).cost()).isCloseTo(2.0 / 300, within(1e-12));
  }
}
