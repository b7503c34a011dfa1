package dev.melange.papers.seminmf;

import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * A sparse autoencoder, the unsupervised baseline: {@code f = relu((x - b_dec) W_enc + b_enc)}, and
 * x is about {@code f D + b_dec}, D being W_dec with rows of length 1. A feature's direction is its
 * row of D.
 */
final class SparseAutoencoder extends Layer {
  private final Tensor encoder; // [d, K]
  private final Tensor encoderBias;
  private final Tensor decoder; // [K, d]
  private final Tensor decoderBias;

  /**
   * Begins at random directions, with an encoder that is the decoder's transpose and a bias at the
   * data's mean.
   *
   * @param mean of the data, [d]
   * @param features how many, K
   */
  SparseAutoencoder(Tensor mean, int features, Rng rng) {
    try (Scope scope = Scope.open()) {
      Tensor start = rng.normal(features, mean.size(0));
      Tensor unit = start.div(start.normKeep(2, 1));
      encoder = parameter("W_enc", unit.t().contiguous());
      encoderBias = parameter("b_enc", Tensor.zeros(features));
      decoder = parameter("W_dec", unit.copy());
      decoderBias = parameter("b_dec", mean.copy());
    }
  }

  /** How strongly rows x [n, d] express the features, [n, K]. */
  Tensor encode(Tensor x) {
    return x.sub(decoderBias).matmul(encoder).add(encoderBias).relu();
  }

  /** The features' directions, each of length 1, [K, d]. */
  Tensor directions() {
    return decoder.div(decoder.normKeep(2, 1).clampMin(1e-8));
  }

  /** What features f [n, K] stand for, [n, d]. */
  Tensor decode(Tensor f) {
    return f.matmul(directions()).add(decoderBias);
  }

  /**
   * The mean over rows of {@code ||x - decode(f)||^2 + l1 sum f}.
   *
   * @param x [n, d]
   */
  Tensor loss(Tensor x, double l1) {
    Tensor f = encode(x);
    Tensor error = decode(f).sub(x).square().sum(1);
    return error.add(f.sum(1).mul(l1)).mean();
  }
}
