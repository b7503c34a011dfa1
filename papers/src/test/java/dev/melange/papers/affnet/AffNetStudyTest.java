package dev.melange.papers.affnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.data.DataSets;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.Verdict;
import dev.melange.report.ImageGrid;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AffNetStudyTest {
  private static final double[] LOW = {40, 41, 42};
  private static final double[] BETWEEN = {40.4, 41.4, 42.4};
  private static final double[] HIGH = {41, 42, 43};

  private static List<JsonNode> trials(double... accuracies) {
    return Arrays.stream(accuracies)
        .<JsonNode>mapToObj(
            value ->
                JsonNodeFactory.instance.objectNode().put("accuracy", value).put("parameters", 9))
        .toList();
  }

  private static List<Finding> findings(double[] adaptive, double[] none, double[] fixed) {
    return new AffNetResults(
            Map.of(
                Filtering.ADAPTIVE, trials(adaptive),
                Filtering.NONE, trials(none),
                Filtering.STATIC, trials(fixed)))
        .findings();
  }

  /** Colour images of 32 x 32 pixels without any content. */
  private static StudyImages images() {
    PackedImages blank =
        new PackedImages("blank", 3, 32, 32, new byte[2 * 3 * 32 * 32], new int[2], names());
    Pipeline plain = Pipeline.of(Normalize.UNIT);
    return new StudyImages("blank", blank, blank, names(), 3, 32, plain, plain, () -> {});
  }

  private static List<String> names() {
    return List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
  }

  @Test
  void theClaimNeedsMoreThanHalfAPoint() {
    assertThat(findings(HIGH, LOW, LOW).get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(findings(HIGH, LOW, LOW).get(0).main()).isTrue();
    assertThat(findings(BETWEEN, LOW, LOW).get(0).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(findings(LOW, HIGH, LOW).get(0).verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void allSeedsHaveToAgreeOnTheStaticFilter() {
    assertThat(findings(BETWEEN, LOW, LOW).get(1).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(findings(LOW, LOW, HIGH).get(1).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(findings(new double[] {40, 44, 44}, LOW, BETWEEN).get(1).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void fewerThanThreeSeedsShowNothing() {
    double[] two = {99, 99};
    Finding finding = findings(two, new double[] {1, 1}, two).get(0);
    assertThat(finding.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(finding.reasons()).contains("A verdict needs at least 3 seeds, this run had 2.");
  }

  @Test
  void withoutTheBaselineThereIsNoVerdict() {
    AffNetResults alone = new AffNetResults(Map.of(Filtering.ADAPTIVE, trials(HIGH)));
    assertThat(alone.findings()).hasSize(1);
    assertThat(alone.findings().get(0).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @ParameterizedTest
  @CsvSource({"aff, 22186", "identity, 19626", "static, 29866"})
  void networksHaveTheKnownParameters(String filtering, long expected) {
    try (ImageModel model =
        StudyNetwork.create(
            AffNetSettings.of(Scale.QUICK), Filtering.of(filtering), images(), new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(expected);
    }
  }

  @Test
  void atFullScaleOnlyTheFiltersDiffer() {
    AffNetSettings full = AffNetSettings.of(Scale.FULL);
    try (ImageModel adaptive = StudyNetwork.create(full, Filtering.ADAPTIVE, images(), new Rng(1));
        ImageModel none = StudyNetwork.create(full, Filtering.NONE, images(), new Rng(1));
        ImageModel fixed = StudyNetwork.create(full, Filtering.STATIC, images(), new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(none.parameters().keySet()).noneMatch(name -> name.contains(".filter."));
      assertThat(adaptive.parameters().keySet().stream().filter(n -> !n.contains(".filter.")))
          .containsExactlyElementsOf(none.parameters().keySet());
      assertThat(fixed.parameters().get("layer_3.1.global_rep.0.filter.weight").shape())
          .containsExactly(64, 2, 4, 3);
      assertThat(fixed.forward(Tensor.zeros(1, 3, 32, 32)).shape()).containsExactly(1, 10);
      assertThatThrownBy(() -> fixed.forward(Tensor.zeros(1, 3, 64, 64)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("made for maps [B, 64, 4, 4], got [1, 64, 8, 8]");
    }
  }

  @Test
  void anAdaptiveFilterIsAConvolutionThatDependsOnTheImage() throws IOException {
    PackedImages digits = ImageSets.digits(DataSets.standard(), 0, 20);
    Pipeline plain = Pipeline.of(Normalize.UNIT);
    StudyImages images =
        new StudyImages("digits", digits, digits, digits.classes(), 1, 8, plain, plain, () -> {});
    try (ImageModel model =
        StudyNetwork.create(
            Configs.with(AffNetSettings.of(Scale.SMOKE), Map.of("patch", "1")),
            Filtering.ADAPTIVE,
            images,
            new Rng(2))) {
      model.eval();
      FilterFacts facts = FilterFacts.of(model, images, 3);
      assertThat(facts.error()).isLessThan(1e-10);
      assertThat(facts.change()).isPositive();
      assertThat(facts.finding().verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(facts.finding().main()).isFalse();
      assertThat(new FilterFacts(1e-3, 1).finding().verdict()).isEqualTo(Verdict.FAILS);
      assertThat(new FilterFacts(0, 0).finding().verdict()).isEqualTo(Verdict.FAILS);
    }
  }

  @Test
  void drawsTheFiltersOfAnyImage() {
    try (AffNet model = new AffNet(AffNetPaper.ET, new Rng(1));
        Scope scope = Scope.open()) {
      List<AffTokenMixer.Filtered> filters = model.filters(new Rng(2).normal(2, 3, 64, 96));
      assertThat(filters).hasSize(2 + 4 + 3);
      assertThat(filters.get(0).kernel().shape()).containsExactly(2, 64, 8, 12);
      BufferedImage image = new BufferedImage(96, 64, BufferedImage.TYPE_INT_RGB);
      ImageGrid grid =
          MaskPictures.of("filters", filters.get(0), List.of(image, image), List.of("a", "b"), 3);
      assertThat(grid.rows()).hasSize(4);
      assertThat(grid.columns()).hasSize(4);
      assertThat(grid.rows().get(0).tiles().get(1).toImage().getWidth()).isEqualTo(7);
      assertThat(grid.rows().get(1).tiles().get(1).toImage().getWidth()).isEqualTo(12);
    }
  }

  @Test
  void refusesSettingsThatDoNotFit() {
    AffNetSettings smoke = AffNetSettings.of(Scale.SMOKE);
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("variants", "identity")))
        .hasMessageContaining("variants must be aff and others");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("variants", "aff,fixed")))
        .hasMessageContaining("unknown variant 'fixed'; known: [aff, identity, static]");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("recipe.epochs", "0")))
        .hasMessageContaining("epochs and batch must be at least 1");
    assertThatThrownBy(
            () -> StudyImages.open(DataSets.standard(), AffNetSettings.of(Scale.FULL).images()))
        .hasMessageContaining("--set data=FOLDER");
  }
}
