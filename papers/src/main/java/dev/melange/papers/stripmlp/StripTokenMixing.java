package dev.melange.papers.stripmlp;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Optional;

/**
 * The token mixer of Strip-MLP: batch normalisation, GELU and a depthwise 3x3 filter, then the
 * strip block. [B, C, H, H] to the same shape; it normalises its input itself.
 */
public final class StripTokenMixing extends UnaryLayer {
  private static final String STRIPS = "smlp_block";

  private final BatchNorm norm;
  private final Conv2d conv;
  private UnaryLayer strips;

  /** A mixer with initial weights. */
  public StripTokenMixing(StripMlpBlock.Config config, Rng rng) {
    int channels = config.channels();
    norm = child("dwsc.conv_merge.BN", new BatchNorm(channels));
    Conv2d.Spec depthwise =
        Conv2d.Spec.of(channels, channels, 3).padding(1).groups(channels).bias(false);
    conv = child("dwsc.conv_merge.Conv", new Conv2d(depthwise, rng));
    strips = child(STRIPS, new StripMlpBlock(config, rng));
  }

  /** The strip block, unless another mixer stands in its place. */
  Optional<StripMlpBlock> strips() {
    return strips instanceof StripMlpBlock block ? Optional.of(block) : Optional.empty();
  }

  /** Puts another mixer in the place of the strip block. */
  void replaceStrips(UnaryLayer mixer) {
    strips = replaceChild(STRIPS, mixer);
  }

  @Override
  public Tensor forward(Tensor x) {
    return strips.forward(scoped(() -> conv.forward(norm.forward(x).gelu())));
  }
}
