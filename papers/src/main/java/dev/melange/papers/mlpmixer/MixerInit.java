package dev.melange.papers.mlpmixer;

import dev.melange.nn.Activation;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.Mlp;
import dev.melange.tensor.Rng;

/** Linear layers and MLPs with the family's initial weights. */
final class MixerInit {
  /** Standard deviation of the biases within MLPs. */
  static final double SMALL = 1e-6;

  private MixerInit() {}

  /** Xavier-uniform weight; bias N(0, 1e-6) inside an MLP, else 0. */
  static Linear linear(long in, long out, boolean insideMlp, Rng rng) {
    Linear linear = new Linear(in, out, rng);
    initialise(linear, insideMlp, rng);
    return linear;
  }

  /** An MLP from and to {@code dim} features. */
  static Mlp mlp(long dim, long hidden, MlpMixer.Config config, Rng rng) {
    return mlp(dim, hidden, Activation.of(config.act()), config.proj_drop_rate(), rng);
  }

  /** An MLP from and to {@code dim} features. */
  static Mlp mlp(long dim, long hidden, Activation activation, double dropout, Rng rng) {
    Mlp mlp = new Mlp(dim, hidden, dim, activation, dropout, rng);
    initialise(mlp.fc1(), true, rng);
    initialise(mlp.fc2(), true, rng);
    return mlp;
  }

  private static void initialise(Linear linear, boolean insideMlp, Rng rng) {
    Init.xavierUniform(linear.weight(), 1, rng);
    if (insideMlp) {
      Init.normal(linear.bias(), 0, SMALL, rng);
    } else {
      Init.constant(linear.bias(), 0);
    }
  }
}
