package dev.melange.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelSummaryTest {
  private static ModelSummary summary(UnaryLayer model, long... shape) {
    try (model;
        Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(shape);
      return ModelSummary.of(model, () -> model.forward(x));
    }
  }

  private static ModelSummary.Row row(ModelSummary summary, String path) {
    return summary.layers().stream().filter(r -> r.path().equals(path)).findFirst().orElseThrow();
  }

  @Test
  void listsLayersWithShapesParametersAndMacs() {
    ModelSummary summary = summary(new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(1)), 1, 5, 4);
    assertThat(summary.layers())
        .containsExactly(
            new ModelSummary.Row("", 0, "Mlp", List.of(1L, 5L, 3L), 51, 5 * (24 + 18)),
            new ModelSummary.Row("fc1", 1, "Linear", List.of(1L, 5L, 6L), 30, 5 * 24),
            new ModelSummary.Row("fc2", 1, "Linear", List.of(1L, 5L, 3L), 21, 5 * 18));
    assertThat(summary.parameters()).isEqualTo(51);
    assertThat(summary.macs()).isEqualTo(5 * 42);
  }

  @Test
  void seesWhatALayerDoesAfterItsWeights() {
    ModelSummary summary = summary(new PatchEmbed(3, 8, 4, 4, new Rng(1)), 1, 3, 16, 16);
    assertThat(row(summary, "").output()).containsExactly(1L, 16L, 8L); // tokens
    assertThat(row(summary, "proj").output()).containsExactly(1L, 8L, 4L, 4L);
    UnaryLayer normed = new Sequential(new Conv2d(3, 8, 3, new Rng(1)), new ChannelLayerNorm(8, 0));
    assertThat(row(summary(normed, 1, 3, 6, 6), "1").output()).containsExactly(1L, 8L, 4L, 4L);
  }

  @Test
  void countsProductsWithoutWeightsForTheLayerAroundThem() {
    int n = 5;
    int d = 8;
    UnaryLayer model =
        new Sequential(
            new LayerNorm(d), new Attention(d, 2, true, 0, 0, new Rng(1)), new LayerNorm(d));
    ModelSummary summary = summary(model, 1, n, d);
    long projections = n * (3L * d * d + d * d);
    assertThat(row(summary, "1").macs()).isEqualTo(projections + 2L * n * n * d);
    assertThat(row(summary, "1.qkv").macs()).isEqualTo(3L * n * d * d);
    assertThat(summary.macs()).isEqualTo(row(summary, "1").macs());
  }

  @Test
  void tellsEqualBlocksApart() {
    UnaryLayer[] blocks = new UnaryLayer[3];
    long[] widths = {4, 8, 2, 6};
    for (int i = 0; i < 3; i++) {
      blocks[i] =
          new Sequential(Activation.RELU.layer(), new Linear(widths[i], widths[i + 1], new Rng(i)));
    }
    ModelSummary summary = summary(new Sequential(blocks), 1, 4);
    for (int i = 0; i < 3; i++) {
      assertThat(row(summary, i + ".1").output()).containsExactly(1L, widths[i + 1]);
      assertThat(row(summary, String.valueOf(i)).macs()).isEqualTo(widths[i] * widths[i + 1]);
    }
  }

  @Test
  void attributesWhatIsComputedFromAViewOfAWeight() {
    UnaryLayer transposed =
        new UnaryLayer() {
          private final Tensor weight = parameter("weight", Tensor.ones(4, 7));

          @Override
          public Tensor forward(Tensor x) {
            return x.matmul(weight.t().mul(2).t());
          }
        };
    ModelSummary summary = summary(new Sequential(transposed), 1, 4);
    assertThat(row(summary, "0").macs()).isEqualTo(28);
    assertThat(row(summary, "0").output()).containsExactly(1L, 7L);
    assertThat(row(summary, "0").type()).isEqualTo("UnaryLayer");
  }

  @Test
  void showsLayersThatDidNotRunWithoutAnOutput() {
    UnaryLayer half =
        new UnaryLayer() {
          private final Linear used = child("used", new Linear(2, 2, new Rng(1)));

          {
            child("unused", new Linear(2, 9, new Rng(1)));
          }

          @Override
          public Tensor forward(Tensor x) {
            return used.forward(x);
          }
        };
    ModelSummary.Row unused = row(summary(half, 1, 2), "unused");
    assertThat(unused.output()).isEmpty();
    assertThat(unused.macs()).isZero();
    assertThat(unused.parameters()).isEqualTo(27);
  }

  @Test
  void freesWhatTheForwardPassMade() {
    try (Mlp mlp = new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(1));
        Tensor x = Tensor.ones(2, 4)) {
      long before = Memory.liveHandles();
      for (int i = 0; i < 200; i++) {
        ModelSummary.of(mlp, () -> mlp.forward(x));
      }
      assertThat(Memory.liveHandles()).isLessThanOrEqualTo(before);
    }
  }
}
