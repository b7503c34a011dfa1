package dev.melange.papers.maxim;

import dev.melange.nn.ConvTranspose2d;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** One level of a decoder: doubles the size and joins what the skip connections bring. */
final class UNetDecoder extends Layer {
  private final ConvTranspose2d up;
  private final UNetEncoder block;

  UNetDecoder(MaximConfig config, int level, int channels, int skipChannels, Rng rng) {
    int width = config.width(level);
    up = child("ConvTranspose_0", FlaxInit.doubling(channels, width, config.use_bias(), rng));
    block =
        child(
            "UNetEncoderBlock_0", UNetEncoder.inDecoder(config, level, width + skipChannels, rng));
  }

  /** Its multi-axis blocks; none without. */
  List<MultiAxisGmlp> mixing() {
    return block.mixing();
  }

  /** x [B, C, H / 2, W / 2] and skip [B, skip channels, H, W] to [B, width, H, W]. */
  Tensor forward(Tensor x, Tensor skip) {
    return scoped(() -> block.forward(up.forward(x), skip));
  }
}
