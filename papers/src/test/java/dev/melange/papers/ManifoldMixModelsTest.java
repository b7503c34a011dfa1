package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.image.Normalize;
import dev.melange.mix.ManifoldMix;
import dev.melange.nn.ImageModel;
import dev.melange.nn.StagedImageModel;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifold Mixup on the way through the classifiers of the catalogue. */
class ManifoldMixModelsTest {
  private static final long[] SHAPE = {3, 32, 32};
  private static final Normalize NORMALIZE =
      new Normalize(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f});

  private static ImageModel model(String name) {
    ImageModel model = Vision.create(name, options -> options.classes(4).size(32).seed(1));
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      // classifiers that begin at zero would hide what reaches them
      Rng rng = new Rng(2);
      model
          .classifierParameters()
          .forEach(parameter -> rng.normal_(model.parameters().get(parameter), 0, 0.1));
    }
    model.eval();
    return model;
  }

  private static int stages(ImageModel model) {
    return model instanceof StagedImageModel staged ? staged.stages() : 1;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet_tiny_cifar",
        "poolformer_mini",
        "mixer_mini",
        "dsm_mini",
        "ms_mlp_mini",
        "affnet_mini",
        "raftmlp_mini",
        "strip_mlp_mini",
        "scaling_mlp_mini",
        "ninformer_mini",
        "hourglass_mlp_mini",
        "vim2_xs"
      })
  void theSharesZeroAndOneAreThePartnersAndTheImagesAtEveryLayer(String name) {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad();
        ImageModel model = model(name)) {
      Tensor image = new Rng(3).normal(3, 3, 32, 32);
      Tensor index = Tensor.of(new long[] {1, 2, 0}, 3);
      Tensor own = model.forward(image);
      Tensor others = own.indexSelect(0, index);
      assertThat(own.sub(others).abs().max().item()).isGreaterThan(1e-4);
      for (int layer = 0; layer <= stages(model); layer++) {
        assertThat(distance(model, image, layer, 1, index, own))
            .as("layer %d", layer)
            .isLessThan(1e-4);
        assertThat(distance(model, image, layer, 0, index, others))
            .as("layer %d", layer)
            .isLessThan(1e-4);
      }
    }
  }

  private static double distance(
      ImageModel model, Tensor image, int layer, double lam, Tensor index, Tensor expected) {
    Tensor logits = ManifoldMix.forward(model, image, layer, Tensor.scalar(lam, DType.F64), index);
    return logits.sub(expected).abs().max().item() / expected.abs().max().item();
  }

  @Test
  void aStageThatTheModelDoesNotHaveIsRefused() {
    try (ImageModel staged = model("poolformer_mini");
        ImageModel plain = model("raftmlp_mini")) {
      assertThatThrownBy(() -> Mixing.parse("manifold:end=9").with(staged, SHAPE, NORMALIZE, 1))
          .hasMessageContaining(
              "the maps after stage 8, but PoolFormer has 4: write manifold:end=5");
      assertThatThrownBy(() -> Mixing.parse("manifold").with(plain, SHAPE, NORMALIZE, 1))
          .hasMessageContaining("RaftMlp has 1: write manifold:end=2");
      Mixing.parse("manifold").with(staged, SHAPE, NORMALIZE, 1).close();
      Mixing.parse("manifold:end=2").with(plain, SHAPE, NORMALIZE, 1).close();
    }
  }
}
