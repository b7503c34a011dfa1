package dev.melange.papers.adversarialautomixup;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The generator of AdAutoMix: each image's features are attended by the sum of the other images'
 * keys, which gives one map per image; enlarged, and with a softmax over the images, they are masks
 * that sum to one at each pixel.
 */
public final class AdaptiveMask extends Layer {
  /**
   * Shape of the generator.
   *
   * @param in_channel channels of the features
   * @param reduction by which queries and keys are narrower
   * @param lam_concat whether the features get a channel with the image's weight
   * @param use_scale whether scores are divided by the square root of the keys' width
   * @param unsampling_mode how masks are enlarged; {@code None} draws one of the modes when the
   *     generator is made
   * @param scale_factor by which masks are larger than features
   * @param att_norm whether queries and keys are normed over the batch
   */
  public record Config(
      int in_channel,
      @Default("2") int reduction,
      @Default("false") boolean lam_concat,
      @Default("true") boolean use_scale,
      @Default("\"bilinear\"") @OneOf({"nearest", "bilinear", "bicubic", "None"})
          String unsampling_mode,
      int scale_factor,
      @Default("false") boolean att_norm) {
    /** Refuses shapes that cannot be built. */
    public Config {
      if (in_channel < 1 || reduction < 1 || scale_factor < 1) {
        throw new IllegalArgumentException(
            "adautomix-mask expects 1 or more, got in_channel %d, reduction %d, scale_factor %d"
                .formatted(in_channel, reduction, scale_factor));
      }
    }
  }

  private static final double LARGEST = 1e25;

  private final Config config;
  private final Projection query;
  private final Projection key;
  private final Conv2d value;
  private final Upsampling upsampling;

  /** An untrained generator. */
  public AdaptiveMask(Config config, Rng rng) {
    this.config = config;
    int in = config.in_channel + (config.lam_concat ? 1 : 0);
    int width = Math.max(config.in_channel / config.reduction, 1);
    // the official block leaves its convolution modules' default activation on
    query = child("conv_q", new Projection(in, width, config.att_norm, true, rng));
    key = child("conv_k", new Projection(in, width, config.att_norm, true, rng));
    value = child("conv_v", Projection.pointwise(in, 1, true, rng));
    upsampling = Upsampling.of(config.unsampling_mode, config.scale_factor, rng);
  }

  /** The shape of the generator. */
  public Config config() {
    return config;
  }

  /**
   * Masks for images whose features these are.
   *
   * @param features of K images, two or more, each [N, C, h, h]
   * @param lam weights of the images, [K]; of two images the second has one minus the first's
   * @return [N, K, h * scale, h * scale], positive, of sum one over K
   * @throws IllegalArgumentException if there is one image only or the maps are not square
   */
  public Tensor forward(List<Tensor> features, Tensor lam) {
    int count = features.size();
    if (count < 2 || lam.numel() != count) {
      throw new IllegalArgumentException(
          "adautomix-mask expects features of 2 images or more and a weight for each, got %d and %d"
              .formatted(count, lam.numel()));
    }
    long[] shape = features.get(0).shape();
    for (Tensor feature : features) {
      if (shape.length != 4
          || shape[1] != config.in_channel
          || shape[2] != shape[3]
          || !Arrays.equals(shape, feature.shape())) {
        throw new IllegalArgumentException(
            "adautomix-mask expects square features [N, %d, h, h] of one shape, got %s"
                .formatted(config.in_channel, Arrays.toString(feature.shape())));
      }
    }
    return scoped(() -> masks(features, lam));
  }

  private Tensor masks(List<Tensor> features, Tensor lam) {
    int count = features.size();
    long side = features.get(0).size(2);
    List<Tensor> values = new ArrayList<>();
    List<Tensor> queries = new ArrayList<>();
    List<Tensor> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Tensor feature = features.get(i);
      if (config.lam_concat) {
        Tensor weight = count == 2 && i == 1 ? lam.get(0).rsub(1) : lam.get(i);
        feature = Projection.withChannel(feature, weight);
      }
      values.add(value.forward(feature).flatten(2, 3).transpose(1, 2)); // [N, P, 1]
      queries.add(query.forward(feature).flatten(2, 3).transpose(1, 2)); // [N, P, R]
      keys.add(key.forward(feature).flatten(2, 3)); // [N, R, P]
    }
    Tensor[] maps = new Tensor[count];
    for (int i = 0; i < count; i++) {
      Tensor others = null;
      for (int j = 0; j < count; j++) {
        if (j != i) {
          others = others == null ? keys.get(j) : others.add(keys.get(j));
        }
      }
      Tensor scores = queries.get(i).matmul(others).clamp(-LARGEST, LARGEST); // [N, P, P]
      if (config.use_scale) {
        scores = scores.div(Math.sqrt((double) others.size(1)));
      }
      maps[i] = scores.softmax(2).matmul(values.get(i)).transpose(1, 2).unflatten(2, side, side);
    }
    return upsampling.apply(Tensor.cat(1, maps)).softmax(1);
  }
}
