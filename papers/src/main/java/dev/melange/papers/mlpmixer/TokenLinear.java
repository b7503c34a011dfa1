package dev.melange.papers.mlpmixer;

import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** A linear map over the positions, shared by all channels: [B, C, h, w] to the same shape. */
final class TokenLinear extends UnaryLayer {
  private final Tensor weight; // [N, N]
  private final Tensor bias; // [N]

  /** Takes over the weights of a layer over N = h w features. */
  TokenLinear(Linear linear) {
    weight = parameter("weight", linear.weight());
    bias = parameter("bias", linear.bias());
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.linear(x.flatten(2, 3), weight, bias).unflatten(2, x.size(2), x.size(3));
  }
}
