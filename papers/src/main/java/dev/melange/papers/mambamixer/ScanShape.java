package dev.melange.papers.mambamixer;

import dev.melange.tensor.Tensor;

/**
 * The sizes of a scan.
 *
 * @param batch samples B
 * @param channels D
 * @param states N of each channel
 * @param length steps L
 * @param groups G of channels that share coefficients; 1 if these are constant
 */
record ScanShape(int batch, int channels, int states, int length, int groups) {
  /** The sizes of a scan of u [B, D, L] with rates a [D, N] and coefficients b and c. */
  static ScanShape of(Tensor u, Tensor a, Tensor b, Tensor c) {
    Tensor grouped = b.dim() == 4 ? b : c;
    return new ScanShape(
        (int) u.size(0),
        (int) u.size(1),
        (int) a.size(1),
        (int) u.size(2),
        grouped.dim() == 4 ? (int) grouped.size(1) : 1);
  }

  /** Channels of a group. */
  int channelsPerGroup() {
    return channels / groups;
  }
}
