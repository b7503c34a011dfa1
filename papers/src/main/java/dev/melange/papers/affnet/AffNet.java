package dev.melange.papers.affnet;

import dev.melange.nn.Activation;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Dropout;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * AFFNet, a light network for images of any size (section 3.4): a convolution, two stages of
 * inverted residuals, three stages of an inverted residual and an {@link AffBlock}, a widening
 * convolution, the mean over the positions and a linear classifier.
 */
public final class AffNet extends ImageModel implements TokenMixerHost, StagedImageModel {
  private final AffNetConfig config;
  private final ConvBlock stem;
  private final List<List<UnaryLayer>> stages = new ArrayList<>();
  private final ConvBlock widen;
  private final Dropout dropout;
  private Linear classifier;

  /** A network with initial weights. */
  public AffNet(AffNetConfig config, Rng rng) {
    this.config = config;
    Activation activation = ConvBlock.activation(config.activation());
    Conv2d.Spec first = Conv2d.Spec.of(config.in_channels(), config.stem_channels(), 3);
    stem = child("conv_1", new ConvBlock(first.stride(2).padding(1), activation, rng));
    int in = config.stem_channels();
    for (int s = 0; s < config.widths().size(); s++) {
      List<UnaryLayer> layers = stage(s, in, rng);
      for (int i = 0; i < layers.size(); i++) {
        child("layer_" + (s + 1) + "." + i, layers.get(i));
      }
      stages.add(layers);
      in = config.widths().get(s);
    }
    widen = child("conv_1x1_exp", ConvBlock.pointwise(in, config.features(), activation, rng));
    dropout = child("classifier.dropout", new Dropout(config.classifier_dropout()));
    classifier = child("classifier.fc", classifier(config.num_classes(), rng));
  }

  private List<UnaryLayer> stage(int s, int in, Rng rng) {
    int out = config.widths().get(s);
    List<UnaryLayer> layers = new ArrayList<>();
    int residuals = s < config.mv2_blocks().size() ? config.mv2_blocks().get(s) : 1;
    for (int i = 0; i < residuals; i++) {
      layers.add(
          new InvertedResidual(
              new InvertedResidual.Config(
                  i == 0 ? in : out,
                  out,
                  i == 0 && config.halves(s) ? 2 : 1,
                  config.expand_ratio(),
                  i == 0 ? config.dilation(s) : 1,
                  config.activation()),
              rng));
    }
    if (s >= config.mv2_blocks().size()) {
      layers.add(new AffBlock(config.block(s), rng));
    }
    return layers;
  }

  private Linear classifier(int classes, Rng rng) {
    Linear linear = new Linear(config.features(), classes, rng);
    Init.xavierUniform(linear.weight(), 1, rng);
    Init.constant(linear.bias(), 0);
    return linear;
  }

  /** The configuration that the network was made from. */
  public AffNetConfig config() {
    return config;
  }

  /**
   * The map after each stage, then the widened one, for dense prediction.
   *
   * @param x [B, in_channels, H, W]
   * @return six maps [B, C, h, w]; h is H / 2, H / 4, H / 8, H / 16, H / 32, H / 32, rounded up,
   *     and never less than H / output_stride
   */
  public List<Tensor> forwardStages(Tensor x) {
    requireImages(x);
    List<Tensor> maps = new ArrayList<>();
    Tensor y = scoped(() -> stem.forward(laidOut(x)));
    for (List<UnaryLayer> stage : stages) {
      for (UnaryLayer layer : stage) {
        Tensor in = y;
        y = scoped(() -> layer.forward(in));
      }
      maps.add(y);
    }
    Tensor last = y;
    maps.add(scoped(() -> widen.forward(last)));
    return maps;
  }

  /**
   * What each adaptive filter does to images, from the first on; for pictures see {@link
   * MaskPictures}.
   *
   * @param x [B, in_channels, H, W]
   * @throws IllegalStateException if other token mixers stand in their place
   */
  public List<AffTokenMixer.Filtered> filters(Tensor x) {
    requireImages(x);
    List<AffTokenMixer.Filtered> filters = new ArrayList<>();
    Tensor y = stem.forward(laidOut(x));
    for (List<UnaryLayer> stage : stages) {
      for (UnaryLayer layer : stage) {
        if (layer instanceof AffBlock block) {
          filters.addAll(block.filters(y));
        }
        y = layer.forward(y);
      }
    }
    return filters;
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<TokenMixerSlot> slots = new ArrayList<>();
    int h = (height + 1) / 2;
    int w = (width + 1) / 2;
    for (int s = 0; s < stages.size(); s++) {
      if (config.halves(s)) {
        h = (h + 1) / 2;
        w = (w + 1) / 2;
      }
      for (UnaryLayer layer : stages.get(s)) {
        if (layer instanceof AffBlock block) {
          for (AffInnerBlock inner : block.innerBlocks()) {
            slots.add(
                new TokenMixerSlot(
                    s - config.mv2_blocks().size(),
                    config.widths().get(s),
                    h,
                    w,
                    inner::replaceMixer));
          }
        }
      }
    }
    return slots;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    return lastStages(firstStages(x, stages.size()), stages.size());
  }

  @Override
  public int stages() {
    return stages.size();
  }

  @Override
  public Tensor firstStages(Tensor image, int count) {
    requireImages(image);
    return run(scoped(() -> stem.forward(laidOut(image))), 0, count);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return widen.forward(run(map, count, stages.size()));
  }

  private Tensor run(Tensor x, int from, int to) {
    Tensor y = x;
    for (List<UnaryLayer> stage : stages.subList(from, to)) {
      y = chain(y, stage);
    }
    return y;
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return classifier.forward(dropout.forward(features.mean(2, 3)));
  }

  @Override
  public int classes() {
    return (int) classifier.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classes < 1) {
      throw new IllegalArgumentException("a classifier needs at least one class, got " + classes);
    }
    classifier = replaceChild("classifier.fc", classifier(classes, rng));
  }

  /** The images in the layout that is the faster one for convolutions of few channels on a CPU. */
  private static Tensor laidOut(Tensor x) {
    return x.dtype() == DType.F32 && !x.device().isCuda() ? x.channelsLast() : x;
  }

  private void requireImages(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.in_channels()) {
      throw new IllegalArgumentException(
          "affnet expects images [B, %d, H, W], got input x: %s; convert the images or set in_channels"
              .formatted(config.in_channels(), Arrays.toString(x.shape())));
    }
  }
}
