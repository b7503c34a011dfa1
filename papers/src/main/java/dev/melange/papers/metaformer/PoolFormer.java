package dev.melange.papers.metaformer;

import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Init;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.Sequential;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The MetaFormer pyramid: a patch embedding, then stages of {@code norm - token mixer - norm -
 * channel MLP} blocks with strided convolutions between them, a norm, the mean over all positions
 * and a linear classifier. With pooling as the mixer it is PoolFormer (section 3).
 *
 * <p>Weights are named as in the published checkpoints: {@code network} is a flat list of stages,
 * of the convolutions between them, and of the position embeddings before them.
 */
public final class PoolFormer extends ImageModel implements TokenMixerHost, StagedImageModel {
  private final PoolFormerConfig config;
  private final Convolution patchEmbed;
  private final Layers<UnaryLayer> network;
  private final List<Integer> stages = new ArrayList<>(); // indices of the stages in network
  private final List<List<MetaFormerBlock>> blocks = new ArrayList<>(); // per stage
  private final List<UnaryLayer> norms = new ArrayList<>(); // one per stage, or only the last
  private Linear head; // null without classes

  /** A model with initial weights. */
  public PoolFormer(PoolFormerConfig config, Rng rng) {
    this.config = config;
    patchEmbed =
        child(
            "patch_embed",
            new Convolution(
                Conv2d.Spec.of(
                        config.in_chans(), config.embed_dims().get(0), config.in_patch_size())
                    .stride(config.in_stride())
                    .padding(config.in_pad()),
                rng));
    network = child("network", new Layers<>(entries(rng)));
    for (int s = config.fork_feat() ? 0 : config.stages() - 1; s < config.stages(); s++) {
      String name = config.fork_feat() ? "norm" + stages.get(s) : "norm";
      norms.add(child(name, MetaFormerBlock.norm(config.norm(), config.embed_dims().get(s))));
    }
    if (!config.fork_feat() && config.num_classes() > 0) {
      head = child("head", new Linear(width(), config.num_classes(), rng));
    }
    visit(
        (path, layer) -> {
          if (layer instanceof Linear linear) {
            initialise(linear, rng);
          }
        });
  }

  private List<UnaryLayer> entries(Rng rng) {
    List<UnaryLayer> entries = new ArrayList<>();
    List<Integer> dims = config.embed_dims();
    int block = 0;
    for (int s = 0; s < config.stages(); s++) {
      if (config.positionEmbedding(s) != null) {
        entries.add(new PositionEmbedding(dims.get(s), config.positionEmbedding(s)));
      }
      MetaFormerBlock[] stage = new MetaFormerBlock[config.layers().get(s)];
      for (int j = 0; j < stage.length; j++) {
        stage[j] = new MetaFormerBlock(config, s, block++, rng);
      }
      blocks.add(List.of(stage));
      stages.add(entries.size());
      entries.add(new Sequential(stage));
      if (config.downsamplesAfter(s)) {
        entries.add(
            new Convolution(
                Conv2d.Spec.of(dims.get(s), dims.get(s + 1), config.down_patch_size())
                    .stride(config.down_stride())
                    .padding(config.down_pad()),
                rng));
      }
    }
    return entries;
  }

  private static void initialise(Linear linear, Rng rng) {
    Init.truncatedNormal(linear.weight(), 0.02, rng);
    if (linear.bias() != null) {
      Init.constant(linear.bias(), 0);
    }
  }

  private int width() {
    return config.embed_dims().get(config.stages() - 1);
  }

  /** The configuration that the model was made from. */
  public PoolFormerConfig config() {
    return config;
  }

  /** The positions of the stages in {@code network}: 0, 2, 4, 6 in the published models. */
  public List<Integer> stageIndices() {
    return List.copyOf(stages);
  }

  /**
   * Runs the network from the images through an entry of {@code network}, inclusive.
   *
   * @param x [B, in_chans, H, W]
   * @param last index of the last entry to run
   * @return the map after it, not normalised, [B, C, h, w]
   */
  public Tensor forwardThrough(Tensor x, int last) {
    requireImages(x);
    return run(scoped(() -> patchEmbed.forward(x)), 0, last + 1);
  }

  /**
   * Continues where {@link #forwardThrough} stopped.
   *
   * @param map the output of entry {@code last}
   * @return logits [B, classes]
   */
  public Tensor forwardAfter(Tensor map, int last) {
    return scoped(
        () -> forwardHead(norms.get(norms.size() - 1).forward(run(map, last + 1, network.size()))));
  }

  private Tensor run(Tensor x, int from, int to) {
    return chain(x, IntStream.range(from, to).mapToObj(network::get).toList());
  }

  @Override
  public int stages() {
    return stages.size();
  }

  @Override
  public Tensor firstStages(Tensor image, int count) {
    return forwardThrough(image, end(count) - 1);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return norms.get(norms.size() - 1).forward(run(map, end(count), network.size()));
  }

  /** The entry of the network after the first stages. */
  private int end(int count) {
    return count == 0 ? 0 : stages.get(count - 1) + 1;
  }

  /**
   * The normalised map of each stage, for dense prediction; needs {@code fork_feat}.
   *
   * @param x [B, in_chans, H, W]
   * @return per stage [B, C, h, w]
   * @throws IllegalStateException if the model was made without {@code fork_feat}
   */
  public List<Tensor> forwardStages(Tensor x) {
    if (!config.fork_feat()) {
      throw new IllegalStateException(
          "only a poolformer made with fork_feat=true has a norm for the map of each stage");
    }
    List<Tensor> maps = new ArrayList<>();
    int last = -1;
    Tensor y = null;
    for (int s = 0; s < stages.size(); s++) {
      int stage = stages.get(s);
      y = y == null ? forwardThrough(x, stage) : run(y, last + 1, stage + 1);
      maps.add(norms.get(s).forward(y));
      last = stage;
    }
    return maps;
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    List<List<Integer>> maps = config.stageShapes(height, width);
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (int s = 0; s < maps.size(); s++) {
      for (MetaFormerBlock block : blocks.get(s)) {
        slots.add(
            new TokenMixerSlot(
                s,
                config.embed_dims().get(s),
                maps.get(s).get(0),
                maps.get(s).get(1),
                block::replaceMixer));
      }
    }
    return slots;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    return norms.get(norms.size() - 1).forward(forwardThrough(x, network.size() - 1));
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    Tensor pooled = features.mean(2, 3);
    return head == null ? pooled : head.forward(pooled);
  }

  @Override
  public int classes() {
    return head == null ? 0 : (int) head.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (config.fork_feat() || classes < 1) {
      throw new IllegalArgumentException(
          config.fork_feat()
              ? "a poolformer with fork_feat=true has no classifier; make it with fork_feat=false"
              : "a classifier needs at least one class, got " + classes);
    }
    Linear made = new Linear(width(), classes, rng);
    initialise(made, rng);
    made.to(dtype());
    made.to(parameters().values().iterator().next().device());
    made.train(isTraining());
    head = head == null ? child("head", made) : replaceChild("head", made);
  }

  private void requireImages(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.in_chans()) {
      throw new IllegalArgumentException(
          "poolformer expects images [B, %d, H, W], got input x: %s; convert the images or set in_chans"
              .formatted(config.in_chans(), Arrays.toString(x.shape())));
    }
  }

  /** A strided convolution named {@code proj}, without norm. */
  private static final class Convolution extends UnaryLayer {
    private final Conv2d proj;

    Convolution(Conv2d.Spec spec, Rng rng) {
      proj = child("proj", new Conv2d(spec, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return proj.forward(x);
    }
  }

  /** Adds a learned map, zero at first. */
  private static final class PositionEmbedding extends UnaryLayer {
    private final List<Integer> shape;
    private final Tensor embedding; // [1, C, h, w]

    PositionEmbedding(int channels, List<Integer> shape) {
      this.shape = shape;
      embedding = parameter("pos_embed", Tensor.zeros(1, channels, shape.get(0), shape.get(1)));
    }

    @Override
    public Tensor forward(Tensor x) {
      TokenMixers.requireShape("the position embedding", x, shape);
      return x.add(embedding);
    }
  }
}
