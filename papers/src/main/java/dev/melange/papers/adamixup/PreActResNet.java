package dev.melange.papers.adamixup;

import dev.melange.component.Default;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.ImageModelConfig;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * ResNet for small images whose blocks begin with norm and ReLU. As in the official implementation
 * of AdaMixUp there is no norm after the last block.
 */
public final class PreActResNet extends ImageModel {
  /**
   * Shape of the network.
   *
   * @param in_channels channels of the images
   * @param layers blocks per stage
   * @param base_channels width of the first stage; each further stage doubles it
   * @param num_classes number of classes
   */
  public record Config(
      @Default("3") int in_channels,
      @Default("[2, 2, 2, 2]") int[] layers,
      @Default("64") int base_channels,
      @Default("10") int num_classes)
      implements ImageModelConfig {
    /** Refuses shapes that cannot be built. */
    public Config {
      if (layers.length == 0
          || Arrays.stream(layers).anyMatch(blocks -> blocks < 1)
          || base_channels < 1
          || in_channels < 1
          || num_classes < 1) {
        throw new IllegalArgumentException(
            "preact-resnet expects blocks, channels and classes, got layers %s, %d base_channels, %d in_channels, %d num_classes"
                .formatted(Arrays.toString(layers), base_channels, in_channels, num_classes));
      }
    }

    @Override
    public int channels() {
      return in_channels;
    }

    @Override
    public Config forImages(int channels, int height, int width, int classes) {
      return new Config(channels, layers, base_channels, classes);
    }
  }

  /** Norm, ReLU, convolution, twice; a narrower shortcut is taken after the first ReLU. */
  private static final class Block extends UnaryLayer {
    private final BatchNorm bn1;
    private final Conv2d conv1;
    private final BatchNorm bn2;
    private final Conv2d conv2;
    private final Conv2d shortcut;

    Block(long in, long out, long stride, Rng rng) {
      bn1 = child("bn1", new BatchNorm(in));
      conv1 = child("conv1", conv(in, out, 3, stride, rng));
      bn2 = child("bn2", new BatchNorm(out));
      conv2 = child("conv2", conv(out, out, 3, 1, rng));
      boolean same = in == out && stride == 1;
      shortcut = same ? null : child("shortcut", conv(in, out, 1, stride, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return scoped(
          () -> {
            Tensor n = bn1.forward(x).relu();
            Tensor r = conv2.forward(bn2.forward(conv1.forward(n)).relu());
            return r.add(shortcut == null ? x : shortcut.forward(n));
          });
    }
  }

  private final Config config;
  private final Conv2d stem;
  private final List<Block> blocks = new ArrayList<>();
  private final Linear linear;

  /** An untrained network. */
  public PreActResNet(Config config, Rng rng) {
    this.config = config;
    long in = config.base_channels;
    stem = child("conv0", conv(config.in_channels, in, 3, 1, rng));
    for (int i = 0; i < config.layers.length; i++) {
      long out = (long) config.base_channels << i;
      for (int j = 0; j < config.layers[i]; j++) {
        long stride = j == 0 && i > 0 ? 2 : 1;
        blocks.add(child("res%d_%d".formatted(i, j), new Block(in, out, stride, rng)));
        in = out;
      }
    }
    linear = child("linear", new Linear(in, config.num_classes, rng));
    Init.normal(linear.weight(), 0, 1e-3, rng);
    Init.constant(linear.bias(), 0);
  }

  /** Without bias; weights of U(-a, a), a = sqrt(1 / fan_in). */
  private static Conv2d conv(long in, long out, long kernel, long stride, Rng rng) {
    Conv2d conv =
        new Conv2d(
            Conv2d.Spec.of(in, out, kernel).stride(stride).padding(kernel / 2).bias(false), rng);
    Init.defaultWeight(conv.weight(), rng);
    return conv;
  }

  /** The shape of the network. */
  public Config config() {
    return config;
  }

  /** Means of the last maps, [B, width]. */
  public Tensor pool(Tensor features) {
    return features.mean(2, 3);
  }

  /** Logits from the means of the last maps. */
  public Tensor classify(Tensor means) {
    return linear.forward(means);
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.in_channels) {
      throw new IllegalArgumentException(
          "preact-resnet expects images of %d channels, got input %s"
              .formatted(config.in_channels, Arrays.toString(x.shape())));
    }
    Tensor map = stem.forward(x.channelsLast());
    for (Block block : blocks) {
      map = block.forward(map);
    }
    return map;
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return classify(pool(features));
  }

  @Override
  public int classes() {
    return (int) linear.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classes < 1) {
      throw new IllegalArgumentException("preact-resnet expects 1 class or more, got " + classes);
    }
    Tensor weight = linear.weight().detach().newZeros(classes, linear.weight().size(1));
    linear.weight().setData(Init.normal(weight, 0, 1e-3, rng));
    linear.bias().setData(linear.bias().detach().newZeros(classes));
  }
}
