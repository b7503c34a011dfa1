package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** {@code fc1}, activation, dropout, {@code fc2}, dropout, over the last dimension. */
public final class Mlp extends UnaryLayer {
  private final Linear fc1;
  private final Linear fc2;
  private final Activation activation;
  private final Dropout drop;

  /** [..., in] to [..., out] through {@code hidden} features. */
  public Mlp(long in, long hidden, long out, Activation activation, double dropout, Rng rng) {
    this.fc1 = child("fc1", new Linear(in, hidden, rng));
    this.fc2 = child("fc2", new Linear(hidden, out, rng));
    this.activation = activation;
    this.drop = child("drop", new Dropout(dropout));
  }

  /** The first layer. */
  public Linear fc1() {
    return fc1;
  }

  /** The second layer. */
  public Linear fc2() {
    return fc2;
  }

  @Override
  public Tensor forward(Tensor x) {
    return drop.forward(fc2.forward(drop.forward(activation.apply(fc1.forward(x)))));
  }
}
