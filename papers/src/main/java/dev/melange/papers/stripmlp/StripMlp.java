package dev.melange.papers.stripmlp;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Strip-MLP classifier: four stages of blocks on maps of half the size each, with short cuts
 * from the second map to the third and fourth stage. [B, C, S, S] to logits [B, classes], for
 * images of one size. Weights are named as in the official checkpoints.
 */
public final class StripMlp extends ImageModel implements TokenMixerHost {
  private final StripMlpConfig config;
  private final Conv2d patchEmbed;
  private final List<Layers<StripBlock>> stages = new ArrayList<>();
  private final List<Conv2d> mergings = new ArrayList<>();
  private final Conv2d secondToThird;
  private final Conv2d thirdToFourth;
  private final Conv2d mergedToFourth;
  private final BatchNorm norm;
  private Linear head;

  /** A classifier with PyTorch's default initial weights. */
  public StripMlp(StripMlpConfig config, Rng rng) {
    this.config = config;
    Conv2d.Spec patches =
        Conv2d.Spec.of(config.in_chans(), config.embed_dim(), config.patch_size())
            .stride(config.patch_size())
            .bias(false);
    patchEmbed = child("patch_embed", new Conv2d(patches, rng));
    for (int stage = 0; stage < StripMlpConfig.STAGES; stage++) {
      StripMlpBlock.Config blocks = config.blocks(stage);
      stages.add(
          child(
              "blocks" + (stage + 1),
              Layers.of(config.layers().get(stage), i -> new StripBlock(blocks, rng))));
      if (stage + 1 < StripMlpConfig.STAGES) {
        mergings.add(
            child("merging" + (stage + 1), new Conv2d(halving(blocks.channels(), 1), rng)));
      }
    }
    List<Integer> widths = config.widths();
    secondToThird = child("conv_s1_28", expanding(widths.get(1), rng));
    thirdToFourth = child("conv_s1_14", expanding(widths.get(2), rng));
    mergedToFourth = child("conv_s2_14", expanding(widths.get(2), rng));
    norm = child("norm", new BatchNorm(widths.get(3)));
    head = child("head", new Linear(widths.get(3), config.num_classes(), rng));
  }

  /** Twice the channels at half the size. */
  private static Conv2d.Spec halving(int channels, int groups) {
    return Conv2d.Spec.of(channels, 2L * channels, 2).stride(2).groups(groups).bias(false);
  }

  /** The same with two filters of its own for each channel. */
  private static Conv2d expanding(int channels, Rng rng) {
    return new Conv2d(halving(channels, channels), rng);
  }

  /** The configuration that the model was made from. */
  public StripMlpConfig config() {
    return config;
  }

  /**
   * The row matrices of the strip blocks of a stage, {@link StripMlpBlock#rowMatrices()}.
   *
   * @param stage from 0
   */
  public List<Tensor> rowMatrices(int stage) {
    List<Tensor> matrices = new ArrayList<>();
    for (StripBlock block : stages.get(stage)) {
      block.tokens().strips().ifPresent(strips -> matrices.add(strips.rowMatrices()));
    }
    return matrices;
  }

  /** The places of the strip blocks; the filter before each of them stays. */
  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (int stage = 0; stage < StripMlpConfig.STAGES; stage++) {
      StripMlpBlock.Config strips = config.blocks(stage);
      for (StripBlock block : stages.get(stage)) {
        slots.add(
            new TokenMixerSlot(
                stage,
                strips.channels(),
                strips.size(),
                strips.size(),
                block.tokens()::replaceStrips));
      }
    }
    return slots;
  }

  /**
   * The map after each stage, for dense prediction. The last one is not normalised.
   *
   * @param x [B, in_chans, S, S]
   * @return four maps [B, C, h, h] of halved size and twice the channels each
   */
  public List<Tensor> forwardStages(Tensor x) {
    requireImages(x);
    List<Tensor> maps = new ArrayList<>();
    Tensor first = run(0, scoped(() -> patchEmbed.forward(x)));
    maps.add(first);
    Tensor y = scoped(() -> mergings.get(0).forward(first));
    Tensor toThird = secondToThird.forward(y);
    Tensor toFourth = thirdToFourth.forward(toThird);
    Tensor second = run(1, y);
    maps.add(second);
    Tensor merged = scoped(() -> mergings.get(1).forward(second));
    Tensor third = run(2, scoped(() -> merged.add(toThird)));
    maps.add(third);
    Tensor last =
        scoped(
            () -> mergings.get(2).forward(third).add(toFourth).add(mergedToFourth.forward(merged)));
    maps.add(run(3, last));
    return maps;
  }

  private Tensor run(int stage, Tensor x) {
    Tensor y = x;
    for (StripBlock block : stages.get(stage)) {
      Tensor in = y;
      y = scoped(() -> block.forward(in));
    }
    return y;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    return norm.forward(forwardStages(x).get(StripMlpConfig.STAGES - 1));
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return head.forward(features.mean(2, 3));
  }

  @Override
  public int classes() {
    return (int) head.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classes < 1) {
      throw new IllegalArgumentException("a classifier needs at least one class, got " + classes);
    }
    head = replaceChild("head", new Linear(config.widths().get(3), classes, rng));
  }

  private void requireImages(Tensor x) {
    int side = config.img_size();
    if (x.dim() != 4 || x.size(1) != config.in_chans() || x.size(2) != side || x.size(3) != side) {
      throw new IllegalArgumentException(
          "strip-mlp expects images [B, %d, %d, %d], got input x: %s; resize the images or make a model for them"
              .formatted(config.in_chans(), side, side, Arrays.toString(x.shape())));
    }
  }
}
