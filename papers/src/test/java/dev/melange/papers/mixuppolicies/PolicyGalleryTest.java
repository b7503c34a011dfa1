package dev.melange.papers.mixuppolicies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.data.image.Normalize;
import dev.melange.mix.MixContext;
import dev.melange.papers.Catalogue;
import dev.melange.report.ImageGrid;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyGalleryTest {
  @Test
  void showsEachPairMixedByEachPolicy() {
    try (ResNetCifar net = (ResNetCifar) Catalogue.model("resnet_tiny_cifar").create(new Rng(5));
        Scope scope = Scope.open()) {
      MixContext context =
          new MixContext(net, net, new Normalize(new float[] {0.5f}, new float[] {0.5f}));
      Tensor images = new Rng(5).uniform(2, 2, 3, 32, 32).mul(2).sub(1);
      TensorBatch pairs =
          TensorBatch.of(
              Map.of(
                  "image",
                  images,
                  "label",
                  Tensor.of(new long[] {0, 1}, 2),
                  "label_b",
                  Tensor.of(new long[] {2, 1}, 2)));
      ImageGrid grid =
          PolicyGallery.of(
              pairs, List.of("cat", "dog", "owl"), PolicyGallery.policies(), context, 5);
      assertThat(grid.columns()).hasSize(2 + 10).contains("cutmix:0.2", "puzzlemix:1");
      assertThat(grid.rows()).hasSize(2);
      assertThat(grid.rows().get(0).tiles().get(2).shares())
          .extracting("label")
          .containsExactly("cat", "owl");
      assertThat(grid.toHtml())
          .isEqualTo(
              PolicyGallery.of(
                      pairs, List.of("cat", "dog", "owl"), PolicyGallery.policies(), context, 5)
                  .toHtml());
    }
  }
}
