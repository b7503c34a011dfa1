package dev.melange.papers.maxformer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.spiking.SpikingNeuron;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Fft;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;

/** What single neurons and pooling do to frequencies, without training. */
final class NeuronChecks {
  /** Mean inputs of the temporal check. */
  static final List<Double> MEANS = List.of(0.5, 1.0);

  private static final int STEPS = 256;
  private static final int EDGE = 8; // frequencies that count as lowest and as highest
  private static final double CUTOFF = 0.5;

  private NeuronChecks() {}

  /**
   * The linear part of the response of neurons to noise, by temporal frequency: {@code |mean(S
   * conj(X))| / mean(|X|^2)} with X and S the transforms of inputs and spikes.
   *
   * @param count independent neurons
   * @return by neuron and mean input the gains from the lowest frequency to the highest, and the
   *     ratio of the highest 8 to the lowest 8
   */
  static ObjectNode temporal(long seed, int count) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (String kind : List.of("lif", "if")) {
      SpikingNeuron.Config config =
          new SpikingNeuron.Config(kind, 2, true, 1, 0.0, true, "sigmoid", null);
      for (double mean : MEANS) {
        try (SpikingNeuron neuron = new SpikingNeuron(config);
            Scope scope = Scope.open();
            var guard = Autograd.noGrad()) {
          Tensor x = new Rng(seed).normal(STEPS, count).add(mean);
          double[] gain = gain(x, neuron.forward(x));
          ObjectNode entry = json.putObject(kind + "-" + mean);
          ArrayNode gains = entry.putArray("gain");
          for (double value : gain) {
            gains.add(value);
          }
          double low = 0;
          double high = 0;
          for (int i = 0; i < EDGE; i++) {
            low += gain[i] / EDGE;
            high += gain[gain.length - 1 - i] / EDGE;
          }
          entry.put("low", low).put("high", high).put("ratio", high / low);
        }
      }
    }
    return json;
  }

  /** The gain at each frequency above 0. */
  private static double[] gain(Tensor x, Tensor s) {
    Tensor a = Fft.rfft(x.sub(x.meanKeep(0)), 0, "backward");
    Tensor b = Fft.rfft(s.sub(s.meanKeep(0)), 0, "backward");
    Tensor real = a.real().mul(b.real()).add(a.imag().mul(b.imag())).mean(1);
    Tensor imaginary = a.real().mul(b.imag()).sub(a.imag().mul(b.real())).mean(1);
    Tensor cross = real.square().add(imaginary.square()).sqrt();
    Tensor power = a.real().square().add(a.imag().square()).mean(1);
    return cross.div(power).slice(0, 1, cross.size(0)).toDoubles();
  }

  /**
   * Shares of the energy at high spatial frequencies: of the mean spikes of neurons that see noise,
   * and of these after pooling; and, for neurons and ReLU, on noise and on images.
   *
   * @param images real images in [0, 1], [B, c, H, W]
   */
  static ObjectNode spatial(long seed, Tensor images) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    try (SpikingNeuron neuron = new SpikingNeuron();
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor noise = new Rng(seed).normal(8, 4, 32, 32).add(1.0);
      Tensor spikes = rates(neuron, noise);
      json.put("spikes", ratio(spikes));
      json.put("max_pooled", ratio(Nn.maxPool2d(spikes, 3, 1, 1)));
      json.put("avg_pooled", ratio(Nn.avgPool2d(spikes, 3, 1, 1, false)));
      json.put("relu", ratio(noise.relu()));
      Tensor natural = images.sub(0.5).div(0.25).add(0.5);
      json.put("image_spikes", ratio(rates(neuron, natural)));
      json.put("image_relu", ratio(natural.relu()));
    }
    return json;
  }

  private static Tensor rates(SpikingNeuron neuron, Tensor x) {
    return neuron
        .forward(x.unsqueeze(0).expand(4, x.size(0), x.size(1), x.size(2), x.size(3)))
        .mean(0);
  }

  private static double ratio(Tensor maps) {
    return Spectrum.highFrequencyRatio(maps.sub(maps.meanKeep(2, 3)), CUTOFF);
  }
}
