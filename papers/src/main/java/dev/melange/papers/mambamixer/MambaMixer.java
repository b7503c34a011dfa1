package dev.melange.papers.mambamixer;

import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.TokenGrid;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * ViM2, the image classifier of MambaMixer: patches become tokens, stages of selective token and
 * channel mixers ({@link FeatureStack}) change them, 2x2 tokens are joined between the stages, and
 * the mean over the tokens is classified. [B, C, H, W] to logits [B, classes], for images of one
 * size: the channel mixers are made for a number of tokens.
 */
public final class MambaMixer extends ImageModel implements TokenMixerHost, StagedImageModel {
  private final MambaMixerConfig config;
  private final Conv2d patchEmbed;
  private final LayerNorm patchNorm;
  private final Layers<FeatureStack> stages;
  private final Layers<PatchMerging> downsamples;
  private final LayerNorm norm;
  private Linear head;

  /** A classifier with Mamba's initial weights, and PyTorch's of all other layers. */
  public MambaMixer(MambaMixerConfig config, Rng rng) {
    this(config, stage -> new SelectiveChannelMixer(config.channelMixer(stage), rng), rng);
  }

  /**
   * With other channel mixers.
   *
   * @param channelMixer makes one for a stage, [B, L, D] to [B, L, D]
   */
  MambaMixer(MambaMixerConfig config, IntFunction<UnaryLayer> channelMixer, Rng rng) {
    this.config = config;
    int first = config.embed_dims().get(0);
    Conv2d.Spec patches =
        Conv2d.Spec.of(config.in_chans(), first, config.patch_size()).stride(config.patch_size());
    patchEmbed = child("patch_embed", new Conv2d(patches, rng));
    patchNorm = child("patch_norm", new LayerNorm(first));
    stages = child("stages", Layers.of(config.stages(), stage -> stage(stage, channelMixer, rng)));
    downsamples =
        child(
            "downsamples",
            Layers.of(
                config.stages() - 1,
                stage ->
                    new PatchMerging(
                        config.embed_dims().get(stage),
                        config.embed_dims().get(stage + 1),
                        config.grid(stage),
                        rng)));
    int last = config.embed_dims().get(config.stages() - 1);
    norm = child("norm", new LayerNorm(last));
    head = child("head", new Linear(last, config.num_classes(), rng));
  }

  private FeatureStack stage(int stage, IntFunction<UnaryLayer> channelMixer, Rng rng) {
    return new FeatureStack(
        config.depths().get(stage),
        new FeatureStack.Parts() {
          @Override
          public UnaryLayer norm() {
            return new LayerNorm(config.embed_dims().get(stage));
          }

          @Override
          public UnaryLayer tokenMixer() {
            return new TokenSs2d(config.tokenMixer(stage), config.grid(stage), rng);
          }

          @Override
          public UnaryLayer channelMixer() {
            return channelMixer.apply(stage);
          }
        });
  }

  /** The configuration. */
  public MambaMixerConfig config() {
    return config;
  }

  /** The stages in order. */
  public Layers<FeatureStack> stacks() {
    return stages;
  }

  @Override
  public int stages() {
    return config.stages();
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (int stage = 0; stage < config.stages(); stage++) {
      FeatureStack stack = stages.get(stage);
      TokenGrid grid = config.grid(stage);
      for (int block = 0; block < stack.blocks(); block++) {
        int place = block;
        slots.add(
            new TokenMixerSlot(
                stage,
                config.embed_dims().get(stage),
                grid.rows(),
                grid.columns(),
                mixer -> stack.replaceTokenMixer(place, grid.onTokens(mixer))));
      }
    }
    return slots;
  }

  private Tensor embed(Tensor x) {
    if (x.dim() != 4
        || x.size(1) != config.in_chans()
        || x.size(2) != config.image_size().height()
        || x.size(3) != config.image_size().width()) {
      throw new IllegalArgumentException(
          "MambaMixer expects images [B, %d, %d, %d], got %s; resize the images or make a model for them"
              .formatted(
                  config.in_chans(),
                  config.image_size().height(),
                  config.image_size().width(),
                  Arrays.toString(x.shape())));
    }
    return patchNorm.forward(patchEmbed.forward(x).flatten(2, 3).transpose(1, 2));
  }

  /** Tokens after the last norm, [B, N, D]. */
  @Override
  public Tensor forwardFeatures(Tensor x) {
    return lastStages(firstStages(x, config.stages()), config.stages());
  }

  /** The tokens as the next stage gets them, [B, N, D]. */
  @Override
  public Tensor firstStages(Tensor image, int count) {
    return run(scoped(() -> embed(image)), 0, count);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return norm.forward(run(map, count, config.stages()));
  }

  private Tensor run(Tensor x, int from, int to) {
    Tensor tokens = x;
    for (int stage = from; stage < to; stage++) {
      Tensor in = tokens;
      FeatureStack stack = stages.get(stage);
      Tensor out = scoped(() -> stack.forward(in));
      PatchMerging next = stage + 1 < config.stages() ? downsamples.get(stage) : null;
      tokens = next == null ? out : scoped(() -> next.forward(out));
    }
    return tokens;
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return head.forward(features.mean(1));
  }

  /**
   * The mean step sizes of all scans as maps, large where a token mixer reads its input.
   *
   * @param x images [B, C, H, W]
   * @return for each block whose token mixer is an {@link Ss2d}, in order: [B, 4, h, w], one map
   *     per direction of {@link CrossScan}
   */
  public List<Tensor> stepMaps(Tensor x) {
    List<Tensor> maps = new ArrayList<>();
    Tensor tokens = embed(x);
    for (int stage = 0; stage < config.stages(); stage++) {
      FeatureStack stack = stages.get(stage);
      List<Tensor> inputs = new ArrayList<>();
      Tensor out = stack.forward(tokens, inputs);
      for (int block = 0; block < stack.blocks(); block++) {
        if (stack.tokenMixers().get(block) instanceof Ss2d mixer) {
          maps.add(mixer.stepMaps(inputs.get(block)));
        }
      }
      tokens = stage + 1 < config.stages() ? downsamples.get(stage).forward(out) : out;
    }
    return maps;
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
    head = replaceChild("head", new Linear(head.weight().size(1), classes, rng));
  }
}
