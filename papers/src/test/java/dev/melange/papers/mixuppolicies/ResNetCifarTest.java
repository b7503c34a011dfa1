package dev.melange.papers.mixuppolicies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.mix.ManifoldMix;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixedBatch;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResNetCifarTest {
  private static final long SEED = 3;

  @ParameterizedTest
  @CsvSource({
    "resnet18_cifar, 11173962, 11220132",
    "resnet34_cifar, 21282122, 21328292",
    "resnet50_cifar, 23520842, 23705252",
    "resnet101_cifar, 42512970, 42697380",
    "resnet_tiny_cifar, 78042, 83892"
  })
  void hasThePublishedNumberOfParameters(String name, long tenClasses, long hundredClasses) {
    try (ResNetCifar model = create(name)) {
      assertThat(model.parameterCount()).isEqualTo(tenClasses);
      model.resetClassifier(100, new Rng(SEED));
      assertThat(model.parameterCount()).isEqualTo(hundredClasses);
      assertThat(model.classes()).isEqualTo(100);
    }
  }

  @Test
  void blocksBeginAsTheIdentityUnlessToldOtherwise() {
    try (ResNetCifar model = create("resnet_tiny_cifar");
        Scope scope = Scope.open()) {
      Map<String, Tensor> state = model.parameters();
      for (int stage = 1; stage <= 3; stage++) {
        String norm = "backbone.layer" + stage + ".0.bn2.weight";
        assertThat(state.get(norm).detach().abs().max().item()).isZero();
      }
      model.startBlocksAtOne();
      for (int stage = 1; stage <= 3; stage++) {
        String norm = "backbone.layer" + stage + ".0.bn2.weight";
        assertThat(state.get(norm).detach().min().item()).isEqualTo(1);
      }
    }
  }

  @Test
  void mixesHiddenMapsOfAWholeBatch() {
    try (ResNetCifar model = create("resnet_tiny_cifar");
        Scope scope = Scope.open();
        Autograd.NoGrad guard = Autograd.noGrad()) {
      model.startBlocksAtOne();
      Rng rng = new Rng(SEED);
      TensorBatch batch =
          TensorBatch.of(
              Map.of("image", rng.normal(6, 3, 16, 16), "label", Tensor.of(new long[6], 6)));
      TensorBatch mixed = new ManifoldMix(1, 2, 3).apply(batch, MixContext.NONE, rng);
      MixedBatch read = MixedBatch.of(mixed);
      assertThat(read.layer()).isEqualTo(2);
      List<Tensor> maps = model.forwardStages(batch.get("image"), 2, read.lam(), read.index());
      Tensor expected = model.forwardHead(maps.get(model.stages()));
      assertThat(read.logits(model).sub(expected).abs().max().item()).isZero();
      Tensor clean = model.forward(batch.get("image"));
      assertThat(read.logits(model).sub(clean).abs().max().item()).isGreaterThan(1e-4);
      Tensor unmixed =
          ManifoldMix.forward(
              model, batch.get("image"), 2, Tensor.scalar(1, clean.dtype()), read.index());
      assertThat(unmixed.sub(clean).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void refusesAPartOfABatchWhosePartnersLieOutside() {
    try (ResNetCifar model = create("resnet_tiny_cifar");
        Scope scope = Scope.open()) {
      Rng rng = new Rng(SEED);
      TensorBatch batch =
          TensorBatch.of(
              Map.of("image", rng.normal(6, 3, 16, 16), "label", Tensor.of(new long[6], 6)));
      TensorBatch part =
          new ManifoldMix(1, 1, 2).apply(batch, MixContext.NONE, rng).split(6).get(0);
      TensorBatch other =
          new ManifoldMix(1, 1, 2).apply(batch, MixContext.NONE, rng).split(6).get(1);
      // a permutation of six has a partner other than 0 in at least one of two single rows
      assertThatThrownBy(
              () -> {
                MixedBatch.of(part).logits(model);
                MixedBatch.of(other).logits(model);
              })
          .hasMessageContaining("whole batch");
    }
  }

  private static ResNetCifar create(String name) {
    return (ResNetCifar) Catalogue.model(name).create(new Rng(SEED));
  }
}
