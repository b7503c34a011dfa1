package dev.melange.papers.raftmlp;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/**
 * Layer normalisation over the channels, the last dimension, whose scale and shift are stored in
 * the order of the permuted map: member q of raft o, channel {@code q D/r + o}, is parameter {@code
 * o r + q}. Biased variance, eps 1e-5.
 */
final class RaftNorm extends UnaryLayer {
  private final long rafts;
  private final Tensor weight; // [D], raft by raft
  private final Tensor bias;

  RaftNorm(long dim, long raftSize) {
    rafts = dim / raftSize;
    weight = parameter("weight", Tensor.ones(dim));
    bias = parameter("bias", Tensor.zeros(dim));
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.layerNorm(x, byMember(weight), byMember(bias), 1e-5);
  }

  private Tensor byMember(Tensor parameter) {
    return parameter.reshape(rafts, -1).t().reshape(-1);
  }
}
