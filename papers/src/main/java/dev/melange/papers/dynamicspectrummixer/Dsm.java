package dev.melange.papers.dynamicspectrummixer;

import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A pyramid of {@link DsmBlock}s: each stage begins with a strided convolution and a norm; after
 * the last come a norm, the mean over the positions and a linear classifier. [B, in_channels, H, W]
 * to logits [B, classes].
 *
 * <p>Images may have another size than the network was made for; see {@link DynamicSpectrumMixer}.
 */
public final class Dsm extends ImageModel implements TokenMixerHost, StagedImageModel {
  private static final double EPS = 1e-6;

  private record Stage(Conv2d embed, LayerNorm norm, List<DsmBlock> blocks) {}

  private final DsmConfig config;
  private final List<Stage> stages = new ArrayList<>();
  private final LayerNorm norm;
  private Linear head;

  /** A network with initial weights. */
  public Dsm(DsmConfig config, Rng rng) {
    this.config = config;
    int in = config.in_channels();
    int block = 0;
    for (int s = 0; s < config.dims().size(); s++) {
      int out = config.dims().get(s);
      Conv2d.Spec spec =
          s == 0
              ? Conv2d.Spec.of(in, out, config.patch_kernel())
                  .stride(config.patch_stride())
                  .padding(config.patch_kernel() / 2)
              : Conv2d.Spec.of(in, out, 3).stride(2).padding(1);
      Conv2d embed = child("embed" + (s + 1), new Conv2d(spec, rng));
      LayerNorm embedNorm = child("embed_norm" + (s + 1), new LayerNorm(out, EPS));
      List<DsmBlock> blocks = new ArrayList<>();
      DsmBlock.Config made = config.block(s);
      for (int j = 0; j < config.depths().get(s); j++) {
        DynamicSpectrumMixer mixer = new DynamicSpectrumMixer(made.mixer(), rng);
        blocks.add(
            child(
                "stage%d.%d".formatted(s + 1, j),
                new DsmBlock(made, config.dropPath(block++), mixer, rng)));
      }
      stages.add(new Stage(embed, embedNorm, blocks));
      in = out;
    }
    norm = child("norm", new LayerNorm(in, EPS));
    head = child("head", classifier(config.num_classes(), rng));
  }

  private Linear classifier(int classes, Rng rng) {
    int width = config.dims().get(config.dims().size() - 1);
    return DynamicSpectrumMixer.initialised(new Linear(width, classes, rng), rng);
  }

  /** The configuration that the network was made from. */
  public DsmConfig config() {
    return config;
  }

  /**
   * The map after each stage, for dense prediction.
   *
   * @param x [B, in_channels, H, W]
   * @return per stage [B, C, h, w]
   */
  public List<Tensor> forwardStages(Tensor x) {
    requireImages(x);
    List<Tensor> maps = new ArrayList<>();
    Tensor y = x;
    for (Stage stage : stages) {
      Tensor in = y;
      y = scoped(() -> run(stage, in));
      maps.add(y);
    }
    return maps;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    requireImages(x);
    return lastStages(x, 0);
  }

  @Override
  public int stages() {
    return stages.size();
  }

  /** Without stages the images themselves: each stage begins with an embedding. */
  @Override
  public Tensor firstStages(Tensor image, int count) {
    requireImages(image);
    return run(image, 0, count);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    Tensor y = run(map, count, stages.size());
    return norm.forward(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
  }

  private Tensor run(Tensor x, int from, int to) {
    Tensor y = x;
    for (int i = from; i < to; i++) {
      Stage stage = stages.get(i);
      Tensor in = y;
      y = scoped(() -> run(stage, in));
    }
    return y;
  }

  private static Tensor embedded(Stage stage, Tensor x) {
    Tensor tokens = stage.embed.forward(x).permute(0, 2, 3, 1);
    return stage.norm.forward(tokens).permute(0, 3, 1, 2);
  }

  private static Tensor run(Stage stage, Tensor x) {
    Tensor y = scoped(() -> embedded(stage, x));
    for (DsmBlock block : stage.blocks) {
      Tensor in = y;
      y = scoped(() -> block.forward(in));
    }
    return y;
  }

  /**
   * The weights that each block gives the bands of an image's spectrum.
   *
   * @param x [B, in_channels, H, W]
   * @return per block [B, bands, groups]
   * @throws IllegalStateException if the network was made with selector none, or with other mixers
   */
  public List<Tensor> bandWeights(Tensor x) {
    requireImages(x);
    List<Tensor> weights = new ArrayList<>();
    Tensor y = x;
    for (Stage stage : stages) {
      y = embedded(stage, y);
      for (DsmBlock block : stage.blocks) {
        weights.add(block.bandWeights(y));
        y = block.forward(y);
      }
    }
    return weights;
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (int s = 0; s < stages.size(); s++) {
      for (DsmBlock block : stages.get(s).blocks) {
        slots.add(
            new TokenMixerSlot(
                s,
                config.dims().get(s),
                config.side(s, height),
                config.side(s, width),
                block::replaceMixer));
      }
    }
    return slots;
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
    head = replaceChild("head", classifier(classes, rng));
  }

  private void requireImages(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.in_channels()) {
      throw new IllegalArgumentException(
          "dsm expects images [B, %d, H, W], got input x: %s; convert the images or set in_channels"
              .formatted(config.in_channels(), Arrays.toString(x.shape())));
    }
  }
}
