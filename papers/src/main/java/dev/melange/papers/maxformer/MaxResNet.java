package dev.melange.papers.maxformer;

import dev.melange.component.Default;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.ImageModelConfig;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.Sequential;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.SpikingNeuron;
import dev.melange.nn.spiking.Steps;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Max-ResNet: a spiking residual network whose blocks halve the map by max-pooling rather than by a
 * stride. Images [B, 3, H, W], shown in every step, or frames [B, T, 3, H, W], to logits [B,
 * classes]. Its features are those of all steps side by side, [B, T C, h, w].
 */
public final class MaxResNet extends ImageModel {
  private static final int CHANNELS = 3;

  /**
   * Configuration; the defaults are Max-ResNet-18 for CIFAR-10.
   *
   * @param stem_channels channels of the first convolution
   * @param widths channels of the three layers
   * @param layers blocks of the three layers
   * @param num_classes number of classes
   * @param T time steps
   */
  public record Config(
      @Default("64") int stem_channels,
      @Default("[128,256,512]") List<Integer> widths,
      @Default("[3,3,2]") List<Integer> layers,
      @Default("10") int num_classes,
      @Default("4") int T)
      implements ImageModelConfig {
    /** Checks the sizes. */
    public Config {
      widths = List.copyOf(widths);
      layers = List.copyOf(layers);
      if (widths.size() != 3 || layers.size() != 3) {
        throw new IllegalArgumentException(
            "widths and layers need three elements, got %s and %s".formatted(widths, layers));
      }
      if (stem_channels < 1 || num_classes < 1 || T < 1) {
        throw new IllegalArgumentException(
            "stem_channels, num_classes and T must be at least 1, got %d, %d and %d"
                .formatted(stem_channels, num_classes, T));
      }
      if (widths.stream().anyMatch(n -> n < 1) || layers.stream().anyMatch(n -> n < 1)) {
        throw new IllegalArgumentException(
            "widths and layers must be at least 1, got %s and %s".formatted(widths, layers));
      }
    }

    @Override
    public int channels() {
      return CHANNELS;
    }

    /**
     * The same network for other classes; its weights do not depend on the images' size.
     *
     * @throws IllegalArgumentException for images of other than 3 channels
     */
    @Override
    public Config forImages(int channels, int height, int width, int classes) {
      if (channels != CHANNELS) {
        throw new IllegalArgumentException(
            "max-resnet expects images of 3 channels, got %d; convert with --channels 3"
                .formatted(channels));
      }
      return new Config(stem_channels, widths, layers, classes, T);
    }
  }

  private final Config config;
  private final Conv2d conv1;
  private final BatchNorm bn1;
  private final List<Block> blocks = new ArrayList<>();
  private final SpikingNeuron spike;
  private Linear fc1;

  /** A network with PyTorch's default initial weights. */
  public MaxResNet(Config config, Rng rng) {
    this.config = config;
    conv1 = child("conv1", conv(CHANNELS, config.stem_channels(), 3, 1, rng));
    bn1 = child("bn1", new BatchNorm(config.stem_channels()));
    int in = config.stem_channels();
    for (int layer = 0; layer < 3; layer++) {
      int out = config.widths().get(layer);
      List<Block> list = new ArrayList<>();
      for (int j = 0; j < config.layers().get(layer); j++) {
        list.add(new Block(j == 0 ? in : out, out, layer > 0 && j == 0, rng));
      }
      child("layer" + (layer + 1), new Layers<>(list));
      blocks.addAll(list);
      in = out;
    }
    spike = child("spike", new SpikingNeuron());
    fc1 = child("fc1", new Linear(in, config.num_classes(), rng));
  }

  private static Conv2d conv(int in, int out, int kernel, int stride, Rng rng) {
    return new Conv2d(
        Conv2d.Spec.of(in, out, kernel).stride(stride).padding(kernel / 2).bias(false), rng);
  }

  /** Two convolutions of spikes with a shortcut of the real-valued signal. */
  private static final class Block extends UnaryLayer {
    private final boolean halves;
    private final SpikingNeuron spike1;
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final SpikingNeuron spike2;
    private final Conv2d conv2;
    private final BatchNorm bn2;
    private final Sequential downsample; // null if the shortcut is the signal itself

    Block(int in, int out, boolean halves, Rng rng) {
      this.halves = halves;
      spike1 = child("spike1", new SpikingNeuron());
      conv1 = child("conv1", conv(in, out, 3, 1, rng));
      bn1 = child("bn1", new BatchNorm(out));
      spike2 = child("spike2", new SpikingNeuron());
      conv2 = child("conv2", conv(out, out, 3, 1, rng));
      bn2 = child("bn2", new BatchNorm(out));
      if (halves || in != out) {
        Map<String, UnaryLayer> parts = new LinkedHashMap<>();
        parts.put("1", conv(in, out, 1, halves ? 2 : 1, rng)); // 0 flattens the time axis
        parts.put("2", new BatchNorm(out));
        downsample = child("downsample", new Sequential(parts));
      } else {
        downsample = null;
      }
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor first =
          scoped(
              () ->
                  Steps.apply(
                      s -> {
                        Tensor y = bn1.forward(conv1.forward(s));
                        return halves ? Nn.maxPool2d(y, 3, 2, 1) : y;
                      },
                      spike1.forward(x)));
      Tensor second =
          scoped(() -> Steps.apply(s -> bn2.forward(conv2.forward(s)), spike2.forward(first)));
      return second.add(downsample == null ? x : Steps.apply(downsample, x));
    }
  }

  /** The configuration. */
  public Config config() {
    return config;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    Tensor input = TimeInput.of(x, CHANNELS, config.T(), 1, "max-resnet");
    Tensor y = scoped(() -> Steps.apply(in -> bn1.forward(conv1.forward(in)), input));
    for (Block block : blocks) {
      Tensor in = y;
      y = scoped(() -> block.forward(in));
    }
    return y.transpose(0, 1).flatten(1, 2); // [T, B, C, h, w] -> [B, T C, h, w]
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    long width = fc1.weight().size(1);
    Tensor spikes =
        spike.forward(
            features.unflatten(1, features.size(1) / width, width).transpose(0, 1).contiguous());
    return fc1.forward(spikes.mean(3, 4)).mean(0); // [T, B, C] -> [T, B, classes] -> [B, classes]
  }

  @Override
  public int classes() {
    return (int) fc1.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classes < 1) {
      throw new IllegalArgumentException("a classifier needs at least one class, got " + classes);
    }
    fc1 = replaceChild("fc1", new Linear(fc1.weight().size(1), classes, rng));
  }
}
