package dev.melange.papers.scalingmlps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.Image;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.Pipeline;
import dev.melange.nn.ImageModel;
import dev.melange.papers.Catalogue;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageInput;
import dev.melange.papers.TestTimeAugmentation;
import dev.melange.papers.Vision;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private static final long SEED = 5;

  @Test
  void boxesLieInTheImageAndHaveTheAreasAskedFor() {
    BatchCrops crops = new BatchCrops(8, 0.2, 0.6, 0.5, 2, 0.5);
    Rng rng = new Rng(SEED);
    double least = 1;
    double most = 0;
    for (int i = 0; i < 2000; i++) {
      long[] box = crops.box(60, 90, rng);
      assertThat(box[0]).isBetween(0L, 60 - box[2]);
      assertThat(box[1]).isBetween(0L, 90 - box[3]);
      double area = box[2] * box[3] / 5400.0;
      double ratio = (double) box[3] / box[2];
      assertThat(area).isBetween(0.19, 0.61);
      assertThat(ratio).isBetween(0.47, 2.1);
      least = Math.min(least, area);
      most = Math.max(most, area);
    }
    assertThat(least).isLessThan(0.22);
    assertThat(most).isGreaterThan(0.58);
  }

  @Test
  void takesTheCentreIfNoBoxFits() {
    // a whole square does not fit in an oblong image
    BatchCrops crops = new BatchCrops(8, 1, 1, 1, 1, 0);
    assertThat(crops.box(10, 30, new Rng(SEED))).containsExactly(0, 10, 10, 10);
    assertThat(crops.box(30, 10, new Rng(SEED))).containsExactly(10, 0, 10, 10);
  }

  @Test
  void wholeImagesOfTheSizeStayAsTheyAre() {
    BatchCrops crops = new BatchCrops(6, 1, 1, 1, 1, 0);
    BatchCrops mirrored = new BatchCrops(6, 1, 1, 1, 1, 1);
    try (Scope scope = Scope.open()) {
      Tensor x = new Rng(SEED).normal(3, 2, 6, 6);
      assertThat(crops.apply(x, new Rng(1)).toFloats()).isEqualTo(x.toFloats());
      assertThat(mirrored.apply(x, new Rng(1)).toFloats())
          .isEqualTo(x.flip(3).contiguous().toFloats());
    }
  }

  @Test
  void sameSeedSameCrops() {
    BatchCrops crops = BatchCrops.pretraining(8);
    try (Scope scope = Scope.open()) {
      Tensor x = new Rng(SEED).normal(4, 3, 16, 16);
      Tensor y = crops.apply(x, new Rng(1));
      assertThat(y.shape()).containsExactly(4, 3, 8, 8);
      assertThat(crops.apply(x, new Rng(1)).toFloats()).isEqualTo(y.toFloats());
      assertThat(crops.apply(x, new Rng(2)).toFloats()).isNotEqualTo(y.toFloats());
    }
  }

  @Test
  void standardisesChannelsOrAllAlikeAndRefusesBoxesOutside() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.full(10, 1, 2, 4, 4).to(DType.F64);
      Tensor box = Tensor.of(new long[] {0, 0, 2, 2}, 1, 4);
      Tensor flip = Tensor.of(new long[] {1}, 1);
      BatchCrops.Config one = new BatchCrops.Config(3, List.of(4.0), List.of(2.0));
      BatchCrops.Config two = new BatchCrops.Config(3, List.of(4.0, 10.0), List.of(2.0, 1.0));
      assertThat(one.apply(x, box, flip).sub(3.0).abs().max().item()).isLessThan(1e-12);
      assertThat(two.apply(x, box, flip).mean(2, 3).toDoubles())
          .usingComparatorWithPrecision(1e-12)
          .containsExactly(3, 0);
      assertThatThrownBy(() -> one.apply(x, Tensor.of(new long[] {3, 0, 2, 2}, 1, 4), flip))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("box 0 (top 3, left 0, 2 x 2) does not lie in images of 4 x 4");
    }
    assertThatThrownBy(() -> new BatchCrops.Config(3, List.of(0.0), List.of(0.0)))
        .hasMessageContaining("std positive");
    assertThatThrownBy(() -> new BatchCrops(0, 0.1, 1, 1, 1, 0))
        .hasMessageContaining("resolution must be at least 1");
    assertThatThrownBy(() -> new BatchCrops(4, 0.5, 0.1, 1, 1, 0)).hasMessageContaining("area");
    assertThatThrownBy(() -> new BatchCrops(4, 0.5, 1, 2, 1, 0)).hasMessageContaining("ratio");
    assertThatThrownBy(() -> new BatchCrops(4, 0.5, 1, 1, 1, 2))
        .hasMessageContaining("probability");
  }

  @Test
  void averagesTheProbabilitiesOfAnyClassifier() throws IOException {
    JsonNode config =
        new ObjectMapper()
            .readTree(
                """
                {"model": "vision/mlp-mixer", "model_config": {"img_size": 8, "patch_size": 4,
                 "embed_dim": 8, "num_blocks": 1, "num_classes": 3}}""");
    var built = Catalogue.components().get("interpret/tta").build(config, new Rng(SEED));
    try (TtaComponent tta = (TtaComponent) built.layer();
        Scope scope = Scope.open()) {
      Tensor views = new Rng(SEED).normal(5, 2, 3, 8, 8);
      Map<String, Tensor> out = tta.run(views);
      assertThat(out.get("probs").shape()).containsExactly(2, 3);
      assertThat(out.get("probs").sum(1).to(DType.F64).toDoubles())
          .usingComparatorWithPrecision(1e-6)
          .containsExactly(1, 1);
      assertThatThrownBy(() -> tta.run(views.get(0)))
          .hasMessageContaining("views [V, B, c, H, W], got [2, 3, 8, 8]");
    }
    JsonNode wrong =
        new ObjectMapper()
            .readTree("{\"model\": \"layer/drop-path\", \"model_config\": {\"drop_prob\": 0.5}}");
    assertThatThrownBy(
            () -> Catalogue.components().get("interpret/tta").build(wrong, new Rng(SEED)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer/drop-path is none");
  }

  @Test
  void viewsOfAnImageAreAveragedAndRepeatable() {
    byte[] pixels = new byte[8 * 8];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 3);
    }
    Image image = new Image(1, 8, 8, pixels);
    Pipeline mirrored = Pipeline.of(Normalize.UNIT, new HorizontalFlip(0.5));
    Pipeline plain = Pipeline.of(Normalize.UNIT);
    Pipeline always = Pipeline.of(Normalize.UNIT, new HorizontalFlip(1));
    try (var model =
            Vision.create(
                "scaling_mlp_b6_wi512",
                options -> options.size(8).channels(1).classes(3).set("width", "16"));
        Scope scope = Scope.open()) {
      List<Image> images = List.of(image, image);
      double[] one = TestTimeAugmentation.probabilities(model, images, plain, 3, SEED).toDoubles();
      double[] two = TestTimeAugmentation.probabilities(model, images, always, 1, SEED).toDoubles();
      double[] mixed =
          TestTimeAugmentation.probabilities(model, images, mirrored, 40, SEED).toDoubles();
      assertThat(mixed)
          .isEqualTo(
              TestTimeAugmentation.probabilities(model, images, mirrored, 40, SEED).toDoubles());
      double share = (mixed[0] - two[0]) / (one[0] - two[0]);
      assertThat(share * 40).isCloseTo(Math.rint(share * 40), Offset.offset(1e-3));
      assertThat(share).isBetween(0.2, 0.8);
      for (int k = 0; k < 3; k++) {
        assertThat(mixed[k]).isCloseTo(share * one[k] + (1 - share) * two[k], Offset.offset(1e-6));
      }
      assertThatThrownBy(() -> TestTimeAugmentation.probabilities(model, images, mirrored, 0, SEED))
          .hasMessageContaining("at least one view, got 0");
    }
  }

  @Test
  void classifiersAverageOverViews() {
    ImageModel model =
        Vision.create(
            "scaling_mlp_b6_wi512",
            options -> options.size(8).channels(1).classes(2).set("width", "16"));
    byte[] pixels = new byte[100];
    pixels[17] = 99;
    List<Image> images = List.of(new Image(1, 10, 10, pixels), new Image(1, 10, 10, pixels));
    try (ImageClassifier classifier =
        new ImageClassifier(model, ImageInput.of(1, 8, false), List.of("a", "b"))) {
      double[][] views = classifier.probabilities(images, 8, SEED);
      assertThat(views).hasDimensions(2, 2);
      assertThat(views[1][0] + views[1][1]).isCloseTo(1, Offset.offset(1e-9));
      assertThat(classifier.probabilities(images, 8, SEED)).isDeepEqualTo(views);
      assertThat(classifier.probabilities(images)[0]).isNotEqualTo(views[0]);
    }
  }
}
