package dev.melange.papers.maxformer;

import dev.melange.component.Default;

/**
 * The usual estimate of the energy of an inference on 45 nm hardware: a layer with real-valued
 * input costs a multiply-accumulate per operation, a layer with spikes at its input an accumulate
 * per operation and spike.
 */
public final class SpikingEnergy {
  private SpikingEnergy() {}

  /**
   * Configuration.
   *
   * @param T time steps
   * @param e_mac picojoules of a multiply-accumulate
   * @param e_ac picojoules of an accumulate
   */
  public record Config(
      @Default("4") int T, @Default("4.6") double e_mac, @Default("0.9") double e_ac) {
    /** Checks the numbers. */
    public Config {
      if (T < 1 || !(e_mac >= 0) || !(e_ac >= 0)) {
        throw new IllegalArgumentException(
            "T must be at least 1 and energies not negative, got %d, %s and %s"
                .formatted(T, e_mac, e_ac));
      }
    }

    /** The costs of the paper. */
    public static Config of(int steps) {
      return new Config(steps, 4.6, 0.9);
    }
  }

  /**
   * An estimate.
   *
   * @param sops operations per inference that spikes cause, by layer; 0 for real-valued input
   * @param picojoules energy by layer
   * @param millijoules energy in all
   */
  public record Estimate(double[] sops, double[] picojoules, double millijoules) {}

  /**
   * Estimates the energy of an inference.
   *
   * @param flops operations of each layer, in one time step if its input is spikes
   * @param firingRate share of ones in each layer's input; not looked at for real-valued input
   * @param isMac whether each layer's input is real-valued
   */
  public static Estimate estimate(
      Config config, double[] flops, double[] firingRate, boolean[] isMac) {
    if (firingRate.length != flops.length || isMac.length != flops.length) {
      throw new IllegalArgumentException(
          "flops, firing_rate and is_mac have one element per layer, got %d, %d and %d"
              .formatted(flops.length, firingRate.length, isMac.length));
    }
    double[] sops = new double[flops.length];
    double[] energy = new double[flops.length];
    double sum = 0;
    for (int i = 0; i < flops.length; i++) {
      sops[i] = isMac[i] ? 0 : firingRate[i] * config.T() * flops[i];
      energy[i] = isMac[i] ? config.e_mac() * flops[i] : config.e_ac() * sops[i];
      sum += energy[i];
    }
    return new Estimate(sops, energy, sum * 1e-9);
  }
}
