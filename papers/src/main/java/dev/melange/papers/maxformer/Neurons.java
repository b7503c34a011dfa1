package dev.melange.papers.maxformer;

import dev.melange.nn.Activation;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.SpikingNeuron;

/** What stands between the convolutions: the paper's neurons, or what an ordinary network has. */
enum Neurons {
  SPIKING {
    @Override
    UnaryLayer make(double threshold) {
      return new SpikingNeuron(SpikingNeuron.Config.lif().threshold(threshold));
    }
  },
  RELU {
    @Override
    UnaryLayer make(double threshold) {
      return Activation.RELU.layer();
    }
  };

  /** A layer from [T, ...] to the same shape; only spiking neurons have a threshold. */
  abstract UnaryLayer make(double threshold);

  /** With the usual threshold. */
  UnaryLayer make() {
    return make(1);
  }
}
