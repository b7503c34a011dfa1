package dev.melange.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerTest {
  private static Mlp mlp() {
    return new Mlp(4, 6, 3, Activation.GELU, 0.5, new Rng(1));
  }

  @Test
  void namesParametersByPath() {
    try (Mlp mlp = mlp()) {
      assertThat(mlp.state().keySet())
          .containsExactly("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");
      assertThat(mlp.parameterCount()).isEqualTo(4 * 6 + 6 + 6 * 3 + 3);
    }
  }

  @Test
  void outlivesTheScopeInWhichItWasBuilt() {
    Mlp mlp = Scope.run(() -> mlp());
    try (mlp;
        Scope scope = Scope.open()) {
      assertThat(mlp.forward(Tensor.ones(2, 4)).shape()).containsExactly(2, 3);
    }
  }

  @Test
  void listsAllDifferencesWhenWeightsDoNotFitAndChangesNothing() {
    try (Mlp mlp = mlp();
        Scope scope = Scope.open()) {
      double[] before = mlp.fc1().weight().toDoubles();
      Map<String, Tensor> weights = new LinkedHashMap<>();
      weights.put("fc1.weight", Tensor.zeros(4, 6));
      weights.put("fc1.bias", Tensor.zeros(6));
      weights.put("extra", Tensor.zeros(1));
      assertThatThrownBy(() -> mlp.load(weights))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("missing: fc2.weight, fc2.bias")
          .hasMessageContaining("unexpected: extra")
          .hasMessageContaining(
              "weight fc1.weight has shape [6, 4], file has [4, 6]; is the checkpoint transposed?");
      assertThat(mlp.fc1().weight().toDoubles()).isEqualTo(before);
    }
  }

  @Test
  void aChainFreesWhatItsNextLinkHasUsed() {
    List<Long> live = new ArrayList<>();
    UnaryLayer[] links = new UnaryLayer[6];
    for (int i = 0; i < links.length; i++) {
      links[i] = new Doubling(live);
    }
    try (Sequential chain = new Sequential(links);
        Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(1000);
      assertThat(chain.forward(x).toFloats()).containsOnly(64);
      assertThat(live).hasSize(6);
      assertThat(live.subList(2, 6)).containsOnly(live.get(1));
      assertThat(x.toFloats()).containsOnly(1);
    }
  }

  @Test
  void aChainKeepsWhatALinkHandsOn() {
    UnaryLayer same = Activation.IDENTITY.layer();
    UnaryLayer doubling = new Doubling(new ArrayList<>());
    try (Sequential chain = new Sequential(same, doubling, same);
        Scope scope = Scope.open()) {
      assertThat(chain.forward(Tensor.ones(2)).toFloats()).containsExactly(2, 2);
    }
  }

  @Test
  void rowsAreTakenInPiecesOnlyWithoutGradients() {
    List<Long> rows = new ArrayList<>();
    try (Counting counting = new Counting(rows);
        Scope scope = Scope.open()) {
      Tensor x = Tensor.arange(5000).to(DType.F32).reshape(5000, 1).requiresGrad_(true);
      Tensor whole = counting.forward(x);
      assertThat(rows).containsExactly(5000L);
      rows.clear();
      Tensor pieces = Autograd.noGrad(() -> counting.forward(x));
      assertThat(pieces.toFloats()).isEqualTo(whole.toFloats());
      assertThat(rows).containsExactly(2048L, 2048L, 904L);
    }
  }

  private static final class Counting extends UnaryLayer {
    private final List<Long> rows;

    Counting(List<Long> rows) {
      this.rows = rows;
    }

    @Override
    public Tensor forward(Tensor x) {
      return rowByRow(
          x,
          part -> {
            rows.add(part.size(0));
            return part.square();
          });
    }
  }

  private static final class Doubling extends UnaryLayer {
    private final List<Long> live;

    Doubling(List<Long> live) {
      this.live = live;
    }

    @Override
    public Tensor forward(Tensor x) {
      live.add(Memory.liveBytes());
      return x.mul(2.0);
    }
  }

  @Test
  void convertsItsElementType() {
    try (Mlp mlp = mlp();
        Scope scope = Scope.open()) {
      mlp.to(DType.F64);
      assertThat(mlp.dtype()).isEqualTo(DType.F64);
      Tensor y = mlp.forward(Tensor.ones(2, 4).to(DType.F64));
      assertThat(y.dtype()).isEqualTo(DType.F64);
      assertThat(mlp.fc1().weight().requiresGrad()).isTrue();
    }
  }

  @Test
  void drawsOnlyInTrainingAndOnlyFromABoundStream() {
    try (Mlp mlp = mlp();
        Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(8, 4);
      assertThat(mlp.forward(x).toFloats()).isEqualTo(mlp.forward(x).toFloats());
      mlp.train();
      assertThatThrownBy(() -> mlp.forward(x))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("eval()");
      float[] a = new Rng(3).run(() -> mlp.forward(x)).toFloats();
      float[] b = new Rng(3).run(() -> mlp.forward(x)).toFloats();
      float[] c = new Rng(4).run(() -> mlp.forward(x)).toFloats();
      assertThat(a).isEqualTo(b).isNotEqualTo(c);
    }
  }

  @Test
  void refusesANameTwice() {
    assertThatThrownBy(
            () ->
                new Layer() {
                  {
                    parameter("w", Tensor.zeros(1));
                    buffer("w", Tensor.zeros(1));
                  }
                })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'w'");
  }

  @Test
  void freesItsTensorsWhenClosed() {
    long before = Memory.liveHandles();
    for (int i = 0; i < 200; i++) {
      try (Mlp mlp = mlp();
          Scope scope = Scope.open()) {
        mlp.forward(Tensor.ones(2, 4));
      }
    }
    assertThat(Memory.liveHandles()).isLessThanOrEqualTo(before);
  }

  @Test
  void batchNormUpdatesRunningStatisticsInTrainingOnly() {
    try (BatchNorm norm = new BatchNorm(3);
        Scope scope = Scope.open()) {
      Tensor x = new Rng(5).normal(16, 3).mul(2.0).add(1.0);
      norm.forward(x);
      assertThat(norm.runningMean().toFloats()).containsOnly(0f);
      norm.train();
      Tensor y = norm.forward(x);
      assertThat(norm.hasBatchStatistics()).isTrue();
      assertThat(norm.runningMean().sub(x.mean(0).mul(0.1)).abs().max().item()).isLessThan(1e-6);
      assertThat(y.mean(0).abs().max().item()).isLessThan(1e-5);
    }
  }
}
