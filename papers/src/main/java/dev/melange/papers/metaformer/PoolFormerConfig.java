package dev.melange.papers.metaformer;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.ImageModelConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Configuration of {@link PoolFormer}. Lists have one element per stage; the number of stages is
 * that of {@code layers}.
 *
 * @param layers blocks per stage
 * @param embed_dims channels per stage
 * @param mlp_ratios hidden over outer width of the channel MLPs
 * @param downsamples whether the map is halved after a stage (it also is where the width changes);
 *     the last element is ignored; null for all
 * @param token_mixers the mixer of each stage; null for pooling everywhere
 * @param pool_size odd filter size of pooling and dwconv
 * @param head_dim channels per attention head
 * @param qkv_bias whether the query, key and value projections have a bias
 * @param spatial_shapes [h, w] of each stage's map, required where the mixer is spatial_fc or
 *     random; null for none
 * @param add_pos_embs [h, w] of a learned position embedding before a stage; null for none
 * @param norm group_norm (one group: statistics over C, H, W of a sample), layer_norm (over C at
 *     each position), batch_norm or none
 * @param act activation of the channel MLPs
 * @param num_classes classes; 0 for no classifier
 * @param in_chans channels of the images
 * @param in_patch_size filter size of the patch embedding
 * @param in_stride stride of the patch embedding
 * @param in_pad padding of the patch embedding
 * @param down_patch_size filter size between stages
 * @param down_stride stride between stages
 * @param down_pad padding between stages
 * @param drop_rate dropout in the channel MLPs
 * @param drop_path_rate stochastic depth of the last block, growing linearly from 0 at the first
 * @param use_layer_scale whether each branch is scaled per channel
 * @param layer_scale_init_value initial value of these scales
 * @param residual whether branches are added to their input (false only for ablation)
 * @param channel_mlp whether blocks have their second half (false only for ablation)
 * @param fork_feat whether the normalised maps of all stages are returned, without classifier
 */
public record PoolFormerConfig(
    @Default("[2, 2, 6, 2]") List<Integer> layers,
    @Default("[64, 128, 320, 512]") List<Integer> embed_dims,
    @Default("[4, 4, 4, 4]") List<Double> mlp_ratios,
    @Default("null") List<Boolean> downsamples,
    @Default("null") @OneOf({"pooling", "identity", "attention", "spatial_fc", "random", "dwconv"})
        List<String> token_mixers,
    @Default("3") int pool_size,
    @Default("32") int head_dim,
    @Default("false") boolean qkv_bias,
    @Default("null") List<List<Integer>> spatial_shapes,
    @Default("null") List<List<Integer>> add_pos_embs,
    @Default("group_norm") @OneOf({"group_norm", "layer_norm", "batch_norm", "none"}) String norm,
    @Default("gelu") @OneOf({"gelu", "relu", "silu"}) String act,
    @Default("1000") int num_classes,
    @Default("3") int in_chans,
    @Default("7") int in_patch_size,
    @Default("4") int in_stride,
    @Default("2") int in_pad,
    @Default("3") int down_patch_size,
    @Default("2") int down_stride,
    @Default("1") int down_pad,
    @Default("0") double drop_rate,
    @Default("0") double drop_path_rate,
    @Default("true") boolean use_layer_scale,
    @Default("1e-5") double layer_scale_init_value,
    @Default("true") boolean residual,
    @Default("true") boolean channel_mlp,
    @Default("false") boolean fork_feat)
    implements ImageModelConfig {

  /** Checks all values. */
  public PoolFormerConfig {
    int stages = layers.size();
    if (stages == 0) {
      throw new IllegalArgumentException("layers names no stage; give blocks per stage");
    }
    layers = List.copyOf(layers);
    embed_dims = List.copyOf(embed_dims);
    mlp_ratios = List.copyOf(mlp_ratios);
    downsamples = downsamples == null ? null : List.copyOf(downsamples);
    token_mixers = token_mixers == null ? null : List.copyOf(token_mixers);
    spatial_shapes = shapes("spatial_shapes", spatial_shapes, stages);
    add_pos_embs = shapes("add_pos_embs", add_pos_embs, stages);
    requireLength("embed_dims", embed_dims, stages);
    requireLength("mlp_ratios", mlp_ratios, stages);
    if (downsamples != null) {
      requireLength("downsamples", downsamples, stages);
    }
    if (token_mixers != null) {
      requireLength("token_mixers", token_mixers, stages);
    }
    for (int s = 0; s < stages; s++) {
      requireAtLeast("layers[" + s + "]", layers.get(s), 1);
      requireAtLeast("embed_dims[" + s + "]", embed_dims.get(s), 1);
      if (!((int) (embed_dims.get(s) * mlp_ratios.get(s)) >= 1)) {
        throw new IllegalArgumentException(
            "mlp_ratios[%d] must leave at least one hidden channel, got %s for %d channels"
                .formatted(s, mlp_ratios.get(s), embed_dims.get(s)));
      }
      String mixer = token_mixers == null ? "pooling" : token_mixers.get(s);
      if ((mixer.equals("spatial_fc") || mixer.equals("random"))
          && (spatial_shapes == null || spatial_shapes.get(s) == null)) {
        throw new IllegalArgumentException(
            "stage %d mixes by %s, so spatial_shapes[%d] must give its [h, w]"
                .formatted(s, mixer, s));
      }
      if (mixer.equals("attention") && embed_dims.get(s) % Math.max(1, head_dim) != 0) {
        throw new IllegalArgumentException(
            "stage %d mixes by attention, so its %d channels must divide into heads of head_dim %d"
                .formatted(s, embed_dims.get(s), head_dim));
      }
    }
    requireAtLeast("pool_size", pool_size, 1);
    if (pool_size % 2 == 0) {
      throw new IllegalArgumentException("pool_size must be odd, got " + pool_size);
    }
    requireAtLeast("head_dim", head_dim, 1);
    requireAtLeast("num_classes", num_classes, 0);
    requireAtLeast("in_chans", in_chans, 1);
    requireAtLeast("in_patch_size", in_patch_size, 1);
    requireAtLeast("in_stride", in_stride, 1);
    requireAtLeast("in_pad", in_pad, 0);
    requireAtLeast("down_patch_size", down_patch_size, 1);
    requireAtLeast("down_stride", down_stride, 1);
    requireAtLeast("down_pad", down_pad, 0);
    requireRate("drop_rate", drop_rate);
    requireRate("drop_path_rate", drop_path_rate);
  }

  @Override
  public int channels() {
    return in_chans;
  }

  @Override
  public PoolFormerConfig forImages(int channels, int height, int width, int classes) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("in_chans", Integer.toString(channels));
    keys.put("num_classes", Integer.toString(classes));
    List<List<Integer>> maps = stageShapes(height, width);
    if (spatial_shapes != null) {
      keys.put("spatial_shapes", sameStages(spatial_shapes, maps).toString());
    }
    if (add_pos_embs != null) {
      keys.put("add_pos_embs", sameStages(add_pos_embs, maps).toString());
    }
    return Configs.with(this, keys, "vision/poolformer");
  }

  private static List<List<Integer>> sameStages(
      List<List<Integer>> given, List<List<Integer>> maps) {
    List<List<Integer>> shapes = new ArrayList<>();
    for (int s = 0; s < given.size(); s++) {
      shapes.add(given.get(s) == null ? null : maps.get(s));
    }
    return shapes;
  }

  /**
   * The size [h, w] of each stage's map for images of a size.
   *
   * @throws IllegalArgumentException if the images are too small for the stages
   */
  public List<List<Integer>> stageShapes(int height, int width) {
    List<List<Integer>> shapes = new ArrayList<>();
    int h = convolved(height, in_patch_size, in_stride, in_pad);
    int w = convolved(width, in_patch_size, in_stride, in_pad);
    for (int s = 0; s < stages(); s++) {
      if (h < 1 || w < 1) {
        throw new IllegalArgumentException(
            "images of %d x %d are too small: nothing is left of them at stage %d; use larger ones"
                .formatted(height, width, s + 1));
      }
      shapes.add(List.of(h, w));
      if (downsamplesAfter(s)) {
        h = convolved(h, down_patch_size, down_stride, down_pad);
        w = convolved(w, down_patch_size, down_stride, down_pad);
      }
    }
    return shapes;
  }

  private static int convolved(int length, int kernel, int stride, int padding) {
    int inner = length + 2 * padding - kernel;
    return inner < 0 ? 0 : inner / stride + 1;
  }

  /** Number of stages. */
  public int stages() {
    return layers.size();
  }

  /** The token mixer of a stage. */
  public String tokenMixer(int stage) {
    return token_mixers == null ? "pooling" : token_mixers.get(stage);
  }

  /** Whether a strided convolution follows a stage: where asked to or where the width changes. */
  public boolean downsamplesAfter(int stage) {
    return stage + 1 < stages()
        && (downsamples == null
            || downsamples.get(stage)
            || !embed_dims.get(stage).equals(embed_dims.get(stage + 1)));
  }

  /** [h, w] that a stage's mixer is made for; null if none is given. */
  public List<Integer> spatialShape(int stage) {
    return spatial_shapes == null ? null : spatial_shapes.get(stage);
  }

  /** [h, w] of the position embedding before a stage; null for none. */
  public List<Integer> positionEmbedding(int stage) {
    return add_pos_embs == null ? null : add_pos_embs.get(stage);
  }

  /** Stochastic depth of a block, counted from 0 over all stages: linear from 0 to the last. */
  public double dropPath(int block) {
    int blocks = layers.stream().mapToInt(Integer::intValue).sum();
    return blocks == 1 ? 0 : drop_path_rate * block / (blocks - 1);
  }

  private static List<List<Integer>> shapes(String key, List<List<Integer>> given, int stages) {
    if (given == null) {
      return null;
    }
    requireLength(key, given, stages);
    List<List<Integer>> shapes = new ArrayList<>(); // List.copyOf refuses the nulls
    for (List<Integer> shape : given) {
      if (shape != null && (shape.size() != 2 || shape.get(0) < 1 || shape.get(1) < 1)) {
        throw new IllegalArgumentException(
            "%s[%d] must be [h, w] of positive numbers or null, got %s"
                .formatted(key, shapes.size(), shape));
      }
      shapes.add(shape == null ? null : List.copyOf(shape));
    }
    return Collections.unmodifiableList(shapes);
  }

  private static void requireLength(String key, Collection<?> values, int stages) {
    if (values.size() != stages) {
      throw new IllegalArgumentException(
          "%s must have one element for each of the %d stages of layers, got %s"
              .formatted(key, stages, values));
    }
  }

  private static void requireAtLeast(String key, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d, got %d".formatted(key, least, value));
    }
  }

  private static void requireRate(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException("%s must lie in [0, 1), got %s".formatted(key, value));
    }
  }
}
