package dev.melange.papers.scalingmlps;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.ImageModel;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An MLP on the numbers of an image, blind to where they are in it: [B, c, H, W] to logits [B,
 * classes]. Inverted bottlenecks with short cuts, {@code z + W2 gelu(W1 norm(z))}, or a standard
 * MLP, {@code W gelu(norm(z))} (section 3). No normalisation or activation before the classifier.
 * Weights are named as in the published checkpoints.
 */
public final class ScalingMlp extends ImageModel implements StagedImageModel {
  private final ScalingMlpConfig config;
  private final Linear first;
  private final Layers<UnaryLayer> norms; // null without normalisation
  private final List<UnaryLayer> blocks = new ArrayList<>();
  private Linear classifier;

  /** A classifier with PyTorch's default initial weights. */
  public ScalingMlp(ScalingMlpConfig config, Rng rng) {
    this.config = config;
    int width = config.width();
    first = child("linear_in", new Linear(config.pixels(), width, rng));
    int count = config.isBottleneck() ? config.num_blocks() : config.num_blocks() - 1;
    for (int i = 0; i < count; i++) {
      blocks.add(
          config.isBottleneck()
              ? child("blocks." + i, new Bottleneck(width, config.expansion_factor(), rng))
              : child("layers." + i, new Linear(width, width, rng)));
    }
    norms =
        config.normalization().equals("none")
            ? null
            : child("layernorms", Layers.of(count, i -> norm(width)));
    classifier = child("linear_out", new Linear(width, config.num_classes(), rng));
  }

  private UnaryLayer norm(int width) {
    return config.normalization().equals("batch") ? new BatchNorm(width) : new LayerNorm(width);
  }

  /** Widens, GELU, narrows. */
  private static final class Bottleneck extends UnaryLayer {
    private final Linear expand;
    private final Linear contract;

    Bottleneck(int width, int factor, Rng rng) {
      expand = child("block.0", new Linear(width, (long) factor * width, rng));
      contract = child("block.2", new Linear((long) factor * width, width, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return contract.forward(scoped(() -> expand.forward(x).gelu()));
    }
  }

  /** The configuration that the model was made from. */
  public ScalingMlpConfig config() {
    return config;
  }

  /** The weights of the first layer as images: [width, c, H, W]. */
  @Override
  public Tensor firstFilters() {
    return first
        .weight()
        .detach()
        .reshape(
            config.width(),
            config.num_channels(),
            config.resolution().height(),
            config.resolution().width());
  }

  /** Multiply-accumulate operations for one image: the weights of the linear layers. */
  public long macs() {
    return parameters().entrySet().stream()
        .filter(entry -> entry.getValue().dim() == 2)
        .mapToLong(entry -> entry.getValue().numel())
        .sum();
  }

  /** What the classifier sees: [B, width]. */
  @Override
  public Tensor forwardFeatures(Tensor x) {
    return firstStages(x, blocks.size());
  }

  /** Every block counts as a stage. */
  @Override
  public int stages() {
    return blocks.size();
  }

  @Override
  public Tensor firstStages(Tensor x, int count) {
    requireImages(x);
    return run(scoped(() -> first.forward(x.flatten(1, 3))), 0, count); // channel, row, column
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return run(map, count, blocks.size());
  }

  private Tensor run(Tensor x, int from, int to) {
    Tensor z = x;
    for (int i = from; i < to; i++) {
      Tensor in = z;
      UnaryLayer block = blocks.get(i);
      UnaryLayer norm = norms == null ? null : norms.get(i);
      z =
          scoped(
              () -> {
                Tensor y = norm == null ? in : norm.forward(in);
                return config.isBottleneck() ? in.add(block.forward(y)) : block.forward(y.gelu());
              });
    }
    return z;
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return classifier.forward(features);
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
    classifier = replaceChild("linear_out", new Linear(config.width(), classes, rng));
  }

  private void requireImages(Tensor x) {
    int height = config.resolution().height();
    int width = config.resolution().width();
    if (x.dim() != 4
        || x.size(1) != config.num_channels()
        || x.size(2) != height
        || x.size(3) != width) {
      throw new IllegalArgumentException(
          "scaling-mlp expects images [B, %d, %d, %d], got input x: %s; resize the images or make a model for them"
              .formatted(config.num_channels(), height, width, Arrays.toString(x.shape())));
    }
  }
}
