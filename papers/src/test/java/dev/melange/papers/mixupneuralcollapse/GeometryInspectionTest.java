package dev.melange.papers.mixupneuralcollapse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mix.ManifoldMix;
import dev.melange.papers.LastLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeometryInspectionTest {
  private static final long SEED = 21;
  private static final int CLASSES = 4;
  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  private static TensorBatch images(int n, int classes) {
    long[] labels = IntStream.range(0, n).mapToLong(i -> i % classes).toArray();
    Tensor image =
        new Rng(SEED)
            .uniform(n, 1, 4, 4)
            .add(Tensor.of(labels).to(DType.F32).reshape(n, 1, 1, 1).mul(0.5));
    return TensorBatch.of(Map.of(ImageBatches.IMAGE, image, ImageBatches.LABEL, Tensor.of(labels)));
  }

  private static FeatureMlp model(int classes) {
    return new FeatureMlp(new FeatureMlp.Config(16, new int[] {20, 12}, classes), new Rng(SEED));
  }

  @Test
  void measuresAndDrawsAnyClassifier() {
    System.out.println("seed " + SEED);
    try (Scope scope = Scope.open();
        FeatureMlp model = model(CLASSES)) {
      GeometryInspection found =
          GeometryInspection.of(
              model,
              images(80, CLASSES),
              images(40, CLASSES),
              NAMES,
              new GeometryInspection.Options(new int[] {0, 2, 3}, 60, SEED));
      ObjectNode json = found.toJson();
      for (String figure : List.of("nc1", "nc3", "nc4")) {
        assertThat(json.get("collapse").get(figure).asDouble()).as(figure).isNotNegative();
      }
      assertThat(json.at("/validation/ece").asDouble()).isBetween(0.0, 1.0);
      assertThat(json.at("/plane/classes/1").asInt()).isEqualTo(2);
      int points = 0;
      for (String panel : List.of("same", "different")) {
        for (var group : json.at("/plane/" + panel)) {
          points += group.get("x").size();
        }
      }
      assertThat(points).isEqualTo(60);
      String html = found.report("my model", "my images").toHtml();
      assertThat(html).contains("my model: mixtures of two classes", "c and d", "Reliability");
      assertThat(found.summary()).contains("of 40 validation images");
    }
  }

  @Test
  void twoClassesHaveNoPlane() {
    try (Scope scope = Scope.open();
        FeatureMlp model = model(2)) {
      GeometryInspection found =
          GeometryInspection.of(
              model,
              images(40, 2),
              images(20, 2),
              List.of("a", "b"),
              new GeometryInspection.Options(new int[0], 40, SEED));
      assertThat(found.toJson().has("plane")).isFalse();
      assertThat(found.report("m", "d").toHtml()).contains("needs three classes");
    }
  }

  @Test
  void refusesImpossibleWishes() {
    assertThatThrownBy(() -> new GeometryInspection.Options(new int[] {1, 1, 2}, 40, 0))
        .hasMessageContaining("three different classes, got 2: name three");
    assertThatThrownBy(() -> new GeometryInspection.Options(new int[0], 4, 0))
        .hasMessageContaining("at least 10, got 4");
    try (Scope scope = Scope.open();
        FeatureMlp model = model(CLASSES)) {
      var options = new GeometryInspection.Options(new int[0], 40, 0);
      assertThatThrownBy(
              () -> GeometryInspection.of(model, images(40, 3), images(20, 3), NAMES, options))
          .hasMessageContaining("class 3 has no samples");
    }
  }

  @Test
  void mixturesAreHalfOfOneClassAndHalfOfTwo() {
    try (Scope scope = Scope.open()) {
      long[] labels = IntStream.range(0, 90).mapToLong(i -> i % 3).toArray();
      Mixtures mixtures = Mixtures.draw(labels, new int[] {0, 1, 2}, 200, new Rng(SEED));
      long[] a = mixtures.labelsA().toLongs();
      long[] b = mixtures.labelsB().toLongs();
      long same = IntStream.range(0, 200).filter(i -> a[i] == b[i]).count();
      assertThat(same).isEqualTo(100);
      long[] first = mixtures.first().toLongs();
      assertThat(IntStream.range(0, 200).allMatch(i -> labels[(int) first[i]] == a[i])).isTrue();
      assertThat(Arrays.stream(mixtures.lam().toDoubles()).allMatch(x -> x >= 0 && x < 1)).isTrue();
      assertThatThrownBy(() -> Mixtures.draw(labels, new int[] {7}, 10, new Rng(SEED)))
          .hasMessageContaining("no images of class 7");
    }
  }

  @Test
  void theModelPredictsFeaturesThatAreItsOwnOptimum() {
    try (Scope scope = Scope.open()) {
      int k = 5;
      var config = new UnconstrainedFeatures.Config(k, 2, 0.05, "ce");
      Tensor basis =
          dev.melange.tensor.Linalg.qr(
              new Rng(SEED).normal_(Tensor.zeros(9, k).to(DType.F64), 0, 1))[0];
      Tensor pure = Tensor.arange(k);
      UnconstrainedFeatures means =
          UnconstrainedFeatures.solve(config, Tensor.ones(k).to(DType.F64), pure, pure, basis);
      UfmFit fit = new UfmFit(means.weight(), means.features());
      assertThat(fit.reg()).isCloseTo(0.05, within(1e-6));
      long[] labels = IntStream.range(0, 50).mapToLong(i -> i % k).toArray();
      Mixtures mixtures =
          Mixtures.draw(labels, IntStream.range(0, k).toArray(), 100, new Rng(SEED));
      Tensor mixed =
          UnconstrainedFeatures.solve(
                  config, mixtures.lam(), mixtures.labelsA(), mixtures.labelsB(), basis)
              .features();
      UfmFit.Errors errors = fit.errors(mixtures, mixed);
      assertThat(errors.ufm()).isLessThan(1e-6);
      assertThat(errors.line()).isGreaterThan(0.1);
    }
  }

  @Test
  void crossEntropyBendsAndSquaredErrorDoesNot() {
    assertThat(UfmFit.bend(10, 1, 0.01, "ce")).isGreaterThan(0.1);
    assertThat(UfmFit.bend(10, 1, 0.01, "mse")).isLessThan(1e-12);
  }

  @Test
  void hiddenLayersAreMixedOnTheWay() {
    try (Scope scope = Scope.open();
        FeatureMlp model = model(CLASSES)) {
      Tensor image = new Rng(SEED).uniform(4, 1, 4, 4);
      Tensor index = Tensor.of(new long[] {1, 0, 3, 2});
      Tensor one = Tensor.scalar(1, DType.F32);
      for (int layer = 0; layer <= model.stages(); layer++) {
        assertThat(ManifoldMix.forward(model, image, layer, one, index).toFloats())
            .isEqualTo(model.forward(image).toFloats());
      }
      Tensor half = Tensor.scalar(0.5, DType.F32);
      Tensor atEnd = ManifoldMix.forward(model, image, model.stages(), half, index);
      LastLayer last = LastLayer.of(model);
      Tensor features = model.forwardFeatures(image);
      Tensor expected = last.logits(features.add(features.indexSelect(0, index)).mul(0.5));
      assertThat(atEnd.sub(expected).abs().max().item()).isCloseTo(0, within(1e-5));
    }
  }
}
