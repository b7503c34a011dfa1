package dev.melange.papers.mambamixer;

import dev.melange.nn.Conv1d;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * What Mamba blocks of one and of two directions share: projections in and out, and the weights.
 */
abstract sealed class SelectiveBlock extends UnaryLayer
    permits Mamba, BidirectionalMamba, InvariantMamba {
  private final MambaConfig config;
  private final Linear inProj;
  private final Linear outProj;

  SelectiveBlock(MambaConfig config, Rng rng) {
    this.config = config;
    int inner = config.d_inner();
    inProj = child("in_proj", new Linear(config.d_model(), 2L * inner, config.bias(), rng));
    outProj = child("out_proj", new Linear(inner, config.d_model(), config.bias(), rng));
  }

  /** A filter for each channel, padded on both sides. */
  final Conv1d.Spec filter() {
    int inner = config.d_inner();
    return Conv1d.Spec.of(inner, inner, config.d_conv())
        .padding(config.d_conv() - 1L)
        .groups(inner);
  }

  /** Registers the weights of a direction, whose names end in {@code suffix}. */
  final Direction direction(String suffix, Rng rng) {
    int inner = config.d_inner();
    int rank = config.rank();
    Conv1d conv = child("conv1d" + suffix, new Conv1d(filter(), rng));
    Linear coefficients =
        child("x_proj" + suffix, new Linear(inner, rank + 2L * config.d_state(), false, rng));
    Linear steps = child("dt_proj" + suffix, new Linear(rank, inner, rng));
    MambaInit.stepWeight(steps.weight(), rank, rng);
    steps.bias().setData(MambaInit.stepBias(rng, inner));
    Tensor logRates = parameter("A" + suffix + "_log", MambaInit.logRates(inner, config.d_state()));
    return new Direction(
        conv, coefficients, steps, logRates, parameter("D" + suffix, Tensor.ones(inner)));
  }

  /** The configuration. */
  public final MambaConfig config() {
    return config;
  }

  /** Sequences and gates, each [B, d_inner, L], of [B, L, d_model]. */
  final Tensor[] project(Tensor x) {
    if (x.dim() != 3 || x.size(2) != config.d_model() || x.size(1) == 0) {
      throw new IllegalArgumentException(
          "%s expects [B, L, %d], got %s"
              .formatted(getClass().getSimpleName(), config.d_model(), Arrays.toString(x.shape())));
    }
    return inProj.forward(x).transpose(1, 2).chunk(2, 1);
  }

  /** [B, L, d_model] of [B, d_inner, L]. */
  final Tensor merge(Tensor y) {
    return outProj.forward(y.transpose(1, 2));
  }
}
