package dev.melange.papers.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageResultsTest {
  private static JsonNode trial(double accuracy, long parameters) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("accuracy", accuracy).put("parameters", parameters);
    json.putArray("loss").add(2.0).add(1.0);
    json.putArray("accuracy_by_epoch").add(accuracy / 2).add(accuracy);
    return json;
  }

  private static ImageResults results() {
    return new ImageResults(
        "photos",
        List.of(
            new ImageResults.Network("a", "net A", 2_500_000, List.of(trial(40, 9), trial(42, 9))),
            new ImageResults.Network(
                "b", "net B", 1_000_000, List.of(trial(41, 5), trial(39, 5)))));
  }

  @Test
  void comparesNetworksSeedBySeed() {
    assertThat(results().seeds()).isEqualTo(2);
    assertThat(results().lead("a", "b")).isEqualTo(1);
    assertThat(results().against("a", "b"))
        .isEqualTo("net A 41.00 % against net B 40.00 %: +1.00 points, ahead with 1 of 2 seeds.");
    assertThat(results().summary()).isEqualTo("net A: 41.00; net B: 40.00");
    assertThatThrownBy(() -> results().get("c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'c' among [a, b]");
  }

  @Test
  void drawsAccuracyBySizeAndByEpoch() {
    assertThat(results().bySize().toSvg()).contains("net A", "net B", "parameters");
    assertThat(results().curves()).hasSize(2);
    assertThat(results().bars().toSvg()).contains("net B");
  }
}
