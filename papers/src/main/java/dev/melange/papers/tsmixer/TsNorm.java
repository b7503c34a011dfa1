package dev.melange.papers.tsmixer;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;

/** Normalisation of the features, [B, C, N, D], by layer or by batch (over all but D). */
final class TsNorm extends UnaryLayer {
  private final LayerNorm layer; // null with batch normalisation
  private final BatchNorm batch; // null with layer normalisation

  TsNorm(TsMixerConfig config) {
    layer =
        config.batchNorm()
            ? null
            : child("norm", new LayerNorm(config.d_model(), config.norm_eps()));
    batch =
        config.batchNorm()
            ? child("norm.batchnorm", new BatchNorm(config.d_model(), config.norm_eps(), 0.1, true))
            : null;
  }

  @Override
  public Tensor forward(Tensor h) {
    if (layer != null) {
      return layer.forward(h);
    }
    return batch.forward(h.reshape(-1, h.size(-1))).reshape(h.shape());
  }
}
