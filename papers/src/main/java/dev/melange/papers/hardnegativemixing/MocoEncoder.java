package dev.melange.papers.hardnegativemixing;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.nn.ResNet;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * MoCo's encoder: a ResNet, the mean of its last maps, and a projection to embeddings of unit
 * length. MoCo-v2 projects with an MLP of one hidden layer, MoCo-v1 linearly.
 */
public final class MocoEncoder extends Layer implements ContrastiveEncoder {
  /**
   * Shape of the encoder.
   *
   * @param block kind of residual block
   * @param layers blocks per stage
   * @param base_channels width of the first stage; each further stage doubles it
   * @param in_channels channels of the images
   * @param dim width of the embeddings
   * @param mlp whether the projection has a hidden layer, as wide as the features
   * @param stem what comes before the stages: for small images a 3x3 convolution ({@code cifar}),
   *     for large ones a 7x7 convolution and pooling, a quarter of the size ({@code imagenet})
   */
  public record Config(
      @OneOf({"basic", "bottleneck"}) String block,
      int[] layers,
      @Default("64") int base_channels,
      @Default("3") int in_channels,
      @Default("128") int dim,
      @Default("true") boolean mlp,
      @Default("cifar") @OneOf({"cifar", "imagenet"}) String stem) {
    /** Refuses shapes that cannot be built. */
    public Config {
      if (dim < 1) {
        throw new IllegalArgumentException(
            "moco-resnet expects embeddings of 1 dim or more, got dim " + dim);
      }
      new ResNet.Spec(block, layers, base_channels, in_channels, stem); // refuses the others
    }

    ResNet.Spec backbone() {
      return new ResNet.Spec(block, layers, base_channels, in_channels, stem);
    }
  }

  private static final String PUBLISHED = "module.";

  private final ResNet backbone;
  private final Linear hidden; // null without the MLP
  private final Linear projection;

  /** An untrained encoder. */
  public MocoEncoder(Config config, Rng rng) {
    backbone = child("encoder_q", new ResNet(config.backbone(), rng));
    int width = backbone.width();
    hidden = config.mlp ? child("encoder_q.fc.0", new Linear(width, width, rng)) : null;
    projection =
        child(config.mlp ? "encoder_q.fc.2" : "encoder_q.fc", new Linear(width, config.dim, rng));
  }

  /**
   * Loads the query encoder of a published MoCo checkpoint, whose names begin with {@code
   * module.encoder_q.}; its key encoder and queue are left aside.
   *
   * @param checkpoint all weights of the checkpoint by name
   * @throws IllegalArgumentException if weights of the encoder are missing or have other shapes
   */
  public void loadPublished(Map<String, Tensor> checkpoint) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    checkpoint.forEach(
        (name, tensor) -> {
          if (name.startsWith(PUBLISHED + "encoder_q.")) {
            weights.put(name.substring(PUBLISHED.length()), tensor);
          }
        });
    load(weights);
  }

  /**
   * The features for downstream tasks: means of the last maps, [N, width].
   *
   * @param image [N, in_channels, H, W]
   */
  @Override
  public Tensor features(Tensor image) {
    return scoped(() -> backbone.forward(image).mean(2, 3));
  }

  /**
   * Embeddings before they are brought to unit length, [N, dim]: what the losses take.
   *
   * @param features [N, width]
   */
  @Override
  public Tensor project(Tensor features) {
    return projection.forward(hidden == null ? features : hidden.forward(features).relu());
  }

  /**
   * Embeddings of unit length, [N, dim].
   *
   * @param features [N, width]
   */
  public Tensor embed(Tensor features) {
    return UnitVectors.of(project(features));
  }
}
