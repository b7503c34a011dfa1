package dev.melange.papers.tsmixer;

import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Tells the hidden state of scaled windows their location and scale, which scaling took away: two
 * small linear maps of both join each patch's features, two more lead back to D.
 */
final class ScaleInjection extends Layer {
  private final Linear expansion;
  private final Linear compression;
  private final Linear mapExpansion;
  private final Linear mapCompression;

  ScaleInjection(int features, Rng rng) {
    expansion = child("inverse_trans_expansion", TsInit.linear(features + 2, 2 * features, rng));
    compression = child("inverse_trans_compression", TsInit.linear(2 * features, features, rng));
    mapExpansion = child("map_scale_expansion", TsInit.linear(2, 4, rng));
    mapCompression = child("map_scale_compression", TsInit.linear(4, 2, rng));
  }

  /**
   * Joins the statistics.
   *
   * @param hidden [B, C, N, D]
   * @param loc [B, 1, C]
   * @param scale [B, 1, C]
   * @return [B, C, N, D]
   */
  Tensor forward(Tensor hidden, Tensor loc, Tensor scale) {
    Tensor statistics = Tensor.cat(1, loc, scale).transpose(1, 2); // [B, C, 2]
    Tensor mapped = mapCompression.forward(mapExpansion.forward(statistics)).unsqueeze(2);
    Tensor repeated = mapped.expand(hidden.size(0), hidden.size(1), hidden.size(2), 2);
    return compression.forward(expansion.forward(Tensor.cat(3, hidden, repeated)));
  }
}
