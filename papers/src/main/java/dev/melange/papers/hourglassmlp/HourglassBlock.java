package dev.melange.papers.hourglassmlp;

import dev.melange.nn.Activation;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.RmsNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** One residual update: {@code z + W2 s(W1 N(z) + b1) + b2}, [B, d_z] to [B, d_z]. */
final class HourglassBlock extends UnaryLayer {
  private final UnaryLayer norm; // null for none
  private final Linear fc1;
  private final Linear fc2;
  private final Activation activation;

  HourglassBlock(HourglassConfig config, Rng rng) {
    norm =
        switch (config.norm()) {
          case "layer" -> child("norm", new LayerNorm(config.d_z(), config.norm_eps()));
          case "rms" -> child("norm", new RmsNorm(config.d_z(), config.norm_eps()));
          default -> null;
        };
    fc1 = child("fc1", new Linear(config.d_z(), config.d_h(), config.bias(), rng));
    fc2 = child("fc2", new Linear(config.d_h(), config.d_z(), config.bias(), rng));
    activation = Activation.of(config.act());
  }

  @Override
  public Tensor forward(Tensor z) {
    Tensor normed = norm == null ? z : norm.forward(z);
    return z.add(fc2.forward(activation.apply(fc1.forward(normed))));
  }
}
