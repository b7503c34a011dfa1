package dev.melange.papers.fresh;

import dev.melange.component.Default;
import dev.melange.nn.Layer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The choice among configurations of a network: that whose untrained networks' outputs have, on
 * average, the spectrum nearest to the signal's (section 3 of the paper).
 *
 * @param distances of each network, [configuration][network]
 */
public record FreshSelection(double[][] distances) {
  /**
   * Configuration of {@code field/fresh-select}.
   *
   * @param size how many of the lowest frequencies are compared
   * @param dims axes of the signal
   */
  public record Config(@Default("64") Integer size, @Default("2") int dims) {
    private SignalSpectrum.Config spectrum() {
      return new SignalSpectrum.Config(size, dims);
    }
  }

  /** Copies the distances. */
  public FreshSelection {
    if (distances.length == 0 || Arrays.stream(distances).anyMatch(row -> row.length == 0)) {
      throw new IllegalArgumentException(
          "a choice needs at least one configuration with one network each");
    }
    distances = Arrays.stream(distances).map(double[]::clone).toArray(double[][]::new);
  }

  @Override
  public double[][] distances() {
    return Arrays.stream(distances).map(double[]::clone).toArray(double[][]::new);
  }

  /** Compares outputs [K, R, C, ...] of K configurations with R networks each with a target. */
  public static FreshSelection of(Tensor target, Tensor outputs, Config config) {
    return Autograd.noGrad(
        () -> {
          Tensor wanted = SignalSpectrum.of(target, config.spectrum());
          double[][] distances = new double[(int) outputs.size(0)][(int) outputs.size(1)];
          for (int k = 0; k < distances.length; k++) {
            for (int r = 0; r < distances[k].length; r++) {
              Tensor spectrum = SignalSpectrum.of(outputs.get(k).get(r), config.spectrum());
              distances[k][r] = SpectrumDistance.of(spectrum, wanted).item();
            }
          }
          return new FreshSelection(distances);
        });
  }

  /**
   * Makes untrained networks of each candidate, and compares their outputs on the target's grid.
   *
   * @param target the signal, [C, ...]
   * @param candidates each makes a network from coordinates [n, axes] to values [n, C]
   * @param networks how many of each; one alone is noisy, the paper takes 10
   * @param config of the spectra
   * @param rng for their weights
   */
  public static FreshSelection of(
      Tensor target,
      List<Function<Rng, UnaryLayer>> candidates,
      int networks,
      Config config,
      Rng rng) {
    double[][] distances = new double[candidates.size()][networks];
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      long[] shape = target.shape();
      List<Integer> resolution =
          Arrays.stream(shape, 1, shape.length).mapToObj(Math::toIntExact).toList();
      Tensor grid = CoordinateGrid.of(resolution).to(target.dtype()).to(target.device());
      Tensor wanted = SignalSpectrum.of(target, config.spectrum());
      for (int k = 0; k < distances.length; k++) {
        for (int r = 0; r < networks; r++) {
          UnaryLayer network = candidates.get(k).apply(rng.fork(k, r));
          distances[k][r] = distance(network, grid, shape, wanted, config);
        }
      }
    }
    return new FreshSelection(distances);
  }

  private static double distance(
      UnaryLayer network, Tensor grid, long[] shape, Tensor wanted, Config config) {
    try (Layer closed = network;
        Scope scope = Scope.open()) {
      closed.to(grid.dtype());
      closed.to(grid.device());
      Tensor output = network.forward(grid).t().reshape(shape);
      return SpectrumDistance.of(SignalSpectrum.of(output, config.spectrum()), wanted).item();
    }
  }

  /** The mean distance of each configuration. */
  public double[] means() {
    return Arrays.stream(distances)
        .mapToDouble(row -> Arrays.stream(row).average().orElseThrow())
        .toArray();
  }

  /** The standard errors of the means: population standard deviation / root of the number. */
  public double[] standardErrors() {
    double[] means = means();
    double[] errors = new double[means.length];
    for (int k = 0; k < means.length; k++) {
      double mean = means[k];
      double squares = Arrays.stream(distances[k]).map(d -> (d - mean) * (d - mean)).sum();
      int count = distances[k].length;
      errors[k] = Math.sqrt(squares / count) / Math.sqrt((double) count);
    }
    return errors;
  }

  /** The configuration with the least mean distance; of several, the first. */
  public int choice() {
    double[] means = means();
    int best = 0;
    for (int k = 1; k < means.length; k++) {
      if (means[k] < means[best]) {
        best = k;
      }
    }
    return best;
  }
}
