package dev.melange.papers.stripmlp;

import dev.melange.nn.Conv2d;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The channel mixing of Strip-MLP: a depthwise 7x7 filter, layer normalisation over the channels,
 * and an MLP of threefold width with global response normalisation after its GELU. [B, C, H, W] to
 * the same shape.
 */
public final class StripChannelMixing extends UnaryLayer {
  private static final int EXPANSION = 3;

  /**
   * Configuration of {@code layer/strip-channel-mixing}.
   *
   * @param channels channels of the map
   */
  public record Config(int channels) {
    /** Checks the number. */
    public Config {
      if (channels < 1) {
        throw new IllegalArgumentException("channels must be at least 1, got " + channels);
      }
    }
  }

  private final Conv2d conv;
  private final LayerNorm norm;
  private final Linear fc1;
  private final GlobalResponseNorm response;
  private final Linear fc2;

  /** A layer with initial weights. */
  public StripChannelMixing(Config config, Rng rng) {
    int channels = config.channels();
    Conv2d.Spec depthwise =
        Conv2d.Spec.of(channels, channels, 7).padding(3).groups(channels).bias(false);
    conv = child("conv_77", new Conv2d(depthwise, rng));
    norm = child("layer_norm", new LayerNorm(channels));
    fc1 = child("fc1", new Linear(channels, (long) EXPANSION * channels, rng));
    response = child("grn", new GlobalResponseNorm((long) EXPANSION * channels));
    fc2 = child("fc2", new Linear((long) EXPANSION * channels, channels, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = scoped(() -> norm.forward(conv.forward(x).permute(0, 2, 3, 1))); // [B, H, W, C]
    Tensor hidden = scoped(() -> response.forward(fc1.forward(y).gelu()));
    return fc2.forward(hidden).permute(0, 3, 1, 2);
  }
}
