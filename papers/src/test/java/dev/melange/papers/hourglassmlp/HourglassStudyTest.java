package dev.melange.papers.hourglassmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.papers.hourglassmlp.HourglassSettings.Pair;
import dev.melange.papers.hourglassmlp.HourglassSettings.Shape;
import dev.melange.papers.hourglassmlp.PairResults.Entry;
import dev.melange.papers.hourglassmlp.RestorationTrial.Kind;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HourglassStudyTest {
  private static final Degradation NOISE = Degradation.noise(0.25);
  private static final Shape SHAPE = new Shape(8, 2, 1);
  private static final HourglassSettings QUICK = HourglassSettings.of(Scale.QUICK);

  private static PairResults results(double[] conventional, double[] fixed, double[] trained) {
    Map<Kind, Entry> entries = new EnumMap<>(Kind.class);
    entries.put(Kind.CONVENTIONAL, entry(Kind.CONVENTIONAL, conventional));
    entries.put(Kind.FIXED, entry(Kind.FIXED, fixed));
    entries.put(Kind.TRAINED, entry(Kind.TRAINED, trained));
    return new PairResults(new Pair("p", "denoise", SHAPE, SHAPE, true, null), entries);
  }

  private static Entry entry(Kind kind, double... psnr) {
    List<JsonNode> trials = new ArrayList<>();
    for (double value : psnr) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      trials.add(json.put("psnr", value).put("trainable", 5));
    }
    return new Entry(new RestorationTrial(kind, SHAPE, NOISE), trials);
  }

  @Test
  void theClaimHoldsOnlyInAllPairs() {
    double[] low = {20, 21, 22};
    double[] high = {20.05, 21.05, 22.05};
    double[] alike = {20.01, 21.01, 22.01};
    PairResults ahead = results(low, high, high);
    PairResults behind = results(high, low, low);
    PairResults even = results(low, alike, alike);
    assertThat(ahead.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(PairResults.main(List.of(ahead, ahead)).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(PairResults.main(List.of(ahead, even)).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(PairResults.main(List.of(even, behind)).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(PairResults.main(List.of(ahead)).main()).isTrue();
  }

  @Test
  void fewerThanThreeSeedsShowNothing() {
    PairResults two = results(new double[] {1, 1}, new double[] {9, 9}, new double[] {9, 9});
    Finding main = PairResults.main(List.of(two));
    assertThat(main.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(main.reasons()).contains("A verdict needs at least 3 seeds, this run had 2.");
    assertThat(two.findings().get(0).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void aRandomLiftMayBeATenthOfADecibelBehind() {
    double[] low = {20, 21, 22};
    double[] near = {20.09, 21.09, 22.09};
    double[] far = {20.2, 21.2, 22.2};
    assertThat(results(low, low, near).findings().get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(results(low, low, far).findings().get(0).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(results(low, far, low).findings().get(0).verdict()).isEqualTo(Verdict.HOLDS);
  }

  private static SearchResults.Point point(
      Kind kind, int skip, int inner, int depth, long trainable, double psnr) {
    return new SearchResults.Point(kind, new Shape(skip, inner, depth), trainable, psnr);
  }

  @Test
  void theFrontsAreComparedAtTheConventionalBudgets() {
    List<SearchResults.Point> points =
        List.of(
            point(Kind.CONVENTIONAL, 8, 9, 1, 100, 20),
            point(Kind.CONVENTIONAL, 8, 9, 2, 200, 19),
            point(Kind.CONVENTIONAL, 8, 9, 3, 300, 22),
            point(Kind.FIXED, 9, 4, 1, 90, 21),
            point(Kind.FIXED, 9, 4, 2, 250, 22.5));
    SearchResults found = new SearchResults(QUICK.search(), points);
    assertThat(found.front(Kind.CONVENTIONAL)).containsExactly(points.get(0), points.get(2));
    assertThat(found.findings().get(0).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(found.findings().get(0).reasons()).hasSize(2);
    assertThat(found.findings().get(1).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    List<SearchResults.Point> worse = new ArrayList<>(points);
    worse.set(4, point(Kind.FIXED, 9, 4, 2, 250, 21.5));
    assertThat(new SearchResults(QUICK.search(), worse).findings().get(0).verdict())
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void theBestNetworksGrowAsThePaperSaysOnlyInAllThreeWays() {
    List<SearchResults.Point> points = new ArrayList<>();
    points.add(point(Kind.CONVENTIONAL, 8, 9, 1, 100, 20));
    for (int i = 1; i <= 4; i++) {
      points.add(point(Kind.FIXED, 10 * i, 9 - i, i, 100L * i, 20 + i));
    }
    assertThat(new SearchResults(QUICK.search(), points).findings().get(1).verdict())
        .isEqualTo(Verdict.HOLDS);
    List<SearchResults.Point> alike = new ArrayList<>();
    for (SearchResults.Point point : points) {
      alike.add(point(point.kind(), 8, 4, 2, point.trainable(), point.psnr()));
    }
    assertThat(new SearchResults(QUICK.search(), alike).findings().get(1).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    points.set(4, point(Kind.FIXED, 40, 80, 4, 400, 24));
    points.set(3, point(Kind.FIXED, 30, 70, 4, 300, 23));
    assertThat(new SearchResults(QUICK.search(), points).findings().get(1).verdict())
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void thePairsHaveAboutAsManyTrainableParameters() {
    long[][] expected = {{856_064, 870_944}, {329_216, 334_272}, {611_648, 602_528}};
    for (int i = 0; i < expected.length; i++) {
      Pair pair = QUICK.pairs().get(i);
      Degradation degradation =
          pair.task().equals("denoise") ? NOISE : Degradation.shrink(QUICK.factor());
      assertThat(parameters(Kind.CONVENTIONAL, pair.conventional(), degradation))
          .isEqualTo(expected[i][0]);
      assertThat(parameters(Kind.FIXED, pair.hourglass(), degradation)).isEqualTo(expected[i][1]);
      if (pair.enlarged() != null) {
        assertThat((double) parameters(Kind.ENLARGED, pair.enlarged(), degradation))
            .isCloseTo((double) expected[i][1], within(0.05 * expected[i][1]));
      }
    }
  }

  private static long parameters(Kind kind, Shape shape, Degradation degradation) {
    try (Scope scope = Scope.open()) {
      HourglassConfig config =
          new RestorationTrial(kind, shape, degradation).config(Tensor.zeros(1, 1, 16, 16));
      try (HourglassMlp model = new HourglassMlp(config, new Rng(1))) {
        return model.parameterCount();
      }
    }
  }

  @Test
  void pixelsComeBackFromTheNetworksScale() {
    try (Scope scope = Scope.open()) {
      Tensor images = new Rng(1).uniform(3, 1, 4, 4);
      Restoration restoration = new Restoration(NOISE, false);
      Tensor back = Restoration.pixels(restoration.input(images)).reshape(images.shape());
      assertThat(back.sub(images).abs().max().item()).isLessThan(1e-6);
      assertThat(Restoration.pixels(Tensor.of(new float[] {-3, 3}, 2)).toFloats())
          .containsExactly(0, 1);
      Restoration enlarging = new Restoration(Degradation.shrink(2), true);
      assertThat(enlarging.input(images).shape()).containsExactly(3, 64);
      assertThat(enlarging.inputs(1, 8, 8)).isEqualTo(64);
      assertThat(new Restoration(Degradation.shrink(2), false).inputs(1, 8, 8)).isEqualTo(16);
    }
  }

  @Test
  void greyImagesAreLumaAndBlocksAreTheirMeans() {
    try (Scope scope = Scope.open()) {
      Tensor red = Tensor.cat(1, Tensor.ones(1, 1, 2, 2), Tensor.zeros(1, 2, 2, 2));
      float[] grey = new StudyImages.View(true, 2).apply(red).toFloats();
      assertThat(grey).hasSize(1);
      assertThat(grey[0]).isCloseTo(0.299f, within(1e-6f));
      assertThat(StudyImages.View.NONE.apply(red).toFloats()).isEqualTo(red.toFloats());
    }
  }

  @Test
  void settingsAreChecked() {
    HourglassSettings smoke = HourglassSettings.of(Scale.SMOKE);
    assertThat(Configs.with(smoke, Map.of("recipe.epochs", "2")).recipe().epochs()).isEqualTo(2);
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("recipe.epochs", "0")))
        .hasMessageContaining("epochs, batch and learning_rate must be positive");
    assertThatThrownBy(() -> Configs.with(smoke, Map.of("seeds", "0")))
        .hasMessageContaining("seeds");
    assertThatThrownBy(
            () -> StudyImages.open(DataSets.standard(), HourglassSettings.of(Scale.FULL)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'imagenet-32' is neither a set")
        .hasMessageContaining("--set data=FOLDER");
  }
}
