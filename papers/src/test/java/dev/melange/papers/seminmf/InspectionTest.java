package dev.melange.papers.seminmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InspectionTest {
  private static final long SEED = 3;
  private static final String TEXT = "the cat sat on the mat. ".repeat(12);

  private InspectedModel model;

  @BeforeEach
  void create() {
    System.out.println("seed " + SEED);
    CharGpt.Config config = new CharGpt.Config(" .acehmnost", 16, 8, 2, 2);
    model = InspectedModel.of("tiny", new CharGpt(config, new Rng(SEED)));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static Inspection.Options options(int layer, int features) {
    return new Inspection.Options(layer, features, 0.2, 20, 3, 200, SEED);
  }

  @Test
  void findsFeaturesAndSteers() {
    List<Integer> told = new ArrayList<>();
    Inspection found =
        Inspection.run(
            model,
            "cats.txt",
            TEXT + "\u00e9",
            options(1, 4),
            new Inspection.Push(2, 3.0, "the c"),
            told::add);
    assertThat(told).hasSize(20).endsWith(20);
    assertThat(found.features()).hasSize(4);
    assertThat(found.tokens()).isBetween(150, 200);
    assertThat(found.unknown()).isEqualTo("\u00e9");
    assertThat(found.features().stream().mapToDouble(FeatureSummary::share).sum())
        .isBetween(0.999, 1.001);
    FeatureSummary first = found.features().get(0);
    assertThat(first.contexts()).hasSizeLessThanOrEqualTo(3);
    for (FeatureSummary.Line line : first.contexts()) {
      assertThat(TEXT).contains(String.join("", line.tokens()));
      assertThat(line.strengths()).hasSameSizeAs(line.tokens());
      assertThat(line.shown()).contains("[" + line.tokens().get(line.at()) + "]");
    }
    assertThat(FeatureSummary.of(first.toJson())).isEqualTo(first);
    ObjectNode steered = found.steered().orElseThrow();
    assertThat(steered.get("alpha").asDouble()).isEqualTo(3);
    assertThat(steered.get("before").asText()).startsWith("the c").hasSize(125);
    assertThat(steered.at("/along/text").asText()).startsWith("the c").hasSize(125);
    assertThat(found.report("cats.txt").toHtml()).contains("cats.txt", "Steering", "feature 2");
  }

  @Test
  void isTheSameEveryTime() {
    Inspection first = Inspection.run(model, "x", TEXT, options(0, 4), null, done -> {});
    Inspection second = Inspection.run(model, "x", TEXT, options(0, 4), null, done -> {});
    assertThat(second.toJson()).isEqualTo(first.toJson());
  }

  private void refuses(
      String message, String text, Inspection.Options options, Inspection.Push push) {
    assertThatThrownBy(() -> Inspection.run(model, "x.txt", text, options, push, done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatDoesNotFit() {
    refuses("tiny has layers 0 to 1, got layer 2", TEXT, options(2, 4), null);
    refuses("numbered 0 to 3", TEXT, options(0, 4), new Inspection.Push(4, null, "the"));
    refuses("prompt is empty", TEXT, options(0, 4), new Inspection.Push(0, null, ""));
    refuses("'X' (U+0058)", TEXT, options(0, 4), new Inspection.Push(0, null, "X"));
    assertThatThrownBy(
            () -> Inspection.run(model, "x.txt", "the cat", options(0, 4), null, done -> {}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.txt has 7 tokens")
        .hasMessageContaining("give a longer text or --features 1");
  }
}
