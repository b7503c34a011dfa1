package dev.melange.papers.ninformer;

import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;

/**
 * What NiNformer shares with the networks it is compared with: patches become tokens, blocks change
 * them, the mean over the tokens is classified. No class token, no normalisation at the end.
 *
 * @param <B> the type of the blocks
 */
abstract class TokenClassifier<B extends UnaryLayer> extends ImageModel
    implements StagedImageModel {
  private final NinFormerConfig config;
  private final Conv2d patcher;
  private final Layers<B> blocks;
  private Linear classifier;

  /**
   * Makes the parts.
   *
   * @param block makes a block with weights from the stream
   */
  TokenClassifier(NinFormerConfig config, Function<Rng, B> block, Rng rng) {
    this.config = config;
    Conv2d.Spec patches =
        Conv2d.Spec.of(config.in_channels(), config.d_model(), config.patch_size())
            .stride(config.patch_size());
    patcher = child("patcher", new Conv2d(patches, rng));
    blocks = child("model", Layers.of(config.num_layers(), i -> block.apply(rng)));
    classifier = child("classifier", new Linear(config.d_model(), config.num_classes(), rng));
  }

  /** The configuration. */
  public final NinFormerConfig config() {
    return config;
  }

  /** The blocks in order. */
  final Layers<B> blocks() {
    return blocks;
  }

  /**
   * The tokens that enter the first block: [B, C, H, W] to [B, N, D], row by row.
   *
   * @throws IllegalArgumentException for images of another shape: the weights are made for one
   */
  Tensor embed(Tensor x) {
    if (x.dim() != 4
        || x.size(1) != config.in_channels()
        || x.size(2) != config.image_height()
        || x.size(3) != config.image_width()) {
      throw new IllegalArgumentException(
          "%s expects images [B, %d, %d, %d], got %s; resize the images or make a model for them"
              .formatted(
                  getClass().getSimpleName(),
                  config.in_channels(),
                  config.image_height(),
                  config.image_width(),
                  Arrays.toString(x.shape())));
    }
    return patcher.forward(x).flatten(2, 3).transpose(1, 2); // [B, D, h, w] -> [B, N, D]
  }

  @Override
  public final Tensor forwardFeatures(Tensor x) {
    return lastStages(firstStages(x, blocks.size()), blocks.size());
  }

  /** Every block counts as a stage. */
  @Override
  public final int stages() {
    return blocks.size();
  }

  @Override
  public final Tensor firstStages(Tensor image, int count) {
    return run(scoped(() -> embed(image)), 0, count);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return run(map, count, blocks.size());
  }

  private Tensor run(Tensor x, int from, int to) {
    Tensor tokens = x;
    for (int i = from; i < to; i++) {
      Tensor in = tokens;
      B block = blocks.get(i);
      tokens = scoped(() -> block.forward(in));
    }
    return tokens;
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return classifier.forward(features.mean(1));
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
    classifier = replaceChild("classifier", new Linear(config.d_model(), classes, rng));
  }
}
