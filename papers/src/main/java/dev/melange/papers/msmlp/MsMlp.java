package dev.melange.papers.msmlp;

import dev.melange.nn.ChannelLayerNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Dropout;
import dev.melange.nn.Extent;
import dev.melange.nn.ImageModel;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The MS-MLP pyramid: patches, stages of {@link MixShiftBlock}s that halve the map and double the
 * channels between them, the mean over all positions, a normalisation and a linear classifier.
 * Images [B, in_chans, H, W] of exactly {@code img_size}.
 *
 * <p>Weights are named as in the published checkpoints.
 */
public final class MsMlp extends ImageModel implements TokenMixerHost, StagedImageModel {
  private final MsMlpConfig config;
  private final Reduction patchEmbed;
  private final Dropout drop;
  private final Layers<Stage> stages;
  private final LayerNorm norm;
  private Linear head; // null without classes

  /** A model with initial weights. */
  public MsMlp(MsMlpConfig config, Rng rng) {
    this.config = config;
    patchEmbed =
        child(
            "patch_embed",
            new Reduction(
                config.in_chans(),
                config.embed_dim(),
                config.patch_size(),
                config.patch_norm(),
                rng));
    drop = child("pos_drop", new Dropout(config.drop_rate()));
    stages = child("layers", Layers.of(config.stages(), s -> new Stage(config, s, rng)));
    int width = config.width(config.stages() - 1);
    norm = child("norm", new LayerNorm(width, 1e-6));
    if (config.num_classes() > 0) {
      head = child("head", MixShiftBlock.linear(width, config.num_classes(), rng));
    }
  }

  /** The configuration that the model was made from. */
  public MsMlpConfig config() {
    return config;
  }

  /**
   * The token mixer of a block.
   *
   * @param stage from 0
   * @param block from 0
   * @return a {@link MixShift}, if it was not replaced
   */
  public UnaryLayer mixer(int stage, int block) {
    return stages.get(stage).blocks.get(block).mixer();
  }

  /** The places are those of {@code img_size}, whatever is asked for. */
  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (int s = 0; s < stages.size(); s++) {
      int h = (config.img_size().height() / config.patch_size().height()) >> s;
      int w = (config.img_size().width() / config.patch_size().width()) >> s;
      for (MixShiftBlock block : stages.get(s).blocks) {
        slots.add(new TokenMixerSlot(s, config.width(s), h, w, block::replaceMixer));
      }
    }
    return slots;
  }

  /**
   * The maps that leave the blocks of all stages, for dense prediction.
   *
   * @param x images
   * @return per stage [B, embed_dim 2^s, h, w], not normalised
   */
  public List<Tensor> forwardStages(Tensor x) {
    requireImages(x);
    List<Tensor> maps = new ArrayList<>();
    Tensor y = scoped(() -> drop.forward(patchEmbed.forward(x.channelsLast())));
    for (Stage stage : stages) {
      Tensor mixed = stage.mix(y);
      maps.add(mixed);
      y = stage.reduce(mixed);
    }
    return maps;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    return firstStages(x, stages.size());
  }

  @Override
  public int stages() {
    return stages.size();
  }

  /** The maps as the next stage gets them. */
  @Override
  public Tensor firstStages(Tensor image, int count) {
    requireImages(image);
    return run(scoped(() -> drop.forward(patchEmbed.forward(image.channelsLast()))), 0, count);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return run(map, count, stages.size());
  }

  private Tensor run(Tensor x, int from, int to) {
    Tensor y = x;
    for (int i = from; i < to; i++) {
      y = stages.get(i).forward(y);
    }
    return y;
  }

  /** Mean, normalisation (in this order), classifier. */
  @Override
  public Tensor forwardHead(Tensor features) {
    Tensor pooled = norm.forward(features.mean(2, 3));
    return head == null ? pooled : head.forward(pooled);
  }

  @Override
  public int classes() {
    return head == null ? 0 : (int) head.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (head == null || classes < 1) {
      throw new IllegalArgumentException(
          head == null
              ? "an ms-mlp with num_classes=0 has no classifier; make it with classes"
              : "a classifier needs at least one class, got " + classes);
    }
    int width = config.width(config.stages() - 1);
    head = replaceChild("head", MixShiftBlock.linear(width, classes, rng));
  }

  private void requireImages(Tensor x) {
    Extent size = config.img_size();
    if (x.dim() != 4
        || x.size(1) != config.in_chans()
        || x.size(2) != size.height()
        || x.size(3) != size.width()) {
      throw new IllegalArgumentException(
          "ms-mlp expects images [B, %d, %d, %d], got input x: %s; resize the images or set img_size"
              .formatted(
                  config.in_chans(), size.height(), size.width(), Arrays.toString(x.shape())));
    }
  }

  /** A convolution without overlap named {@code proj}, and a normalisation of what comes out. */
  private static final class Reduction extends UnaryLayer {
    private final Conv2d proj;
    private final ChannelLayerNorm norm; // or null

    Reduction(int in, int out, Extent patch, boolean normalised, Rng rng) {
      long[] size = {patch.height(), patch.width()};
      Conv2d.Spec spec =
          new Conv2d.Spec(in, out, size, size, new long[] {0, 0}, new long[] {1, 1}, 1, true);
      proj = child("proj", new Conv2d(spec, rng));
      norm = normalised ? child("norm", new ChannelLayerNorm(out, 1e-6)) : null;
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor y = proj.forward(x);
      return norm == null ? y : norm.forward(y);
    }
  }

  /** Blocks, and before the next stage a reduction of the map to half its size. */
  private static final class Stage extends UnaryLayer {
    private final Layers<MixShiftBlock> blocks;
    private final Reduction downsample; // null for the last stage

    Stage(MsMlpConfig config, int stage, Rng rng) {
      int before = config.depths().subList(0, stage).stream().mapToInt(Integer::intValue).sum();
      blocks =
          child(
              "blocks",
              Layers.of(
                  config.depths().get(stage),
                  j -> new MixShiftBlock(config.block(stage), config.dropPath(before + j), rng)));
      boolean last = stage == config.stages() - 1;
      int width = config.width(stage);
      // it is normalised whether the patch embedding is or not, as in the official code
      downsample =
          last
              ? null
              : child("downsample", new Reduction(width, 2 * width, Extent.square(2), true, rng));
    }

    Tensor mix(Tensor x) {
      Tensor y = x;
      for (MixShiftBlock block : blocks) {
        Tensor in = y;
        y = scoped(() -> block.forward(in));
      }
      return y;
    }

    Tensor reduce(Tensor x) {
      return downsample == null ? x : scoped(() -> downsample.forward(x));
    }

    @Override
    public Tensor forward(Tensor x) {
      return reduce(mix(x));
    }
  }
}
