package dev.melange.papers.hourglassmlp;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The residual MLP of "Rethinking the Shape Convention of an MLP" (Chen et al., 2025): the input is
 * lifted once into a wide space, where the skip connection stays, and every update passes a narrow
 * bottleneck. The conventional shape is the same class with another configuration.
 *
 * <p>It maps vectors to vectors, [B, d_in] to [B, d_out]; images [B, C, H, W] are flattened. With
 * one output per class it classifies images.
 */
public final class HourglassMlp extends ImageModel {
  private final HourglassConfig config;
  private final RandomLift lift; // null for none
  private final Layers<HourglassBlock> blocks;
  private Linear output; // null for none

  /** A network with initial weights from the stream. */
  public HourglassMlp(HourglassConfig config, Rng rng) {
    this.config = config;
    lift =
        config.input_projection().equals("none")
            ? null
            : child(
                "input_proj",
                new RandomLift(
                    config.d_in(),
                    config.d_z(),
                    config.input_projection().equals("trainable"),
                    rng));
    blocks = child("blocks", Layers.of(config.depth(), i -> new HourglassBlock(config, rng)));
    output =
        config.output_projection()
            ? child("output_proj", new Linear(config.d_z(), config.d_out(), config.bias(), rng))
            : null;
  }

  /** The configuration. */
  public HourglassConfig config() {
    return config;
  }

  /**
   * Maps vectors.
   *
   * @param x [B, d_in], or [B, ...] with d_in numbers per example
   * @return [B, d_out]
   */
  @Override
  public Tensor forward(Tensor x) {
    Tensor flat = flat(x);
    Tensor y = super.forward(flat);
    return config.input_residual() ? y.add(flat) : y;
  }

  /** The wide vectors after the last block, [B, d_z]. */
  @Override
  public Tensor forwardFeatures(Tensor x) {
    Tensor flat = flat(x);
    Tensor z = lift == null ? flat : lift.forward(flat);
    for (HourglassBlock block : blocks) {
      Tensor in = z;
      z = scoped(() -> block.forward(in));
    }
    return z;
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return output == null ? features : output.forward(features);
  }

  private Tensor flat(Tensor x) {
    long numbers = x.dim() < 2 ? -1 : x.numel() / Math.max(1, x.size(0));
    if (numbers != config.d_in()) {
      throw new IllegalArgumentException(
          "HourglassMlp expects vectors of %d numbers (d_in), got %s; resize the images, or make a network for them"
              .formatted(config.d_in(), Arrays.toString(x.shape())));
    }
    return x.dim() == 2 ? x : x.flatten(1, -1);
  }

  @Override
  public int classes() {
    return output == null ? config.d_z() : (int) output.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classes < 1) {
      throw new IllegalArgumentException("a classifier needs at least one class, got " + classes);
    }
    if (output == null) {
      throw new IllegalArgumentException(
          "the network has no output projection to replace; set output_projection=true");
    }
    output = replaceChild("output_proj", new Linear(config.d_z(), classes, config.bias(), rng));
  }
}
