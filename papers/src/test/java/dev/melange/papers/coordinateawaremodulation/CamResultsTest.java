package dev.melange.papers.coordinateawaremodulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.fields.PhotoCrop;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class CamResultsTest {
  private static final CamSettings QUICK = CamSettings.of(Scale.QUICK);

  private static List<JsonNode> lines(double... errors) {
    return DoubleStream.of(errors)
        .mapToObj(error -> (JsonNode) JsonNodeFactory.instance.objectNode().put("mse", error))
        .toList();
  }

  private static List<JsonNode> images(double[] seen, double unseen) {
    return DoubleStream.of(seen)
        .mapToObj(
            value -> {
              ObjectNode json = JsonNodeFactory.instance.objectNode();
              json.putArray("seen").add(1.0).add(value);
              json.putArray("unseen").add(2.0).add(unseen);
              return (JsonNode) json;
            })
        .toList();
  }

  /** Results in which the plain network has 30 dB on seen and 20 dB on unseen pixels. */
  private static List<Finding> judge(double[] cam, double camUnseen, double camError) {
    Map<String, List<JsonNode>> lines = new LinkedHashMap<>();
    lines.put("none", lines(4, 4, 4));
    lines.put("pe", lines(3, 3, 3));
    lines.put("cam", lines(camError, camError, camError));
    lines.put("cam_pe", lines(1, 1, 1.4));
    Map<String, List<JsonNode>> images = new LinkedHashMap<>();
    for (PhotoCrop crop : QUICK.image().crops()) {
      for (double sigma : QUICK.image().sigmas()) {
        images.put(
            CamResults.key(crop.name(), false, sigma), images(new double[] {30, 30, 30}, 20));
        images.put(CamResults.key(crop.name(), true, sigma), images(cam, camUnseen));
      }
    }
    return new CamResults(QUICK, lines, images).findings();
  }

  private static List<Verdict> verdicts(double[] cam, double camUnseen, double camError) {
    return judge(cam, camUnseen, camError).stream().map(Finding::verdict).toList();
  }

  @Test
  void holdsIfEverySeedPassesTheMargin() {
    assertThat(verdicts(new double[] {32.1, 33, 34}, 20.5, 1.9))
        .containsExactly(Verdict.HOLDS, Verdict.HOLDS, Verdict.HOLDS);
  }

  @Test
  void doesNotShowIfOneSeedIsShort() {
    assertThat(verdicts(new double[] {31.9, 33, 34}, 20.05, 2.1))
        .containsExactly(Verdict.DOES_NOT_SHOW, Verdict.DOES_NOT_SHOW, Verdict.DOES_NOT_SHOW);
  }

  @Test
  void failsIfModulationIsWorseWithEverySeed() {
    assertThat(verdicts(new double[] {29, 28, 30}, 19, 4.5))
        .containsExactly(Verdict.FAILS, Verdict.FAILS, Verdict.FAILS);
  }

  @Test
  void hasOneMainFindingWithItsNumbers() {
    List<Finding> findings = judge(new double[] {32, 33, 34}, 20, 2);
    assertThat(findings).filteredOn(Finding::main).hasSize(1);
    assertThat(findings.get(0).reasons().get(0)).contains("+3.00 dB", "+2.00 dB", "+4.00 dB");
  }
}
