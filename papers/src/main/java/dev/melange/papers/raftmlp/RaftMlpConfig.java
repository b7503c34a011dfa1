package dev.melange.papers.raftmlp;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.ImageModelConfig;
import java.util.List;
import java.util.Map;

/**
 * Configuration of {@link RaftMlp}.
 *
 * @param layers the levels of the pyramid, from the image on
 * @param in_channels channels of the images
 * @param pretrained_image_size side of the square images for which the mixing weights are made;
 *     maps of other sizes are resized to their grids
 * @param num_classes number of classes
 * @param token_expansion_factor hidden over outer width of the MLPs over positions
 * @param channel_expansion_factor hidden over outer width of the MLPs over channels
 * @param dropout rate after both linear layers of every MLP, [0, 1)
 * @param drop_path_rate stochastic depth, the same in every block, [0, 1)
 * @param token_mixing_type {@code ser_pm}: vertical, then horizontal rafts; {@code original_tm}:
 *     one MLP over all positions, as in MLP-Mixer
 * @param embedding_type {@code emb_mixer}: patches; {@code emb_cross_mlp}: patches of several sizes
 *     around the same centres
 * @param shortcut whether the heads of all levels take part in the classification
 * @param features whether the network is a backbone that returns a map of every level
 */
public record RaftMlpConfig(
    @Default("[{\"depth\": 12, \"dim\": 768, \"patch_size\": 16, \"raft_size\": 4}]")
        List<Level> layers,
    @Default("3") int in_channels,
    @Default("224") int pretrained_image_size,
    @Default("1000") int num_classes,
    @Default("2") int token_expansion_factor,
    @Default("4") int channel_expansion_factor,
    @Default("0") double dropout,
    @Default("0") double drop_path_rate,
    @Default("ser_pm") @OneOf({"ser_pm", "original_tm"}) String token_mixing_type,
    @Default("emb_mixer") @OneOf({"emb_mixer", "emb_cross_mlp"}) String embedding_type,
    @Default("false") boolean shortcut,
    @Default("false") boolean features)
    implements ImageModelConfig {

  /**
   * A level: an embedding of patches, then blocks.
   *
   * @param depth number of blocks
   * @param dim channels
   * @param patch_size by which the map shrinks
   * @param raft_size channels that are mixed together with the positions of a column or row;
   *     divides {@code dim}; needed for {@code ser_pm}
   * @param embedding_kernels sides of the patches, multiples of the first, which is {@code
   *     patch_size}; needed for {@code emb_cross_mlp}
   */
  public record Level(
      int depth,
      int dim,
      int patch_size,
      @Default("null") Integer raft_size,
      @Default("null") List<Integer> embedding_kernels) {
    /** Checks what does not depend on the other keys. */
    public Level {
      if (depth < 0 || dim < 1 || patch_size < 1) {
        throw new IllegalArgumentException(
            "a level needs dim and patch_size of at least 1 and depth of at least 0, got %d, %d, %d"
                .formatted(dim, patch_size, depth));
      }
      embedding_kernels = embedding_kernels == null ? null : List.copyOf(embedding_kernels);
    }

    /** A level with one size of patches. */
    public static Level of(int depth, int dim, int patchSize, Integer raftSize) {
      return new Level(depth, dim, patchSize, raftSize, null);
    }

    /** The sum of squares of the kernels: numbers per channel in the embedding of a position. */
    int crossScaleInputs() {
      return embedding_kernels.stream().mapToInt(k -> k * k).sum();
    }
  }

  /** Checks that the levels are complete. */
  public RaftMlpConfig {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("layers names no level; give at least one");
    }
    if (in_channels < 1
        || pretrained_image_size < 1
        || num_classes < 1
        || token_expansion_factor < 1
        || channel_expansion_factor < 1) {
      throw new IllegalArgumentException(
          "in_channels, pretrained_image_size, num_classes, token_expansion_factor and"
              + " channel_expansion_factor must be at least 1, got %d, %d, %d, %d, %d"
                  .formatted(
                      in_channels,
                      pretrained_image_size,
                      num_classes,
                      token_expansion_factor,
                      channel_expansion_factor));
    }
    requireRate("dropout", dropout);
    requireRate("drop_path_rate", drop_path_rate);
    for (int i = 0; i < layers.size(); i++) {
      Level level = layers.get(i);
      if (token_mixing_type.equals("ser_pm")) {
        requireRaft(i, level);
      }
      if (embedding_type.equals("emb_cross_mlp")) {
        requireKernels(i, level);
      } else {
        int before = i == 0 ? in_channels : layers.get(i - 1).dim();
        if (level.patch_size() == 1 && level.dim() != before) {
          throw new IllegalArgumentException(
              "layers[%d] has patch_size 1, with which emb_mixer keeps the %d channels, but dim is %d"
                  .formatted(i, before, level.dim()));
        }
      }
    }
  }

  private static void requireRaft(int i, Level level) {
    if (level.raft_size() == null
        || level.raft_size() < 1
        || level.dim() % level.raft_size() != 0) {
      throw new IllegalArgumentException(
          "layers[%d].raft_size must divide its dim %d, got %s"
              .formatted(i, level.dim(), level.raft_size()));
    }
  }

  private static void requireKernels(int i, Level level) {
    List<Integer> kernels = level.embedding_kernels();
    int p = level.patch_size();
    if (kernels == null
        || kernels.isEmpty()
        || kernels.get(0) != p
        || kernels.stream().anyMatch(k -> k < p || k % p != 0)) {
      throw new IllegalArgumentException(
          "layers[%d].embedding_kernels must begin with patch_size %d and have multiples of it only, got %s"
              .formatted(i, p, kernels));
    }
    if (kernels.stream().anyMatch(k -> (k - p) % 2 != 0)) {
      throw new IllegalArgumentException(
          "layers[%d].embedding_kernels %s cannot all be centred on patches of %d: the differences must be even"
              .formatted(i, kernels, p));
    }
  }

  private static void requireRate(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException("%s must lie in [0, 1), got %s".formatted(key, value));
    }
  }

  /** Side of the grid for which the mixing weights of a level are made. */
  public int grid(int level) {
    int side = pretrained_image_size;
    for (int i = 0; i <= level; i++) {
      int p = layers.get(i).patch_size();
      side = (side + p - 1) / p;
    }
    return side;
  }

  /** Channels that enter a level. */
  int channelsBefore(int level) {
    return level == 0 ? in_channels : layers.get(level - 1).dim();
  }

  /** Channels of the last level. */
  int width() {
    return layers.get(layers.size() - 1).dim();
  }

  @Override
  public int channels() {
    return in_channels;
  }

  /** The grids of the mixing weights are those of square images of the longer side. */
  @Override
  public RaftMlpConfig forImages(int channels, int height, int width, int classes) {
    return with(channels, Math.max(height, width), classes);
  }

  /** The grids stay: maps of other sizes are brought to them in every block. */
  @Override
  public RaftMlpConfig forFineTuning(int channels, int height, int width, int classes) {
    return with(channels, pretrained_image_size, classes);
  }

  private RaftMlpConfig with(int channels, int side, int classes) {
    return Configs.with(
        this,
        Map.of(
            "in_channels", Integer.toString(channels),
            "pretrained_image_size", Integer.toString(side),
            "num_classes", Integer.toString(classes)),
        "vision/raft-mlp");
  }
}
