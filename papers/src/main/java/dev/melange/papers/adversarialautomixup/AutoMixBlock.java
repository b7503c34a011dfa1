package dev.melange.papers.adversarialautomixup;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The mix block of AutoMix (2022): cross attention between the features of two images gives one
 * map, whose sigmoid is the share of the second image at each pixel.
 */
public final class AutoMixBlock extends Layer {
  /**
   * Shape of the block.
   *
   * @param in_channels channels of the features
   * @param reduction by which queries and keys are narrower
   * @param use_scale whether scores are divided by the square root of the keys' width
   * @param unsampling_mode how masks are enlarged; {@code None} draws one of the modes when the
   *     block is made
   * @param scale_factor by which masks are larger than features
   * @param lam_concat whether all features get a channel with the image's weight
   * @param lam_concat_v whether only the values get it
   * @param lam_mul factor of the weights by which features are multiplied; 0 for none
   * @param lam_mul_k bends these weights, from 0 (most) up; -1 for none
   * @param lam_residual whether the product is added to the features instead of replacing them
   * @param x_qk_concat whether queries and keys see both images, with a layer each
   * @param x_v_concat whether values see both images
   * @param att_norm whether queries and keys are normed over the batch
   * @param att_act whether queries and keys go through ReLU
   * @param mask_loss_mode what the mask's mean or variance is held to
   * @param mask_loss_margin what is not punished of it
   */
  public record Config(
      int in_channels,
      @Default("2") int reduction,
      @Default("true") boolean use_scale,
      @Default("\"nearest\"") @OneOf({"nearest", "bilinear", "bicubic", "None"})
          String unsampling_mode,
      int scale_factor,
      @Default("false") boolean lam_concat,
      @Default("false") boolean lam_concat_v,
      @Default("0.0") double lam_mul,
      @Default("-1.0") double lam_mul_k,
      @Default("false") boolean lam_residual,
      @Default("false") boolean x_qk_concat,
      @Default("false") boolean x_v_concat,
      @Default("false") boolean att_norm,
      @Default("false") boolean att_act,
      @Default("\"L1\"") @OneOf({"L1", "Sparsity", "L1+Variance", "L2+Variance"})
          String mask_loss_mode,
      @Default("0.1") double mask_loss_margin) {
    /** Refuses shapes that cannot be built. */
    public Config {
      if (in_channels < 1 || reduction < 1 || scale_factor < 1) {
        throw new IllegalArgumentException(
            "automix-block expects 1 or more, got in_channels %d, reduction %d, scale_factor %d"
                .formatted(in_channels, reduction, scale_factor));
      }
      if (lam_concat_v && (lam_concat || x_v_concat)) {
        throw new IllegalArgumentException(
            "lam_concat_v says what the values see, as lam_concat and x_v_concat do: set one of them");
      }
      if (!(lam_mul >= 0) || !(mask_loss_margin >= 0)) {
        throw new IllegalArgumentException(
            "lam_mul and mask_loss_margin are 0 or more, got %s and %s"
                .formatted(lam_mul, mask_loss_margin));
      }
    }
  }

  /**
   * What the block makes of a batch.
   *
   * @param mask shares of an image and of its partner, [N, 2, H, W]
   * @param loss how far the mask is from what it is held to, a number
   * @param attention [N, P, P]
   */
  public record Mix(Tensor mask, Tensor loss, Tensor attention) {}

  private final Config config;
  private final Conv2d value;
  private final Projection query;
  private final Projection key;
  private final Upsampling upsampling;

  /** An untrained block. */
  public AutoMixBlock(Config config, Rng rng) {
    this.config = config;
    int one = config.in_channels + (config.lam_concat ? 1 : 0);
    int width = Math.max(config.in_channels / config.reduction, 1);
    int values = config.x_v_concat ? 2 * one : config.lam_concat_v ? one + 1 : one;
    value = child("value", Projection.pointwise(values, 1, true, rng));
    query = child("query", projection(config, one, width, rng));
    key = config.x_qk_concat ? child("key", projection(config, one, width, rng)) : query;
    upsampling = Upsampling.of(config.unsampling_mode, config.scale_factor, rng);
  }

  private static Projection projection(Config config, int one, int width, Rng rng) {
    int in = config.x_qk_concat ? 2 * one : one;
    return new Projection(in, width, config.att_norm, config.att_act, rng);
  }

  /** The shape of the block. */
  public Config config() {
    return config;
  }

  /**
   * Masks for images and their partners.
   *
   * @param feature of the images, [N, C, h, w]
   * @param index partner of each image, int64 [N]
   * @param lam weight of the images, a number in [0, 1]
   * @throws IllegalArgumentException if the features are not of the configured width
   */
  public Mix forward(Tensor feature, Tensor index, Tensor lam) {
    if (feature.dim() != 4 || feature.size(1) != config.in_channels) {
      throw new IllegalArgumentException(
          "automix-block expects features [N, %d, h, w], got %s"
              .formatted(config.in_channels, Arrays.toString(feature.shape())));
    }
    Tensor weight = lam.to(feature.dtype());
    Tensor a = feature;
    Tensor b = feature.indexSelect(0, index);
    if (config.lam_mul > 0) {
      Tensor r = bent(weight);
      if (config.lam_residual) {
        a = a.mul(r.mul(config.lam_mul).add(1));
        b = b.mul(r.rsub(1).mul(config.lam_mul).add(1));
      } else {
        a = a.mul(r);
        b = b.mul(r.rsub(1));
      }
    }
    if (config.lam_concat) {
      a = Projection.withChannel(a, weight);
      b = Projection.withChannel(b, weight.rsub(1));
    }
    Tensor seen = b;
    if (config.x_v_concat) {
      seen = Tensor.cat(1, a, b);
    } else if (config.lam_concat_v) {
      seen = Projection.withChannel(b, weight.rsub(1));
    }
    Tensor both = config.x_qk_concat ? Tensor.cat(1, a, b) : null;
    Tensor q = query.forward(both == null ? a : both).flatten(2, 3).transpose(1, 2); // [N, P, R]
    Tensor k = key.forward(both == null ? b : both).flatten(2, 3); // [N, R, P]
    Tensor scores = q.matmul(k);
    if (config.use_scale) {
      scores = scores.div(Math.sqrt((double) k.size(1)));
    }
    Tensor attention = scores.softmax(2);
    Tensor v = value.forward(seen).flatten(2, 3).transpose(1, 2); // [N, P, 1]
    Tensor map = attention.matmul(v).transpose(1, 2).unflatten(2, feature.size(2), feature.size(3));
    Tensor second = upsampling.apply(map).sigmoid();
    return new Mix(Tensor.cat(1, second.rsub(1), second), maskLoss(second, weight), attention);
  }

  /** The weight, or for a bend k a cubic of it that runs from 0 to 1 with a flatter middle. */
  private Tensor bent(Tensor lam) {
    if (config.lam_mul_k < 0) {
      return lam;
    }
    double k = config.lam_mul_k + 1;
    Tensor cubic = lam.pow(3L).mul(4.0 / 3).sub(lam.square().mul(2)).add(lam.mul(k));
    return cubic.div(k - 2.0 / 3);
  }

  private Tensor maskLoss(Tensor second, Tensor lam) {
    double margin = config.mask_loss_margin;
    Tensor mean = second.mean();
    Tensor miss = mean.rsub(1).sub(lam);
    return switch (config.mask_loss_mode) {
      case "L1" -> miss.abs().sub(margin).clampMin(0);
      case "Sparsity" -> second.mul(second.sub(1)).abs().mean().sub(margin).clampMin(0);
      case "L1+Variance" -> miss.abs().sub(margin).clampMin(0).sub(variance(second, mean));
      case "L2+Variance" ->
          miss.square().sub(margin * margin).clampMin(0).sub(variance(second, mean));
      default ->
          throw new IllegalArgumentException("unknown mask_loss_mode " + config.mask_loss_mode);
    };
  }

  /** Twice the variance. */
  private static Tensor variance(Tensor second, Tensor mean) {
    return second.sub(mean).square().mean().mul(2);
  }
}
