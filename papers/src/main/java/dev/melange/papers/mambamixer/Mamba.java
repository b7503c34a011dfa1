package dev.melange.papers.mambamixer;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * A Mamba block: a causal filter and a {@linkplain SelectiveScan selective scan} between two
 * projections, with a gate. [B, L, d_model] to [B, L, d_model]; an output depends on the inputs up
 * to its own step alone. Weight names are those of the official Mamba code.
 */
public final class Mamba extends SelectiveBlock {
  /**
   * What {@link #step} remembers.
   *
   * @param window the last inputs of the filter, [B, d_inner, d_conv - 1]
   * @param states of the scan, [B, d_inner, N]
   */
  public record State(Tensor window, Tensor states) {}

  /**
   * What {@link #step} gives.
   *
   * @param output [B, d_model]
   * @param state to be handed to the next step
   */
  public record Step(Tensor output, State state) {}

  private final Direction forward;

  /** A block with Mamba's initial weights. */
  public Mamba(MambaConfig config, Rng rng) {
    super(config, rng);
    forward = direction("", rng);
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor[] parts = project(x);
    return merge(forward.forward(parts[0], parts[1]));
  }

  /** The state before the first step. */
  public State start(int batch) {
    int inner = config().d_inner();
    return new State(
        forward.skip().newZeros(batch, inner, config().d_conv() - 1L),
        forward.skip().newZeros(batch, inner, config().d_state()));
  }

  /**
   * One step of a sequence, in constant time: the same outputs as {@link #forward} on all steps at
   * once, for streams.
   *
   * @param x the step's input, [B, d_model]
   * @param state what the step before gave, or {@link #start}
   */
  public Step step(Tensor x, State state) {
    Tensor[] parts = project(x.unsqueeze(1));
    Tensor window = Tensor.cat(2, state.window(), parts[0]); // [B, d_inner, d_conv]
    Tensor filtered =
        Nn.conv1d(
                window, forward.conv().weight(), forward.conv().bias(), 1, 0, 1, config().d_inner())
            .silu();
    SelectiveScan.Arguments in = forward.arguments(filtered, parts[1]);
    Tensor dt = in.delta().add(in.deltaBias().unsqueeze(1)).softplus(); // [B, d_inner, 1]
    Tensor entry = dt.mul(in.u()).mul(in.b().transpose(1, 2));
    Tensor states = dt.mul(in.a()).exp().mul(state.states()).add(entry); // [B, d_inner, N]
    Tensor y =
        states.mul(in.c().transpose(1, 2)).sumKeep(2).add(in.u().mul(in.skip().unsqueeze(1)));
    return new Step(
        merge(y.mul(parts[1].silu())).squeeze(1),
        new State(window.narrow(2, 1, config().d_conv() - 1L), states));
  }

  /** The step sizes dt that the block takes for [B, L, d_model]: [B, d_inner, L]. */
  public Tensor stepSizes(Tensor x) {
    SelectiveScan.Arguments in = forward.arguments(forward.filtered(project(x)[0]), null);
    return in.delta().add(in.deltaBias().unsqueeze(1)).softplus();
  }
}
