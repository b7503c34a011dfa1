package dev.melange.papers.mambamixer;

import dev.melange.nn.Conv1d;
import dev.melange.nn.Linear;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/**
 * What a Mamba block does to sequences in one direction: causal filter, input-dependent
 * coefficients, scan and gate. Its weights belong to the block.
 *
 * @param conv filter of each channel, padded on both sides
 * @param coefficients projection to dt, B and C, in this order
 * @param steps projection from the low-rank dt; its bias is added in the scan
 * @param logRates ln(-A), [D, N]
 * @param skip D, [D]
 */
record Direction(Conv1d conv, Linear coefficients, Linear steps, Tensor logRates, Tensor skip) {
  /** The filtered input, [B, D, L] to the same shape. */
  Tensor filtered(Tensor x) {
    return conv.forward(x).narrow(2, 0, x.size(2)).silu();
  }

  /**
   * The arguments of the scan.
   *
   * @param x filtered sequences, [B, D, L]
   * @param z gates, [B, D, L]
   */
  SelectiveScan.Arguments arguments(Tensor x, Tensor z) {
    long states = logRates.size(1);
    long rank = steps.weight().size(1);
    Tensor projected = coefficients.forward(x.transpose(1, 2)); // [B, L, R + 2N]
    Tensor[] parts = projected.split(new long[] {rank, states, states}, 2);
    return new SelectiveScan.Arguments(
        x,
        Nn.linear(parts[0], steps.weight(), null).transpose(1, 2),
        logRates.exp().neg(),
        parts[1].transpose(1, 2),
        parts[2].transpose(1, 2),
        skip,
        z,
        steps.bias(),
        true);
  }

  /** Outputs [B, D, L] of sequences and gates of that shape. */
  Tensor forward(Tensor x, Tensor z) {
    return SelectiveScan.out(arguments(filtered(x), z));
  }
}
