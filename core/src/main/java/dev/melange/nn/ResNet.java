package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The convolutional part of a ResNet (He et al. 2016): a stem, and stages of residual blocks, each
 * of twice the width and half the size of the one before. Names are those of torchvision: {@code
 * conv1}, {@code bn1}, {@code layer1.0.conv1}, ...
 */
public final class ResNet extends UnaryLayer {
  /** A stem of one 3x3 convolution that keeps the size. */
  public static final String SMALL_IMAGES = "cifar";

  /** A stem of a 7x7 convolution of stride 2 and 3x3 maximum pooling of stride 2. */
  public static final String LARGE_IMAGES = "imagenet";

  /**
   * Shape of the network.
   *
   * @param block {@code basic} or {@code bottleneck}
   * @param layers blocks per stage
   * @param baseChannels width of the stem and the first stage
   * @param inChannels channels of the images
   * @param stem {@link #SMALL_IMAGES} or {@link #LARGE_IMAGES}
   */
  public record Spec(String block, int[] layers, int baseChannels, int inChannels, String stem) {
    /** Refuses what cannot be built. */
    public Spec {
      if (!block.equals("basic") && !block.equals("bottleneck")) {
        throw new IllegalArgumentException(
            "block is 'basic' or 'bottleneck', got '%s'".formatted(block));
      }
      if (!stem.equals(SMALL_IMAGES) && !stem.equals(LARGE_IMAGES)) {
        throw new IllegalArgumentException(
            "stem is '%s' or '%s', got '%s'".formatted(SMALL_IMAGES, LARGE_IMAGES, stem));
      }
      if (layers.length == 0
          || Arrays.stream(layers).anyMatch(n -> n < 1)
          || baseChannels < 1
          || inChannels < 1) {
        throw new IllegalArgumentException(
            "a ResNet has 1 block or more in each of its stages and 1 channel or more, got layers %s, base_channels %d, in_channels %d"
                .formatted(Arrays.toString(layers), baseChannels, inChannels));
      }
      layers = layers.clone();
    }
  }

  private final Spec spec;
  private final Conv2d stem;
  private final BatchNorm norm;
  private final List<Sequential> stages = new ArrayList<>();
  private final long width;

  /** An untrained network: Kaiming normal convolutions, norms at one. */
  public ResNet(Spec spec, Rng rng) {
    this.spec = spec;
    long inner = spec.baseChannels;
    boolean large = spec.stem.equals(LARGE_IMAGES);
    stem =
        child(
            "conv1", ResidualBlock.conv(spec.inChannels, inner, large ? 7 : 3, large ? 2 : 1, rng));
    norm = child("bn1", new BatchNorm(inner));
    boolean bottleneck = spec.block.equals("bottleneck");
    long in = inner;
    for (int i = 0; i < spec.layers.length; i++) {
      UnaryLayer[] blocks = new UnaryLayer[spec.layers[i]];
      for (int j = 0; j < blocks.length; j++) {
        blocks[j] = new ResidualBlock(in, inner, j == 0 && i > 0 ? 2 : 1, bottleneck, rng);
        in = bottleneck ? 4 * inner : inner;
      }
      stages.add(child("layer" + (i + 1), new Sequential(blocks)));
      inner *= 2;
    }
    width = in;
  }

  /**
   * Sets the scale of the last norm of each block: at 0 all blocks begin as the identity, at 1 all
   * take part from the first step on.
   */
  public void residualScales(double scale) {
    visit(
        (path, layer) -> {
          if (layer instanceof ResidualBlock block) {
            Init.constant(block.lastNorm().weight(), scale);
          }
        });
  }

  /** Channels of the last stage's maps. */
  public int width() {
    return (int) width;
  }

  /** Number of stages. */
  public int stages() {
    return stages.size();
  }

  /** The norm after the stem's convolution. */
  public BatchNorm stemNorm() {
    return norm;
  }

  /**
   * The map before the first stage.
   *
   * @param image [N, in channels, H, W]
   */
  public Tensor stem(Tensor image) {
    if (image.dim() != 4 || image.size(1) != spec.inChannels) {
      throw new IllegalArgumentException(
          "the ResNet expects images of %d channels [N, %d, H, W], got input %s"
              .formatted(spec.inChannels, spec.inChannels, Arrays.toString(image.shape())));
    }
    // oneDNN convolves such maps a fifth faster, and all later ones keep the layout
    Tensor x = norm.forward(stem.forward(image.channelsLast())).relu();
    return spec.stem.equals(LARGE_IMAGES) ? Nn.maxPool2d(x, 3, 2, 1) : x;
  }

  /**
   * Runs one stage.
   *
   * @param index from 0
   * @param x the map that the stem or the stage before returned
   */
  public Tensor stage(int index, Tensor x) {
    return stages.get(index).forward(x);
  }

  /** The last stage's map, [N, width, h, w]. */
  @Override
  public Tensor forward(Tensor image) {
    Tensor x = stem(image);
    for (Sequential stage : stages) {
      x = stage.forward(x);
    }
    return x;
  }
}
