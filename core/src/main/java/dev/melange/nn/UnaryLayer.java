package dev.melange.nn;

import dev.melange.tensor.Tensor;

/** A layer from one tensor to one tensor. */
public abstract class UnaryLayer extends Layer {
  /** Computes the output; shapes are the subclass's. */
  public abstract Tensor forward(Tensor x);
}
