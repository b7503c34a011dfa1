package dev.melange.papers.affnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.metric.ConfusionMatrix;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AffNetSegmenterTest {
  private static final AffNetConfig SMALL =
      Configs.with(
          AffNetPaper.ET,
          Map.of(
              "channels", "8,8,16,16,16",
              "mv2_blocks", "1,1",
              "aff_blocks", "1,1,1",
              "output_stride", "8"));
  private static final int IGNORED = 255;

  private static AffNetSegmenter segmenter() {
    return new AffNetSegmenter(
        SMALL, new DeepLabV3Head.Config(16, 8, List.of(1, 2, 3), 0, 2, "swish", 8), new Rng(1));
  }

  /** Noise that is brighter in the left half; the class is the half, the middle does not count. */
  private static Tensor images(long seed) {
    Tensor x = new Rng(seed).normal(4, 3, 32, 48).mul(0.3);
    x.narrow(3, 0, 24).add_(1);
    return x;
  }

  private static Tensor masks() {
    long[] mask = new long[4 * 32 * 48];
    for (int i = 0; i < mask.length; i++) {
      int column = i % 48;
      mask[i] = column >= 16 && column < 32 ? IGNORED : column < 24 ? 1 : 0;
    }
    return Tensor.of(mask, 4, 32, 48);
  }

  @Test
  void learnsWhichHalfIsBright() {
    try (AffNetSegmenter model = segmenter();
        Optimizer adam = Adam.adamW(ParameterGroup.all(model, 0.05));
        Scope scope = Scope.open()) {
      model.train();
      Tensor mask = masks();
      double first = 0;
      double last = 0;
      for (int step = 0; step < 25; step++) {
        int now = step;
        last =
            Scope.run(
                    () -> {
                      Tensor loss = AffNetSegmenter.loss(model.forward(images(now)), mask, IGNORED);
                      adam.step(5e-3, adam.gradients(Autograd.grad(loss, adam.parameters())));
                      return loss.detach();
                    })
                .item();
        first = step == 0 ? last : first;
      }
      assertThat(last).isLessThan(first / 2);
      ConfusionMatrix confusion =
          AffNetSegmenter.confusion(model.forward(images(99)), mask, IGNORED);
      assertThat(confusion.counts()[0][0] + confusion.counts()[0][1]).isEqualTo(4 * 32 * 16);
      assertThat(confusion.meanIntersectionOverUnion()).isGreaterThan(0.9);
    }
  }

  @Test
  void pixelsWithoutAClassDoNotCount() {
    try (Scope scope = Scope.open()) {
      Tensor logits = new Rng(2).normal(1, 3, 2, 2);
      Tensor mask = Tensor.of(new long[] {0, IGNORED, 2, IGNORED}, 1, 2, 2);
      double loss = AffNetSegmenter.loss(logits, mask, IGNORED).item();
      Tensor rows = logits.permute(0, 2, 3, 1).reshape(4, 3);
      Tensor counted = Tensor.stack(0, rows.get(0), rows.get(2));
      double expected = Losses.crossEntropy(counted, Tensor.of(new long[] {0, 2}, 2)).item();
      assertThat(loss).isEqualTo(expected);
      assertThatThrownBy(() -> AffNetSegmenter.loss(logits, Tensor.of(new long[4], 4), IGNORED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be [1, 2, 2], got [4]");
    }
  }

  @Test
  void thePublishedFormTakesAnySize() {
    try (AffNetSegmenter model = AffNetSegmenter.of(SMALL, 5, new Rng(3));
        Scope scope = Scope.open()) {
      assertThat(model.encoder().config().output_stride()).isEqualTo(16);
      assertThat(model.forward(new Rng(4).normal(1, 3, 45, 70)).shape())
          .containsExactly(1, 5, 45, 70);
      assertThat(model.state())
          .containsKeys(
              "encoder.conv_1.block.conv.weight",
              "seg_head.aspp.aspp_layer.convs.3.block.conv.weight",
              "seg_head.classifier.block.conv.bias");
    }
    DeepLabV3Head.Config wrong =
        new DeepLabV3Head.Config(24, 8, List.of(1, 2, 3), 0, 2, "swish", 8);
    assertThatThrownBy(() -> new AffNetSegmenter(SMALL, wrong, new Rng(1)))
        .hasMessageContaining("16 channels of the backbone's last stage, got in_channels 24");
  }

  @Test
  void unionsAreOfWhatIsAndWhatIsSaid() {
    ConfusionMatrix confusion =
        ConfusionMatrix.of(new long[] {0, 0, 0, 1}, new long[] {0, 0, 1, 1}, 3);
    assertThat(confusion.intersectionOverUnion(0)).isEqualTo(2.0 / 3);
    assertThat(confusion.intersectionOverUnion(1)).isEqualTo(0.5);
    assertThat(confusion.intersectionOverUnion(2)).isNaN();
    assertThat(confusion.meanIntersectionOverUnion()).isEqualTo((2.0 / 3 + 0.5) / 2);
  }
}
