package dev.melange.papers.maxformer;

import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Max-Former: a pyramid of spiking blocks over T time steps. Images [B, c, H, W], shown in every
 * step, or event frames [B, T, c, H, W], to logits [B, classes], the mean over the steps.
 *
 * <p>Its features are those of all steps side by side, [B, T D, h, w].
 */
public final class MaxFormer extends ImageModel implements TokenMixerHost {
  private final MaxFormerConfig config;
  private final List<UnaryLayer> layers = new ArrayList<>(); // embeddings and blocks in order
  private final List<Layers<Block>> stages = new ArrayList<>();
  private final UnaryLayer headLif;
  private Linear head;

  /**
   * A network with the initial weights of the official code: with the embedding {@code
   * orig-imagenet} those of its ImageNet models (convolutions of maps from a truncated normal
   * distribution), otherwise those of its small models (classifier from a truncated normal
   * distribution).
   */
  public MaxFormer(MaxFormerConfig config, Rng rng) {
    this(config, Neurons.SPIKING, rng);
  }

  MaxFormer(MaxFormerConfig config, Neurons neurons, Rng rng) {
    this.config = config;
    for (int i = 0; i < config.embeds().size(); i++) {
      int stage = i;
      layers.add(
          child(
              "patch_embed" + (stage + 1), new PatchEmbedding(config.embed(stage), neurons, rng)));
      Layers<Block> blocks =
          child(
              "stage" + (stage + 1),
              Layers.of(
                  config.depths().get(stage),
                  j -> new Block(config.mixer(stage), config.mlp(stage), neurons, rng)));
      stages.add(blocks);
      blocks.forEach(layers::add);
    }
    headLif = child("head_lif", neurons.make());
    head = child("head", new Linear(config.embed_dims(), config.num_classes(), rng));
    if (isImageNet()) {
      visit((path, layer) -> initialise(layer, rng));
    } else {
      initialiseHead(rng);
    }
  }

  private boolean isImageNet() {
    return config.embeds().get(0).equals(PatchEmbedding.ORIG_IMAGENET);
  }

  private static void initialise(Layer layer, Rng rng) {
    if (layer instanceof Conv2d conv) {
      Init.truncatedNormal(conv.weight(), 0.02, rng);
      if (conv.bias() != null) {
        Init.constant(conv.bias(), 0);
      }
    }
  }

  private void initialiseHead(Rng rng) {
    Init.truncatedNormal(head.weight(), 0.02, rng);
    Init.constant(head.bias(), 0);
  }

  /** A token mixer, then an MLP. */
  private static final class Block extends UnaryLayer {
    private final String mixerName;
    private UnaryLayer mixer;
    private final SpikingMlp mlp;

    Block(SpikingMixer.Config mixing, SpikingMlp.Config channels, Neurons neurons, Rng rng) {
      mixerName = mixing.isAttention() ? "attn" : "mixer";
      mixer = child(mixerName, new SpikingMixer(mixing, neurons, rng));
      mlp = child("mlp", new SpikingMlp(channels, neurons, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return mlp.forward(mixer.forward(x));
    }

    /** Puts a mixer of [B, C, h, w] in the place of the own one. */
    void replaceMixer(UnaryLayer other, int channels) {
      mixer = replaceChild(mixerName, new GuestMixer(other, channels));
    }
  }

  /** The configuration. */
  public MaxFormerConfig config() {
    return config;
  }

  /**
   * The maps after each embedding and each block, in order, of real values.
   *
   * @param x images [B, c, H, W] or frames [B, T, c, H, W]
   * @return [T, B, C, h, w] each; named as the layers, such as {@code stage1.0}
   */
  public List<Tensor> maps(Tensor x) {
    List<Tensor> maps = new ArrayList<>();
    Tensor y = TimeInput.of(x, config.in_channels(), config.T(), config.stride(), "max-former");
    for (UnaryLayer layer : layers) {
      Tensor in = y;
      y = scoped(() -> layer.forward(in));
      maps.add(y);
    }
    return maps;
  }

  /** The names of what {@link #maps} returns. */
  public List<String> mapNames() {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= config.depths().size(); i++) {
      names.add("patch_embed" + i);
      for (int j = 0; j < config.depths().get(i - 1); j++) {
        names.add("stage" + i + "." + j);
      }
    }
    return names;
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<TokenMixerSlot> slots = new ArrayList<>();
    int stride = 1;
    for (int s = 0; s < stages.size(); s++) {
      stride *= config.embed(s).stride();
      int channels = config.mixer(s).dim();
      for (Block block : stages.get(s)) {
        slots.add(
            new TokenMixerSlot(
                s,
                channels,
                height / stride,
                width / stride,
                mixer -> block.replaceMixer(mixer, channels)));
      }
    }
    return slots;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    Tensor y = TimeInput.of(x, config.in_channels(), config.T(), config.stride(), "max-former");
    for (UnaryLayer layer : layers) {
      Tensor in = y;
      y = scoped(() -> layer.forward(in));
    }
    return y.transpose(0, 1).flatten(1, 2); // [T, B, D, h, w] -> [B, T D, h, w]
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    long steps = features.size(1) / config.embed_dims();
    Tensor pooled = features.mean(2, 3).unflatten(1, steps, config.embed_dims());
    Tensor spikes = headLif.forward(pooled.transpose(0, 1).contiguous()); // [T, B, D]
    return head.forward(spikes.mean(0));
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
    head = replaceChild("head", new Linear(config.embed_dims(), classes, rng));
    if (!isImageNet()) {
      initialiseHead(rng);
    }
  }
}
