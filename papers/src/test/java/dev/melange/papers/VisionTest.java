package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.nn.ImageModel;
import dev.melange.papers.ImageClassifier.Prediction;
import dev.melange.papers.metaformer.GradCam;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VisionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "poolformer_s12",
        "metaformer_ppaa_s12_224",
        "metaformer_ppff_s12_224",
        "mixer_s16"
      })
  void makesModelsForOtherImagesAndClasses(String name) {
    try (ImageModel model =
            Vision.create(name, options -> options.classes(5).channels(1).size(64));
        Scope scope = Scope.open()) {
      model.eval();
      assertThat(model.classes()).isEqualTo(5);
      assertThat(model.forward(new Rng(1).normal(2, 1, 64, 64)).shape()).containsExactly(2, 5);
      assertThat(model.origin().orElseThrow().model()).isEqualTo(name);
    }
  }

  @Test
  void theSameSeedGivesTheSameWeights() {
    try (ImageModel a = small(3);
        ImageModel b = small(3);
        ImageModel c = small(4)) {
      assertThat(weight(a)).isEqualTo(weight(b)).isNotEqualTo(weight(c));
    }
  }

  private static ImageModel small(long seed) {
    return Vision.create(
        "poolformer_s12",
        options ->
            options
                .classes(3)
                .size(32)
                .seed(seed)
                .set(Map.of("layers", "1,1,1,1", "embed_dims", "8,8,16,16")));
  }

  private static float[] weight(ImageModel model) {
    return model.parameters().get("head.weight").toFloats();
  }

  @Test
  void refusesOtherModelsWithASuggestion() {
    assertThatThrownBy(() -> Vision.create("poolformer_s21"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown image model 'poolformer_s21'")
        .hasMessageContaining("did you mean 'poolformer_s");
    assertThatThrownBy(() -> Vision.create("gpt2"))
        .hasMessageContaining("unknown image model 'gpt2', a model that is no image classifier");
    assertThatThrownBy(() -> Vision.create("mixer_s16", options -> options.size(50)))
        .hasMessageContaining("img_size 50x50 is not a multiple of patch_size 16x16");
    assertThatThrownBy(() -> Vision.create("metaformer_ppaa_s12_224", options -> options.size(1)))
        .hasMessageContaining("too small");
  }

  @Test
  void aClassifierIsOneFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("pets.safetensors");
    Image image = new Image(1, 40, 50, new byte[2000]);
    double[] before;
    try (ImageModel model = small(1)) {
      ImageClassifier classifier =
          new ImageClassifier(model, ImageInput.of(3, 32, true), List.of("cat", "dog", "eel"));
      before = classifier.probabilities(List.of(image))[0];
      ObjectNode nothing = JsonNodeFactory.instance.objectNode();
      classifier.save(
          file,
          new Provenance(
              "poolformer_s12",
              model.origin().orElseThrow().config(),
              Map.of("photos", "abc"),
              1,
              nothing,
              nothing,
              "1",
              Map.of()));
    }
    assertThat(before[0] + before[1] + before[2]).isCloseTo(1, within(1e-9));
    try (ImageClassifier read = ImageClassifier.load(file)) {
      assertThat(read.classes()).containsExactly("cat", "dog", "eel");
      assertThat(read.input()).isEqualTo(ImageInput.of(3, 32, true));
      assertThat(read.probabilities(List.of(image))[0]).isEqualTo(before);
      List<Prediction> top = read.predict(image, 2);
      assertThat(top).hasSize(2);
      assertThat(top.get(0).probability()).isGreaterThanOrEqualTo(top.get(1).probability());
    }
    assertThat(Checkpoints.provenance(file).orElseThrow().data()).containsEntry("photos", "abc");
  }

  @Test
  void weightsAloneAreNoClassifier(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("weights.safetensors");
    try (ImageModel model = small(1);
        ImageModel other = small(2)) {
      Checkpoints.save(model, file);
      assertThat(Checkpoints.provenance(file).orElseThrow().model()).isEqualTo("poolformer_s12");
      Checkpoints.load(other, file);
      assertThat(weight(other)).isEqualTo(weight(model));
    }
    assertThatThrownBy(() -> ImageClassifier.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without class names");
    try (ImageModel larger = Vision.create("poolformer_s12", options -> options.classes(3))) {
      assertThatThrownBy(() -> Checkpoints.load(larger, file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weights.safetensors")
          .hasMessageContaining("missing");
    }
  }

  @Test
  void greyImagesAreConvertedOnlyWhenAsked() {
    Image grey = new Image(1, 2, 2, new byte[4]);
    assertThatThrownBy(() -> ImageInput.of(3, 32, false).withChannels(grey))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expects images of 3 channels, got 1")
        .hasMessageContaining("--channels 3");
    assertThat(ImageInput.of(3, 32, true).withChannels(grey).channels()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"poolformer_s12", "mixer_s32", "resnet18_cifar"})
  void explainsAnyImageModel(String name) {
    try (ImageModel model = Vision.create(name, options -> options.classes(4).size(64));
        Scope scope = Scope.open()) {
      model.eval();
      Tensor x = new Rng(2).normal(2, 3, 64, 64);
      GradCam.Result result = GradCam.explain(model, x, Tensor.of(new long[] {1, 3}, 2));
      assertThat(result.resized().shape()).containsExactly(2, 64, 64);
      for (float v : result.resized().toFloats()) {
        assertThat(v).isBetween(0f, 1f);
      }
      assertThat(result.logits().sub(model.forward(x)).abs().max().item()).isLessThan(1e-4);
    }
  }
}
