package dev.melange.papers.dynamicspectrummixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.data.DataSets;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Report;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DsmStudyTest {
  private static final DsmSettings QUICK = DsmSettings.of(Scale.QUICK);

  private static DsmResults results(double[] dynamic, double[] fixed, double[] none) {
    return new DsmResults(
        "digits",
        Map.of(
            Selection.DYNAMIC, trials(dynamic),
            Selection.STATIC, trials(fixed),
            Selection.NONE, trials(none)));
  }

  private static List<JsonNode> trials(double... accuracies) {
    return Arrays.stream(accuracies)
        .<JsonNode>mapToObj(
            value ->
                JsonNodeFactory.instance.objectNode().put("accuracy", value).put("parameters", 9))
        .toList();
  }

  private static Arena digits() throws IOException {
    return Arena.open(DataSets.standard(), QUICK.digits());
  }

  @Test
  void eachStepHasToBeMoreThanAThirdOfAPoint() {
    double[] low = {50, 51, 52};
    double[] high = {51, 52, 53};
    double[] between = {50.2, 51.2, 52.2};
    assertThat(results(high, low, low).selection(true).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(results(between, low, low).selection(true).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(results(low, high, low).selection(true).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(results(low, high, low).mixing().verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(results(low, low, low).mixing().verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(results(low, low, low).selection(true).main()).isTrue();
    assertThat(results(low, low, low).mixing().main()).isFalse();
  }

  @Test
  void fewerThanThreeSeedsShowNothing() {
    double[] two = {99, 99};
    assertThat(results(two, new double[] {1, 1}, two).selection(true).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void networksForDigitsHaveTheKnownParameters() throws IOException {
    try (Arena arena = digits()) {
      assertThat(parameters(arena, Selection.DYNAMIC)).isEqualTo(6_082);
      assertThat(parameters(arena, Selection.STATIC)).isEqualTo(5_642);
      assertThat(parameters(arena, Selection.NONE)).isEqualTo(2_506);
    }
  }

  private static long parameters(Arena arena, Selection selection) {
    try (ImageModel model = arena.create(selection, new Rng(1))) {
      return model.parameterCount();
    }
  }

  @Test
  void trainingAndTestImagesOfTheDigitsAreDisjoint() throws IOException {
    try (Arena arena = digits()) {
      assertThat(arena.images().train().size()).isEqualTo(600);
      assertThat(arena.images().test().size()).isEqualTo(1197);
    }
  }

  @Test
  void thePyramidAlsoTakesTheBaselines() throws IOException {
    DsmSettings settings =
        Configs.with(QUICK, Map.of("digits.network", "dsm_s", "digits.test", "9"));
    try (Arena arena = Arena.open(DataSets.standard(), settings.digits());
        Scope scope = Scope.open()) {
      for (Selection selection : Selection.values()) {
        try (ImageModel model = arena.create(selection, new Rng(1))) {
          assertThat(model.forward(Tensor.zeros(1, 1, 8, 8)).shape()).containsExactly(1, 10);
          boolean generates =
              model.parameters().keySet().stream().anyMatch(name -> name.contains("gen_fc1"));
          assertThat(generates).isEqualTo(selection == Selection.DYNAMIC);
        }
      }
    }
  }

  @Test
  void showsTheWeightsOfImagesAndTheirBlurredCopies() throws IOException {
    try (Arena arena = digits();
        ImageModel model = arena.create(Selection.DYNAMIC, new Rng(3))) {
      BandPictures pictures = BandPictures.of(model, arena, 2);
      assertThat(pictures.error()).isLessThan(1e-12);
      assertThat(pictures.change()).isPositive();
      assertThat(pictures.finding().verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(pictures.map()).hasDimensions(8, 8);
      Report report = new Report("bands");
      pictures.write(report);
      assertThat(report.toHtml()).contains("blurred", "block by band");
      try (ImageModel fixed = arena.create(Selection.STATIC, new Rng(3))) {
        assertThatThrownBy(() -> BandPictures.of(fixed, arena, 2))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("selector=none");
      }
    }
  }

  @Test
  void refusesSettingsThatDoNotFit() {
    assertThatThrownBy(() -> Configs.with(QUICK, Map.of("tasks", "digits,digits")))
        .hasMessageContaining("tasks must be some, each once");
    assertThatThrownBy(() -> Configs.with(QUICK, Map.of("digits.width", "0")))
        .hasMessageContaining("width, patch and blocks must be at least 1");
    assertThatThrownBy(() -> Arena.open(DataSets.standard(), DsmSettings.of(Scale.FULL).images()))
        .hasMessageContaining("--set data=FOLDER");
  }
}
