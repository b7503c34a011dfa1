package dev.melange.papers.tsmixer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Hides patches for self-supervised training. Component {@code data/patch-mask}.
 *
 * @param masked the patches with hidden ones replaced, [B, C, N, P]
 * @param mask 1 where hidden, else 0, [B, C, N]
 */
public record PatchMask(Tensor masked, Tensor mask) {
  /**
   * What to hide.
   *
   * @param mask_type {@code random}, or {@code forecast}: the last patches
   * @param random_mask_ratio share of patches hidden at random, [0, 1)
   * @param channel_consistent_masking whether all channels hide the same patches at random
   * @param num_forecast_mask_patches how many last patches: a number, or a list among which the
   *     windows of a batch are divided
   * @param unmasked_channel_indices channels that hide nothing; null for none
   * @param mask_value what takes the place of hidden values
   */
  public record Config(
      @Default("random") @OneOf({"random", "forecast"}) String mask_type,
      @Default("0.5") double random_mask_ratio,
      @Default("true") boolean channel_consistent_masking,
      @Default("[2]") JsonNode num_forecast_mask_patches,
      @Default("null") List<Integer> unmasked_channel_indices,
      @Default("0") double mask_value) {
    /** Checks the numbers. */
    public Config {
      if (!(random_mask_ratio >= 0 && random_mask_ratio < 1)) {
        throw new IllegalArgumentException(
            "random_mask_ratio lies in [0, 1), got " + random_mask_ratio);
      }
    }

    /** The numbers of last patches, in order. */
    List<Integer> lasts() {
      JsonNode given = num_forecast_mask_patches;
      List<Integer> lasts = new ArrayList<>();
      if (given.isInt()) {
        lasts.add(given.asInt());
      }
      given.forEach(node -> lasts.add(node.asInt()));
      if (lasts.isEmpty()) {
        throw new IllegalArgumentException(
            "num_forecast_mask_patches is a number or a list of them, got " + given);
      }
      return lasts;
    }

    private boolean isRandom() {
      return mask_type.equals("random");
    }
  }

  /**
   * Hides patches by draws that are given.
   *
   * @param patches [B, C, N, P]
   * @param draws for {@code random} uniform numbers [B, 1, N] or [B, C, N]; for {@code forecast} a
   *     permutation of the batch, int64 [B]
   */
  public static PatchMask of(Config config, Tensor patches, Tensor draws) {
    long batch = patches.size(0);
    long channels = patches.size(1);
    long count = patches.size(2);
    Tensor mask =
        config.isRandom()
            ? random(config, draws, count).expand(batch, channels, count)
            : last(config, draws, (int) batch, (int) count)
                .unsqueeze(1)
                .expand(batch, channels, count)
                .to(patches.device());
    if (config.unmasked_channel_indices() != null) {
      float[] kept = new float[(int) channels];
      Arrays.fill(kept, 1);
      config.unmasked_channel_indices().forEach(channel -> kept[channel] = 0);
      mask = mask.mul(Tensor.of(kept, 1, channels, 1).to(mask.device()));
    }
    Tensor hidden = mask.unsqueeze(3).expand(patches.shape()).gt(0);
    return new PatchMask(patches.maskedFill(hidden, config.mask_value()), mask.to(patches.dtype()));
  }

  /** Hides patches by draws from a stream. */
  public static PatchMask of(Config config, Tensor patches, Rng rng) {
    long batch = patches.size(0);
    if (!config.isRandom()) {
      int[] permutation = rng.permutation((int) batch);
      return of(config, patches, Tensor.of(permutation, batch).to(DType.I64));
    }
    Tensor noise =
        rng.uniform(
            batch, config.channel_consistent_masking() ? 1 : patches.size(1), patches.size(2));
    return of(config, patches, noise.to(patches.device()));
  }

  /** Hides all but the patches with the smallest numbers. */
  private static Tensor random(Config config, Tensor noise, long count) {
    long kept = (long) (count * (1 - config.random_mask_ratio()));
    Tensor order = noise.sort(-1, false).indices();
    Tensor rank = order.sort(-1, false).indices();
    return rank.ge(kept).to(DType.F32);
  }

  /** Divides the batch among the numbers of last patches, then shuffles it: [B, N]. */
  private static Tensor last(Config config, Tensor permutation, int batch, int count) {
    List<Integer> lasts = config.lasts();
    for (int last : lasts) {
      if (last < 1 || last >= count) {
        throw new IllegalArgumentException(
            "num_forecast_mask_patches lies between 1 and %d for %d patches, got %s"
                .formatted(count - 1, count, lasts));
      }
    }
    int share = (int) (batch * (1.0 / lasts.size()));
    int first = batch - share * (lasts.size() - 1);
    float[] mask = new float[batch * count];
    int row = 0;
    for (int i = 0; i < lasts.size(); i++) {
      int end = row + (i == 0 ? first : share);
      for (; row < end; row++) {
        Arrays.fill(mask, (row + 1) * count - lasts.get(i), (row + 1) * count, 1);
      }
    }
    return Tensor.of(mask, batch, count)
        .indexSelect(0, permutation.to(dev.melange.tensor.Device.CPU));
  }
}
