package dev.melange.papers.hardnegativemixing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.PackedImages;
import dev.melange.nn.ImageModel;
import dev.melange.papers.ImageInput;
import dev.melange.papers.LastLayer;
import dev.melange.papers.Vision;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContrastiveEvaluationTest {
  private static final long SEED = 12;

  /** Dark images of class 0, bright ones of class 1. */
  private static Dataset<LabelledImage> images(int count, int channels) {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] pixels = new byte[count * channels * 64];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 2;
      for (int j = 0; j < channels * 64; j++) {
        pixels[i * channels * 64 + j] = (byte) (labels[i] * 150 + random.nextInt(60));
      }
    }
    return new PackedImages("shades", channels, 8, 8, pixels, labels, List.of("dark", "bright"));
  }

  private static ProjectedModel encoder() {
    ImageModel model =
        Vision.create(
            "poolformer_mini", options -> options.classes(5).channels(3).size(32).seed(SEED));
    return new ProjectedModel(model, 4, new Rng(SEED));
  }

  @Test
  void featuresOfAnyModelTellClassesApart() throws IOException {
    System.out.println("seed " + SEED);
    ImageInput input = ImageInput.of(3, 32, false);
    Minibatches bank = ImageBatches.evaluation(images(40, 3), input.evaluation(), 16);
    Minibatches test = ImageBatches.evaluation(images(20, 3), input.evaluation(), 16);
    Minibatches views =
        ContrastiveViews.evaluation(images(20, 3), ContrastiveViews.pipeline(input), 16);
    ContrastiveEvaluation evaluation = new ContrastiveEvaluation(bank, test, views, 2);
    try (MocoModel<ProjectedModel> model =
            new MocoModel<>(ContrastiveEvaluationTest::encoder, 4, 32, new Rng(SEED));
        Scope scope = Scope.open()) {
      model.eval();
      Map<String, Double> figures = evaluation.figures(model, 0.2);
      assertThat(figures.keySet())
          .containsExactly("alignment", "uniformity", "class_alignment", "false_negatives", "knn");
      assertThat(figures.get("knn")).isEqualTo(1);
      assertThat(figures.get("alignment")).isBetween(0.0, 4.0);
      assertThat(evaluation.probe(model.query(), LinearProbe.STANDARD, SEED)).isEqualTo(1);
      assertThat(evaluation.figures(model, 0.2)).isEqualTo(figures);
      ContrastiveEvaluation withoutClasses = new ContrastiveEvaluation(null, null, views, 0);
      assertThat(withoutClasses.figures(model, 0.2).keySet())
          .containsExactly("alignment", "uniformity");
    }
  }

  @Test
  void theProjectionTakesThePlaceOfTheClassifier() {
    try (ProjectedModel encoder = encoder();
        ImageModel plain =
            Vision.create(
                "poolformer_mini", options -> options.classes(5).channels(3).size(32).seed(SEED));
        Scope scope = Scope.open()) {
      Set<String> classifier = plain.classifierParameters();
      assertThat(encoder.body().keySet()).doesNotContainAnyElementsOf(classifier);
      assertThat(encoder.body()).hasSize(plain.state().size() - classifier.size());
      LastLayer.expose(plain);
      Tensor image = new Rng(SEED).normal(2, 3, 32, 32);
      assertThat(encoder.features(image).toFloats()).isEqualTo(plain.forward(image).toFloats());
      assertThat(encoder.project(encoder.features(image)).shape()).containsExactly(2, 4);
      encoder
          .model()
          .parameters()
          .forEach(
              (name, tensor) ->
                  assertThat(tensor.requiresGrad()).as(name).isEqualTo(!classifier.contains(name)));
    }
  }

  @Test
  void viewsDifferFromEachOtherAndRepeatThemselves() {
    ImageInput input = ImageInput.of(1, 8, false);
    Minibatches views =
        ContrastiveViews.training(images(8, 1), ContrastiveViews.pipeline(input), 8, SEED);
    try (Scope scope = Scope.open();
        Minibatches.Epoch first = views.epoch(0, 0);
        Minibatches.Epoch again = views.epoch(0, 0);
        Minibatches.Epoch next = views.epoch(1, 0)) {
      var batch = first.next();
      float[] one = batch.get(ImageBatches.IMAGE).toFloats();
      assertThat(batch.get(ContrastiveTraining.SECOND_VIEW).shape()).containsExactly(8, 1, 8, 8);
      assertThat(batch.get(ContrastiveTraining.SECOND_VIEW).toFloats()).isNotEqualTo(one);
      assertThat(again.next().get(ImageBatches.IMAGE).toFloats()).isEqualTo(one);
      assertThat(next.next().get(ImageBatches.IMAGE).toFloats()).isNotEqualTo(one);
    }
  }

  @Test
  void greyImagesAreChangedWithoutColours() {
    Image grey = new Image(1, 8, 8, new byte[64]);
    Image view =
        ContrastiveViews.pipeline(ImageInput.of(1, 8, false)).transform(grey, new Rng(SEED));
    assertThat(view.channels()).isEqualTo(1);
  }

  @Test
  void aProbeNeedsPositiveNumbers() {
    assertThatThrownBy(() -> new LinearProbe(0, 1, 0.1)).hasMessageContaining("got 0, 1 and 0.1");
  }
}
