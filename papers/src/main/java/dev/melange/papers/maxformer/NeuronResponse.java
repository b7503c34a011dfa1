package dev.melange.papers.maxformer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;

/**
 * The frequency response of a neuron's charging without firing, which is linear: {@code (1 / tau) /
 * (1 - (1 - 1 / tau) z^-1)} for a leaky neuron, {@code 1 / (1 - z^-1)} for one without leak.
 */
public final class NeuronResponse {
  private NeuronResponse() {}

  /**
   * Configuration.
   *
   * @param neuron leaky or not
   * @param tau time constant of the leak, at least 1; of no effect on "if"
   * @param points how many frequencies from 0 to pi
   */
  public record Config(
      @Default("lif") @OneOf({"lif", "if"}) String neuron,
      @Default("2.0") double tau,
      @Default("65") int points) {
    /** Checks the numbers. */
    public Config {
      if (!(tau >= 1) || points < 1) {
        throw new IllegalArgumentException(
            "tau and points must be at least 1, got %s and %d".formatted(tau, points));
      }
    }
  }

  /** The frequencies, from 0 to pi per time step. */
  public static double[] frequencies(Config config) {
    double[] omega = new double[config.points()];
    for (int i = 0; i < omega.length; i++) {
      omega[i] = omega.length == 1 ? 0 : Math.PI * i / (omega.length - 1);
    }
    return omega;
  }

  /** The magnitude of the response at each frequency; 0 where it is infinite. */
  public static double[] magnitude(Config config) {
    boolean leaky = config.neuron().equals("lif");
    double kept = leaky ? 1 - 1 / config.tau() : 1;
    double gain = leaky ? 1 / config.tau() : 1;
    double[] magnitude = frequencies(config);
    for (int i = 0; i < magnitude.length; i++) {
      double real = 1 - kept * Math.cos(magnitude[i]);
      double imaginary = kept * Math.sin(magnitude[i]);
      double below = Math.hypot(real, imaginary);
      magnitude[i] = below == 0 ? 0 : gain / below;
    }
    return magnitude;
  }
}
