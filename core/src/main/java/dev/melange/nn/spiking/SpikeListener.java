package dev.melange.nn.spiking;

import dev.melange.tensor.Tensor;
import java.util.function.Supplier;

/**
 * Is told what the neurons of a forward pass do, for firing rates and rasters.
 *
 * <pre>{@code
 * SpikeListener.during(
 *     (neuron, spikes) -> System.out.println(spikes.mean().item()), () -> model.forward(x));
 * }</pre>
 */
@FunctionalInterface
public interface SpikeListener {
  /**
   * Neurons have fired.
   *
   * @param neuron the layer
   * @param spikes 0 or 1, [T, ...]; closed after the pass, so take from it what is needed
   */
  void fired(SpikingNeuron neuron, Tensor spikes);

  /**
   * Runs the body and tells the listener of all spiking layers that this thread runs meanwhile. Of
   * nested listeners only the innermost is told.
   *
   * @param <T> type of the body's result
   * @return what the body returned
   */
  static <T> T during(SpikeListener listener, Supplier<T> body) {
    SpikeListener outer = SpikingNeuron.LISTENER.get();
    SpikingNeuron.LISTENER.set(listener);
    try {
      return body.get();
    } finally {
      if (outer == null) {
        SpikingNeuron.LISTENER.remove();
      } else {
        SpikingNeuron.LISTENER.set(outer);
      }
    }
  }
}
