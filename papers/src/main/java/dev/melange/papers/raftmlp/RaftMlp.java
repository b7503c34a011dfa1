package dev.melange.papers.raftmlp;

import dev.melange.nn.ImageModel;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The RaftMLP pyramid: levels of patches and blocks, a normalisation, the mean over all positions
 * and a linear classifier. Images [B, in_channels, H, W] of any size: where a map is of another
 * size than the weights were made for, it is resized bicubically within each block.
 *
 * <p>Weights are named as in the official code.
 */
public final class RaftMlp extends ImageModel implements TokenMixerHost {
  private final RaftMlpConfig config;
  private final Layers<RaftLevel> levels;
  private final List<Head> heads = new ArrayList<>(); // of the last level, or of all
  private Linear classifier; // null for a backbone

  /** A model with PyTorch's default initial weights. */
  public RaftMlp(RaftMlpConfig config, Rng rng) {
    this.config = config;
    int count = config.layers().size();
    levels = child("levels", Layers.of(count, i -> new RaftLevel(config, i, rng)));
    if (config.features()) {
      return;
    }
    for (int i = config.shortcut() ? 0 : count - 1; i < count; i++) {
      int dim = config.layers().get(i).dim();
      Linear modulation = i == count - 1 ? null : new Linear(dim, 2L * config.width(), rng);
      heads.add(child("heads." + heads.size(), new Head(dim, modulation)));
    }
    classifier = child("classifier", new Linear(config.width(), config.num_classes(), rng));
  }

  /** The configuration that the model was made from. */
  public RaftMlpConfig config() {
    return config;
  }

  /**
   * The token mixer of a block.
   *
   * @param level from 0
   * @param block from 0
   * @return a {@link RaftMixer} with {@code ser_pm}, if it was not replaced
   */
  public UnaryLayer mixer(int level, int block) {
    return levels.get(level).blocks().get(block).mixer();
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<TokenMixerSlot> slots = new ArrayList<>();
    int h = height;
    int w = width;
    for (int i = 0; i < levels.size(); i++) {
      RaftMlpConfig.Level spec = config.layers().get(i);
      h = (h + spec.patch_size() - 1) / spec.patch_size();
      w = (w + spec.patch_size() - 1) / spec.patch_size();
      for (RaftBlock block : levels.get(i).blocks()) {
        slots.add(new TokenMixerSlot(i, spec.dim(), h, w, block::replaceMixer));
      }
    }
    return slots;
  }

  /**
   * The maps for dense prediction, as the official backbone gives them: of the first level what
   * enters its blocks, of the others what leaves them.
   *
   * @param x [B, in_channels, H, W]
   * @return per level [B, dim, h, w], not normalised
   */
  public List<Tensor> forwardPyramid(Tensor x) {
    List<Tensor> maps = new ArrayList<>();
    Tensor embedded = scoped(() -> levels.get(0).embed(images(x)));
    maps.add(embedded);
    Tensor y = levels.size() == 1 ? embedded : levels.get(0).mix(embedded);
    for (int i = 1; i < levels.size(); i++) {
      y = levels.get(i).forward(y);
      maps.add(y);
    }
    return maps;
  }

  /**
   * The normalised map of the last level, [B, D, h, w]; with {@code shortcut} scaled and shifted
   * per channel by what the heads of the levels before say; of a backbone not normalised.
   */
  @Override
  public Tensor forwardFeatures(Tensor x) {
    List<Tensor> outputs = new ArrayList<>();
    Tensor y = images(x);
    for (RaftLevel level : levels) {
      y = level.forward(y);
      outputs.add(y);
    }
    if (heads.isEmpty()) {
      return y;
    }
    int last = heads.size() - 1;
    Tensor features = heads.get(last).norm(y);
    // a_i = b_i a_(i+1) + c_i on the mean over the positions is the same on every position
    for (int i = last - 1; i >= 0; i--) {
      Tensor[] scaleAndShift = heads.get(i).modulation(outputs.get(i)).chunk(2, 1);
      features = features.mul(column(scaleAndShift[0])).add(column(scaleAndShift[1]));
    }
    return features;
  }

  private static Tensor column(Tensor perChannel) {
    return perChannel.unsqueeze(2).unsqueeze(3);
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    Tensor pooled = features.mean(2, 3);
    return classifier == null ? pooled : classifier.forward(pooled);
  }

  @Override
  public int classes() {
    return classifier == null ? 0 : (int) classifier.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classifier == null || classes < 1) {
      throw new IllegalArgumentException(
          classifier == null
              ? "a raft-mlp with features=true has no classifier; make it with features=false"
              : "a classifier needs at least one class, got " + classes);
    }
    classifier = replaceChild("classifier", new Linear(config.width(), classes, rng));
  }

  /** The images stored with the channels last, as all maps of the network are. */
  private Tensor images(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.in_channels() || x.size(2) < 1 || x.size(3) < 1) {
      throw new IllegalArgumentException(
          "raft-mlp expects images [B, %d, H, W], got input x: %s; convert the images or set in_channels"
              .formatted(config.in_channels(), Arrays.toString(x.shape())));
    }
    return x.channelsLast();
  }

  /** The normalisation of a level and, before the last level, what it says about the others. */
  private static final class Head extends UnaryLayer {
    private final LayerNorm norm;
    private final Linear modulation; // null for the last level

    Head(int dim, Linear modulation) {
      norm = child("1", new LayerNorm(dim));
      this.modulation = modulation == null ? null : child("4", modulation);
    }

    /** The normalised map, [B, D, h, w]. */
    Tensor norm(Tensor map) {
      return norm.forward(map.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    }

    /** Scale and shift of the last level's channels, [B, 2 D_last]. */
    Tensor modulation(Tensor map) {
      return modulation.forward(norm(map).mean(2, 3));
    }

    @Override
    public Tensor forward(Tensor map) {
      return norm(map);
    }
  }
}
