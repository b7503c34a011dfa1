package dev.melange.papers.msmlp;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.nn.Extent;
import dev.melange.nn.ImageModelConfig;
import java.util.List;
import java.util.Map;

/**
 * Configuration of {@link MsMlp}; the defaults are the published tiny network.
 *
 * @param img_size of the images, pixels; one number or [height, width]
 * @param patch_size of the patches, pixels; one number or [height, width]
 * @param in_chans channels of the images
 * @param num_classes classes; 0 for no classifier
 * @param embed_dim channels of the first stage; each further stage has twice as many
 * @param depths blocks per stage
 * @param shift_size number G of groups of channels
 * @param shift_dist distance by which each group is rolled, [G]
 * @param mix_size per stage the odd side of the neighbourhood of each group, [S][G]
 * @param mlp_ratio hidden over outer width of the MLPs
 * @param drop_rate dropout behind the patch embedding; there is none elsewhere
 * @param drop_path_rate stochastic depth of the last block, growing linearly from 0 at the first
 * @param patch_norm whether the patch embedding is normalised
 * @param layer_scale_init_value initial factor of every branch; the published 1e-6 is for hundreds
 *     of epochs, short trainings need about 0.1
 */
public record MsMlpConfig(
    @Default("224") Extent img_size,
    @Default("4") Extent patch_size,
    @Default("3") int in_chans,
    @Default("1000") int num_classes,
    @Default("96") int embed_dim,
    @Default("[3, 3, 9, 3]") List<Integer> depths,
    @Default("5") int shift_size,
    @Default("[-2, -1, 0, 1, 2]") List<Integer> shift_dist,
    @Default("[[1, 1, 3, 5, 7], [1, 3, 3, 5, 7], [1, 5, 5, 5, 7], [1, 7, 7, 7, 7]]")
        List<List<Integer>> mix_size,
    @Default("4.0") double mlp_ratio,
    @Default("0") double drop_rate,
    @Default("0.1") double drop_path_rate,
    @Default("true") boolean patch_norm,
    @Default("1e-6") double layer_scale_init_value)
    implements ImageModelConfig {
  /** Checks all values. */
  public MsMlpConfig {
    depths = List.copyOf(depths);
    shift_dist = List.copyOf(shift_dist);
    mix_size = mix_size.stream().map(List::copyOf).toList();
    if (depths.isEmpty() || depths.stream().anyMatch(depth -> depth < 0)) {
      throw new IllegalArgumentException(
          "depths must give the blocks of at least one stage, got " + depths);
    }
    if (in_chans < 1 || num_classes < 0 || embed_dim < 1) {
      throw new IllegalArgumentException(
          "in_chans and embed_dim must be at least 1 and num_classes at least 0, got %d, %d, %d"
              .formatted(in_chans, embed_dim, num_classes));
    }
    if (mix_size.size() != depths.size()) {
      throw new IllegalArgumentException(
          "mix_size must have one row for each of the %d stages of depths, got %s"
              .formatted(depths.size(), mix_size));
    }
    if (!(drop_rate >= 0 && drop_rate < 1 && drop_path_rate >= 0 && drop_path_rate < 1)) {
      throw new IllegalArgumentException(
          "drop_rate and drop_path_rate must lie in [0, 1), got %s and %s"
              .formatted(drop_rate, drop_path_rate));
    }
    for (int s = 0; s < depths.size(); s++) {
      block(s, embed_dim, shift_size, shift_dist, mix_size, mlp_ratio, layer_scale_init_value);
    }
    Extent smallest = smallestImage(patch_size, depths.size());
    if (img_size.height() < smallest.height() || img_size.width() < smallest.width()) {
      throw new IllegalArgumentException(
          "img_size %s is too small for patches of %s and %d stages, each of which halves the map; use at least %s"
              .formatted(img_size, patch_size, depths.size(), smallest));
    }
  }

  private static Extent smallestImage(Extent patch, int stages) {
    int halvings = 1 << (stages - 1);
    return new Extent(patch.height() * halvings, patch.width() * halvings);
  }

  private static MixShiftBlock.Config block(
      int stage,
      int embedDim,
      int groups,
      List<Integer> distances,
      List<List<Integer>> sizes,
      double ratio,
      double scale) {
    try {
      return new MixShiftBlock.Config(
          embedDim << stage, groups, distances, sizes.get(stage), ratio, scale);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("stage %d: %s".formatted(stage, e.getMessage()), e);
    }
  }

  /** The configuration of the blocks of a stage. */
  MixShiftBlock.Config block(int stage) {
    return block(
        stage, embed_dim, shift_size, shift_dist, mix_size, mlp_ratio, layer_scale_init_value);
  }

  /** Number of stages. */
  public int stages() {
    return depths.size();
  }

  /** Channels of a stage. */
  public int width(int stage) {
    return embed_dim << stage;
  }

  /** Stochastic depth of a block, counted from 0 over all stages. */
  double dropPath(int block) {
    int blocks = depths.stream().mapToInt(Integer::intValue).sum();
    return blocks == 1 ? 0 : drop_path_rate * block / (blocks - 1);
  }

  @Override
  public int channels() {
    return in_chans;
  }

  @Override
  public MsMlpConfig forImages(int channels, int height, int width, int classes) {
    return Configs.with(
        this,
        Map.of(
            "in_chans", Integer.toString(channels),
            "img_size", "[" + height + "," + width + "]",
            "num_classes", Integer.toString(classes)),
        "vision/ms-mlp");
  }
}
