package dev.melange.papers.adversarialautomixup;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Init;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** A 1x1 convolution to queries or keys, with a norm instead of a bias and ReLU if asked for. */
final class Projection extends UnaryLayer {
  private final Conv2d conv;
  private final BatchNorm norm;
  private final boolean relu;

  Projection(long in, long out, boolean normed, boolean relu, Rng rng) {
    conv = child("conv", pointwise(in, out, !normed, rng));
    norm = normed ? child("bn", new BatchNorm(out)) : null;
    this.relu = relu;
  }

  /** A 1x1 convolution with weights of N(0, 0.01^2) and no bias at first. */
  static Conv2d pointwise(long in, long out, boolean bias, Rng rng) {
    Conv2d conv = new Conv2d(Conv2d.Spec.of(in, out, 1).bias(bias), rng);
    Init.normal(conv.weight(), 0, 0.01, rng);
    if (bias) {
      Init.constant(conv.bias(), 0);
    }
    return conv;
  }

  /** A map and one more channel of a constant value, number or tensor of one element. */
  static Tensor withChannel(Tensor map, Tensor value) {
    Tensor channel =
        value.to(map.dtype()).reshape(1, 1, 1, 1).expand(map.size(0), 1, map.size(2), map.size(3));
    return Tensor.cat(1, map, channel);
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = conv.forward(x);
    y = norm == null ? y : norm.forward(y);
    return relu ? y.relu() : y;
  }
}
