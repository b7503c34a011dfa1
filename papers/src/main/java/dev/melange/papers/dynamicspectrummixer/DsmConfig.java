package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.ImageModelConfig;
import java.util.List;
import java.util.Map;

/**
 * Configuration of {@link Dsm}; lists have one element per stage. The keys that are not explained
 * are those of {@link DynamicSpectrumMixer.Config}.
 *
 * @param image_height rows of the images
 * @param image_width columns of the images
 * @param in_channels channels of the images
 * @param num_classes number of classes
 * @param dims channels
 * @param depths number of blocks
 * @param mlp_ratios hidden over outer width of the MLPs
 * @param patch_kernel filter size of the first convolution
 * @param patch_stride stride of the first convolution
 * @param groups groups of channels
 * @param bands number of bands
 * @param reduction channels over hidden features of the weights' network
 * @param band_type radial or zigzag
 * @param selector softmax, sigmoid or none
 * @param static_weight whether each frequency has a learned weight
 * @param descriptor mean-abs or rms
 * @param drop_path_rate stochastic depth of the last block in training, growing linearly from 0 at
 *     the first
 */
public record DsmConfig(
    int image_height,
    int image_width,
    @Default("3") int in_channels,
    int num_classes,
    List<Integer> dims,
    List<Integer> depths,
    List<Double> mlp_ratios,
    @Default("7") int patch_kernel,
    @Default("4") int patch_stride,
    @Default("8") int groups,
    @Default("8") int bands,
    @Default("4") int reduction,
    @Default("radial") @OneOf({"radial", "zigzag"}) String band_type,
    @Default("softmax") @OneOf({"softmax", "sigmoid", "none"}) String selector,
    @Default("true") boolean static_weight,
    @Default("mean-abs") @OneOf({"mean-abs", "rms"}) String descriptor,
    @Default("0.0") double drop_path_rate)
    implements ImageModelConfig {
  /** Checks the sizes; the blocks check theirs. */
  public DsmConfig {
    dims = List.copyOf(dims);
    depths = List.copyOf(depths);
    mlp_ratios = List.copyOf(mlp_ratios);
    if (image_height < 1 || image_width < 1 || in_channels < 1 || num_classes < 1) {
      throw new IllegalArgumentException(
          "image_height, image_width, in_channels and num_classes must be at least 1, got %d, %d, %d and %d"
              .formatted(image_height, image_width, in_channels, num_classes));
    }
    if (dims.isEmpty() || depths.size() != dims.size() || mlp_ratios.size() != dims.size()) {
      throw new IllegalArgumentException(
          "dims, depths and mlp_ratios must have one element per stage, got %s, %s and %s"
              .formatted(dims, depths, mlp_ratios));
    }
    if (depths.stream().anyMatch(depth -> depth < 0)) {
      throw new IllegalArgumentException("depths must not be negative, got " + depths);
    }
    if (patch_kernel < 1 || patch_stride < 1) {
      throw new IllegalArgumentException(
          "patch_kernel and patch_stride must be at least 1, got %d and %d"
              .formatted(patch_kernel, patch_stride));
    }
    if (!(drop_path_rate >= 0 && drop_path_rate < 1)) {
      throw new IllegalArgumentException(
          "drop_path_rate must lie in [0, 1), got " + drop_path_rate);
    }
    for (int dim : dims) {
      if (dim < 1 || groups < 1 || dim % groups != 0) {
        throw new IllegalArgumentException(
            "groups must divide the channels of each stage, got dims %s and %d groups"
                .formatted(dims, groups));
      }
    }
  }

  @Override
  public int channels() {
    return in_channels;
  }

  @Override
  public DsmConfig forImages(int channels, int height, int width, int classes) {
    return Configs.with(
        this,
        Map.of(
            "in_channels", Integer.toString(channels),
            "image_height", Integer.toString(height),
            "image_width", Integer.toString(width),
            "num_classes", Integer.toString(classes)),
        "vision/dsm");
  }

  /** Length of a side of a stage's map, for a side of the image. */
  int side(int stage, int pixels) {
    int length = (pixels + 2 * (patch_kernel / 2) - patch_kernel) / patch_stride + 1;
    for (int s = 0; s < stage; s++) {
      length = (length - 1) / 2 + 1;
    }
    return length;
  }

  /** The configuration of a stage's blocks. */
  DsmBlock.Config block(int stage) {
    return new DsmBlock.Config(
        dims.get(stage),
        side(stage, image_height),
        side(stage, image_width),
        mlp_ratios.get(stage),
        groups,
        bands,
        reduction,
        band_type,
        selector,
        static_weight,
        descriptor);
  }

  /** Stochastic depth of a block, counted from 0 over all stages. */
  double dropPath(int block) {
    int blocks = depths.stream().mapToInt(Integer::intValue).sum();
    return blocks == 1 ? 0 : drop_path_rate * block / (blocks - 1);
  }
}
