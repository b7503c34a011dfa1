package dev.melange.papers.maxim;

import dev.melange.nn.Layer;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * MAXIM (Tu et al., CVPR 2022, arXiv 2201.02973): U-Nets, one after the other, whose blocks mix the
 * pixels of a photograph along two axes at once. Each stage gives restored images at several
 * scales.
 *
 * <p>Images are [B, 3, H, W] with values in [0, 1]; height and width must be multiples of {@link
 * MaximConfig#heightFactor} and {@link MaximConfig#widthFactor}, 64 for the published networks. The
 * results are not cut to [0, 1]. {@link Restorer} restores images of any size.
 *
 * <p>Other token mixers can stand in the multi-axis blocks: in those of each level of the U-Nets,
 * encoders and decoders alike, and below all in the bottleneck. Such a network is made for images
 * of one size.
 */
public final class Maxim extends UnaryLayer implements TokenMixerHost {
  static final double EPS = 1e-6;

  private final MaximConfig config;
  private final List<Stage> stages = new ArrayList<>();
  private ImageSize madeFor; // null unless token mixers were replaced

  /** A network with initial weights from the stream. */
  public Maxim(MaximConfig config, Rng rng) {
    this.config = config;
    for (int t = 0; t < config.num_stages(); t++) {
      stages.add(new Stage(this, t, config, rng));
    }
  }

  <L extends Layer> L add(String name, L layer) {
    return child(name, layer);
  }

  /** The configuration. */
  public MaximConfig config() {
    return config;
  }

  /**
   * A size of images.
   *
   * @param height in pixels
   * @param width in pixels
   */
  public record ImageSize(int height, int width) {}

  /** The only size that it sees, if its token mixers were replaced by others. */
  public Optional<ImageSize> madeFor() {
    return Optional.ofNullable(madeFor);
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    int high = config.heightFactor();
    int wide = config.widthFactor();
    if (height < 1 || height % high != 0 || width < 1 || width % wide != 0) {
      throw new IllegalArgumentException(
          "maxim sees images of heights that are multiples of %d and widths that are multiples of %d, got %d x %d"
              .formatted(high, wide, height, width));
    }
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (Stage stage : stages) {
      stage.visitMixing(
          (block, level) ->
              slots.add(
                  new TokenMixerSlot(
                      config.use_global_mlp() ? level : 0,
                      config.width(Math.min(level, config.depth() - 1)),
                      height >> level,
                      width >> level,
                      mixer -> {
                        block.replaceMixer(mixer);
                        madeFor = new ImageSize(height, width);
                      })));
    }
    return slots;
  }

  /** The restored image of the last stage at full size: [B, 3, H, W] to the same shape. */
  @Override
  public Tensor forward(Tensor x) {
    return Scope.run(
        () -> {
          List<List<Tensor>> images = forwardStages(x);
          return images.get(images.size() - 1).get(0);
        });
  }

  /**
   * The images that all stages restore.
   *
   * @param x [B, 3, H, W]
   * @return by stage, then by scale, full size first: [B, channels, H / 2^i, W / 2^i]
   * @throws IllegalArgumentException if height or width is not a multiple of what the configuration
   *     needs
   */
  public List<List<Tensor>> forwardStages(Tensor x) {
    checkShape(x);
    return Scope.run(
        () -> {
          List<Tensor> images = scales(x, config.num_supervision_scales());
          List<List<Tensor>> outputs = new ArrayList<>();
          Stage.Result result = null;
          for (Stage stage : stages) {
            result = stage.forward(images, result);
            outputs.add(result.images());
          }
          return outputs;
        });
  }

  /**
   * An image at full size, a half, a quarter, ...: every 2^i-th pixel, beginning at the one right
   * below and right of the middle of its square.
   */
  static List<Tensor> scales(Tensor x, int count) {
    List<Tensor> scales = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long step = 1L << i;
      scales.add(
          i == 0
              ? x
              : x.slice(2, step / 2, x.size(2), step)
                  .slice(3, step / 2, x.size(3), step)
                  .contiguous());
    }
    return scales;
  }

  private void checkShape(Tensor x) {
    if (madeFor != null
        && (x.dim() != 4 || x.size(2) != madeFor.height || x.size(3) != madeFor.width)) {
      throw new IllegalArgumentException(
          "the token mixers of this maxim were made for images [B, 3, %d, %d], got %s; cut the images into tiles, as Restorer does"
              .formatted(madeFor.height, madeFor.width, Arrays.toString(x.shape())));
    }
    int high = config.heightFactor();
    int wide = config.widthFactor();
    if (x.dim() != 4
        || x.size(1) != 3
        || x.size(2) < 1
        || x.size(2) % high != 0
        || x.size(3) < 1
        || x.size(3) % wide != 0) {
      throw new IllegalArgumentException(
          "maxim expects images [B, 3, multiple of %d, multiple of %d], got %s; pad them, as Restorer does"
              .formatted(high, wide, Arrays.toString(x.shape())));
    }
  }
}
