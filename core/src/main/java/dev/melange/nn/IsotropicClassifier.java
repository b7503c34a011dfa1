package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The plainest classifier of images: an embedding makes a map, blocks change it and keep its shape,
 * a norm, the mean over the positions, and a linear layer. For comparing blocks with one another.
 *
 * <p>The weights are called {@code embed.*}, {@code blocks.i.*}, {@code norm.*} and {@code head.*}.
 *
 * @param <B> the type of the blocks
 */
public final class IsotropicClassifier<B extends UnaryLayer> extends ImageModel {
  private final UnaryLayer embed;
  private final List<B> blocks;
  private final UnaryLayer norm;
  private final long width;
  private Linear head;

  /**
   * A classifier of the given parts, which then belong to it.
   *
   * @param embed images [B, channels, H, W] to maps [B, width, h, w]
   * @param blocks maps to maps of the same shape
   * @param norm maps to maps of the same shape
   * @param width channels of the maps
   * @param classes number of classes
   * @param rng for the initial weights of the linear layer (PyTorch's default)
   */
  public IsotropicClassifier(
      UnaryLayer embed, List<B> blocks, UnaryLayer norm, long width, int classes, Rng rng) {
    this.embed = child("embed", embed);
    this.blocks = List.copyOf(blocks);
    for (int i = 0; i < blocks.size(); i++) {
      child("blocks." + i, this.blocks.get(i));
    }
    this.norm = child("norm", norm);
    this.width = width;
    head = child("head", new Linear(width, classes, rng));
  }

  /** The blocks in order. */
  public List<B> blocks() {
    return blocks;
  }

  /**
   * What each block gets.
   *
   * @param x images [B, channels, H, W]
   * @return a map [B, width, h, w] for each block
   */
  public List<Tensor> blockInputs(Tensor x) {
    List<Tensor> maps = new ArrayList<>();
    Tensor y = embed.forward(x);
    for (UnaryLayer block : blocks) {
      maps.add(y);
      y = block.forward(y);
    }
    return maps;
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    return norm.forward(chain(scoped(() -> embed.forward(x)), blocks));
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
    head = replaceChild("head", new Linear(width, classes, rng));
  }
}
