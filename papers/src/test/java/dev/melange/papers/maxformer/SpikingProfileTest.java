package dev.melange.papers.maxformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Macs;
import dev.melange.papers.Vision;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpikingProfileTest {
  private static final int BATCH = 3;

  @Test
  void countsTheOperationsOfTheNetworkAndTellsSpikesFromRealInput() {
    try (ImageModel model = Vision.create("max_former_mini", options -> options.size(16));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      model.train(); // batch statistics make neurons fire in an untrained network
      Tensor x = new Rng(1).normal(BATCH, 3, 16, 16);
      SpikingProfile profile = SpikingProfile.of(model, x);
      assertThat(profile.steps()).isEqualTo(2);
      List<SpikingProfile.Product> products = profile.products();
      assertThat(products.get(0).name()).isEqualTo("patch_embed1.embed1.embed_conv");
      assertThat(products.stream().filter(SpikingProfile.Product::real))
          .extracting(SpikingProfile.Product::name)
          .containsExactly("patch_embed1.embed1.embed_conv", "head");
      assertThat(products)
          .extracting(SpikingProfile.Product::name)
          .contains("stage2.0.attn.q_conv", "stage2.0.attn.q_conv (product)");
      double perImage = 0;
      for (SpikingProfile.Product product : products) {
        perImage += product.operations() * (product.real() ? 1 : 2);
      }
      long first = 3L * 9 * 20 * 64; // of the image in the second step, which is the same
      assertThat(perImage)
          .isCloseTo((double) Macs.count(() -> model.forward(x)) / BATCH - first, within(1.0));
      assertThat(profile.neurons().get(0).rateByStep()).hasSize(2);
      assertThat(profile.meanRate()).isBetween(0.01, 0.6);
      assertThat(profile.energy().millijoules())
          .isPositive()
          .isLessThan(profile.energyOfRealTwin().millijoules());
    }
  }

  @Test
  void realInputThatChangesCostsInEveryStep() {
    try (ImageModel model = Vision.create("max_resnet_mini", options -> options.size(16));
        Scope scope = Scope.open()) {
      model.train();
      SpikingProfile profile = SpikingProfile.of(model, new Rng(1).normal(BATCH, 3, 16, 16));
      SpikingProfile.Product shortcut =
          profile.products().stream()
              .filter(product -> product.name().equals("layer2.0.downsample.1"))
              .findFirst()
              .orElseThrow();
      assertThat(shortcut.real()).isTrue();
      assertThat(shortcut.operations()).isCloseTo(2.0 * 8 * 14 * 8 * 8, within(1e-6));
    }
  }

  @Test
  void refusesNetworksWithoutNeurons() {
    try (ImageModel model = Vision.create("poolformer_mini", options -> options.size(32));
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> SpikingProfile.of(model, Tensor.zeros(1, 3, 32, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no spiking neurons");
    }
  }

  @Test
  void leavesNoMemoryBehind() {
    try (ImageModel model = Vision.create("max_former_mini", options -> options.size(8))) {
      long before = 0;
      for (int i = 0; i < 30; i++) {
        try (Scope scope = Scope.open()) {
          SpikingProfile.of(model, new Rng(1).normal(2, 3, 8, 8));
        }
        if (i == 4) {
          before = Memory.liveBytes();
        }
      }
      assertThat(Memory.liveBytes()).isLessThanOrEqualTo(before);
    }
  }
}
