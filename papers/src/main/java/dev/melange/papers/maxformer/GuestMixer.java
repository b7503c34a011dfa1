package dev.melange.papers.maxformer;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.SpikingNeuron;
import dev.melange.nn.spiking.Steps;
import dev.melange.tensor.Tensor;

/**
 * Another paper's mixer of maps [B, C, h, w] in a spiking block: like the block's own ones it sees
 * spikes, is followed by batch norm and added to the signal. [T, B, C, h, w] to the same shape.
 */
final class GuestMixer extends UnaryLayer {
  private final SpikingNeuron neuron;
  private final UnaryLayer mixer;
  private final BatchNorm norm;

  GuestMixer(UnaryLayer mixer, int channels) {
    neuron = child("lif", new SpikingNeuron());
    this.mixer = child("guest", mixer);
    norm = child("bn", new BatchNorm(channels));
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.add(Steps.apply(s -> norm.forward(mixer.forward(s)), neuron.forward(x)));
  }
}
