package dev.melange.papers.mixuppolicies;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.mix.Mixup;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.ImageModel;
import dev.melange.nn.ImageModelConfig;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.ResNet;
import dev.melange.nn.StagedImageModel;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * ResNet for small images: a 3x3 stem without pooling, stages of residual blocks, and a linear
 * classifier. The hidden maps of a batch can be mixed after any stage (Manifold Mixup).
 */
public final class ResNetCifar extends ImageModel implements StagedImageModel {
  /**
   * Shape of the network.
   *
   * @param block kind of residual block
   * @param layers blocks per stage
   * @param base_channels width of the first stage; each further stage doubles it
   * @param in_channels channels of the images
   * @param num_classes number of classes
   * @param mix_layer where a batch is mixed: -1 nowhere, 0 the image, k after stage k
   */
  public record Config(
      @OneOf({"basic", "bottleneck"}) String block,
      int[] layers,
      @Default("64") int base_channels,
      @Default("3") int in_channels,
      int num_classes,
      @Default("-1") int mix_layer)
      implements ImageModelConfig {
    @Override
    public int channels() {
      return in_channels;
    }

    @Override
    public Config forImages(int channels, int height, int width, int classes) {
      return new Config(block, layers, base_channels, channels, classes, mix_layer);
    }

    /** Refuses shapes that cannot be built. */
    public Config {
      if (layers.length == 0 || base_channels < 1 || in_channels < 1 || num_classes < 1) {
        throw new IllegalArgumentException(
            "resnet-cifar expects stages, channels and classes, got %d stages, %d base_channels, %d in_channels, %d num_classes"
                .formatted(layers.length, base_channels, in_channels, num_classes));
      }
      if (mix_layer < -1 || mix_layer > layers.length) {
        throw new IllegalArgumentException(
            "mix_layer is -1 to %d, got %d".formatted(layers.length, mix_layer));
      }
    }
  }

  private final Config config;
  private final ResNet backbone;
  private final Linear fc;

  /** An untrained network; the last norm of each block starts at zero. */
  public ResNetCifar(Config config, Rng rng) {
    this.config = config;
    backbone =
        child(
            "backbone",
            new ResNet(
                new ResNet.Spec(
                    config.block,
                    config.layers,
                    config.base_channels,
                    config.in_channels,
                    ResNet.SMALL_IMAGES),
                rng));
    backbone.residualScales(0);
    fc = child("head.fc", new Linear(backbone.width(), config.num_classes, rng));
    Init.normal(fc.weight(), 0, 0.01, rng);
    Init.constant(fc.bias(), 0);
  }

  /**
   * Lets the last norm of each block start at one instead of zero, so that all blocks take part
   * from the first step on: better for short training.
   */
  public void startBlocksAtOne() {
    backbone.residualScales(1);
  }

  /** The shape of the network. */
  public Config config() {
    return config;
  }

  /** Channels of the last stage's maps. */
  public int width() {
    return (int) fc.weight().size(1);
  }

  /** The norm after the stem. */
  public BatchNorm stemNorm() {
    return backbone.stemNorm();
  }

  /** The map after each stage, and once more the last one, which goes to the head. */
  public List<Tensor> forwardStages(Tensor image) {
    return forwardStages(image, -1, null, null);
  }

  /**
   * The map after each stage before it is mixed, and at the end the one that goes to the head,
   * which is the last stage's, mixed if that was asked for.
   *
   * @param image [N, C, H, W]
   * @param mixLayer 0 mixes the image, k the map after stage k, -1 nothing
   * @param lam weight of each sample, a number or [N]; unused without mixing
   * @param index partner of each sample, int64 [N]; unused without mixing
   */
  public List<Tensor> forwardStages(Tensor image, int mixLayer, Tensor lam, Tensor index) {
    if (image.dim() != 4 || image.size(1) != config.in_channels) {
      throw new IllegalArgumentException(
          "resnet-cifar expects images of %d channels, got input %s"
              .formatted(config.in_channels, java.util.Arrays.toString(image.shape())));
    }
    List<Tensor> maps = new ArrayList<>();
    Tensor x = mixLayer == 0 ? Mixup.apply(image, Mixup.partner(image, index), lam) : image;
    x = backbone.stem(x);
    for (int i = 0; i < backbone.stages(); i++) {
      x = backbone.stage(i, x);
      maps.add(x);
      if (mixLayer == i + 1) {
        x = Mixup.apply(x, Mixup.partner(x, index), lam);
      }
    }
    maps.add(x);
    return maps;
  }

  @Override
  public int stages() {
    return backbone.stages();
  }

  @Override
  public Tensor firstStages(Tensor image, int count) {
    Tensor x = backbone.stem(image);
    for (int i = 0; i < count; i++) {
      x = backbone.stage(i, x);
    }
    return x;
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    Tensor x = map;
    for (int i = count; i < backbone.stages(); i++) {
      x = backbone.stage(i, x);
    }
    return x;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    return forwardStages(x).get(backbone.stages());
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return classify(features.mean(2, 3));
  }

  /** Logits from the means of the last maps, [N, width]. */
  public Tensor classify(Tensor means) {
    return fc.forward(means);
  }

  @Override
  public int classes() {
    return (int) fc.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classes < 1) {
      throw new IllegalArgumentException("resnet-cifar expects 1 class or more, got " + classes);
    }
    Tensor weight = fc.weight().detach().newZeros(classes, fc.weight().size(1));
    fc.weight().setData(Init.normal(weight, 0, 0.01, rng));
    fc.bias().setData(fc.bias().detach().newZeros(classes));
  }
}
