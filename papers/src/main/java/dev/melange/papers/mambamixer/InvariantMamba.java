package dev.melange.papers.mambamixer;

import dev.melange.nn.Conv1d;
import dev.melange.nn.Init;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * A {@link Mamba} block without selection: B, C and dt are learned for each channel and do not
 * depend on the input. What the study compares with.
 */
final class InvariantMamba extends SelectiveBlock {
  private final Conv1d conv;
  private final Tensor logRates; // [D, N]
  private final Tensor in; // B, [D, N]
  private final Tensor out; // C, [D, N]
  private final Tensor stepBias; // [D]
  private final Tensor skip; // [D]

  InvariantMamba(MambaConfig config, Rng rng) {
    super(config, rng);
    int inner = config.d_inner();
    int states = config.d_state();
    conv = child("conv1d", new Conv1d(filter(), rng));
    logRates = parameter("A_log", MambaInit.logRates(inner, states));
    in = parameter("B", Tensor.ones(inner, states));
    out = parameter("C", Init.normal(Tensor.empty(inner, states), 0, 1, rng));
    stepBias = parameter("dt_bias", MambaInit.stepBias(rng, inner));
    skip = parameter("D", Tensor.ones(inner));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor[] parts = project(x);
    Tensor filtered = conv.forward(parts[0]).narrow(2, 0, x.size(1)).silu();
    Tensor steps = stepBias.softplus().unsqueeze(1).expand(filtered.shape());
    return merge(
        SelectiveScan.out(
            new SelectiveScan.Arguments(
                filtered, steps, logRates.exp().neg(), in, out, skip, parts[1], null, false)));
  }
}
