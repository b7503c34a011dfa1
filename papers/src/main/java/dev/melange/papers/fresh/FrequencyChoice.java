package dev.melange.papers.fresh;

import dev.melange.component.Configs;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalField;
import dev.melange.papers.fields.SignalModel;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Resample;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The frequency setting of a network for a signal, chosen before training: that whose untrained
 * networks' outputs have the spectrum nearest to the signal's. Large signals are compared on a
 * smaller grid, which has the same low frequencies; videos by some of their frames.
 *
 * @param key of the model's configuration that was chosen
 * @param candidates values that were compared
 * @param selection their distances
 * @param target the signal's spectrum, a distribution
 * @param spectra by candidate, the mean spectrum of its untrained networks, likewise
 */
public record FrequencyChoice(
    String key,
    List<Double> candidates,
    FreshSelection selection,
    double[] target,
    double[][] spectra) {
  private static final int NETWORKS = 10; // of each candidate, as in the paper
  private static final int LONGEST_LINE = 4096;
  private static final int LARGEST_IMAGE = 128;
  private static final int LARGEST_FRAME = 64;
  private static final int MOST_FRAMES = 10;

  /** The signal's planes [C, ...] that are compared, and the grid on which networks are decoded. */
  private record Planes(List<Tensor> targets, List<Integer> grid, int dims) {}

  /**
   * Chooses.
   *
   * @param config of the model; its frequency setting is ignored
   * @param candidates values to compare; empty for the model's
   * @throws IllegalArgumentException if the model has no frequency setting for such signals
   */
  public static FrequencyChoice of(
      Signal signal, SignalModel model, Record config, List<Double> candidates, Rng rng) {
    SignalModel.Frequency frequency =
        model
            .frequency(signal.kind())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s has no frequency setting that could be chosen for this %s; choose another model, such as siren or fourier"
                            .formatted(model.name(), signal.shape())));
    List<Double> values = candidates.isEmpty() ? frequency.candidates() : List.copyOf(candidates);
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Planes planes = planes(signal);
      int side = planes.grid.get(planes.grid.size() - 1);
      var spectrum =
          new SignalSpectrum.Config(
              Math.max(2, Math.min(frequency.spectrum(), side / 2)), planes.dims);
      List<Tensor> wanted =
          planes.targets.stream().map(plane -> SignalSpectrum.of(plane, spectrum)).toList();
      double[][] distances = new double[values.size()][NETWORKS];
      double[][] spectra = new double[values.size()][];
      for (int k = 0; k < values.size(); k++) {
        Record candidate =
            Configs.with(config, Map.of(frequency.key(), number(values.get(k))), model.name());
        for (int r = 0; r < NETWORKS; r++) {
          Signal.Shape shape = signal.shape();
          try (SignalField field = model.create(candidate, shape, rng.fork(k, r));
              Scope inner = Scope.open()) {
            field.trainee().to(Engine.get().device());
            float[] output = field.decode(planes.grid);
            List<Tensor> mine = spectra(output, planes, shape.channels().size(), spectrum);
            distances[k][r] = distance(mine, wanted);
            spectra[k] = plus(spectra[k], distribution(mine));
          }
        }
        for (int i = 0; i < spectra[k].length; i++) {
          spectra[k][i] /= NETWORKS;
        }
      }
      return new FrequencyChoice(
          frequency.key(), values, new FreshSelection(distances), distribution(wanted), spectra);
    }
  }

  private static Planes planes(Signal signal) {
    List<Integer> sizes = signal.shape().sizes();
    Tensor all = signal.tensor();
    switch (signal.kind()) {
      case LINE -> {
        int length = Math.min(sizes.get(0), LONGEST_LINE);
        Tensor line =
            length == sizes.get(0)
                ? all
                : Resample.bilinear(all.unsqueeze(0).unsqueeze(2), 1, length).squeeze(2).squeeze(0);
        return new Planes(List.of(line), List.of(length), 1);
      }
      case IMAGE -> {
        int side = Math.min(LARGEST_IMAGE, Math.min(sizes.get(0), sizes.get(1)));
        return new Planes(List.of(square(all, side)), List.of(side, side), 2);
      }
      default -> {
        int side = Math.min(LARGEST_FRAME, Math.min(sizes.get(1), sizes.get(2)));
        int frames = Math.min(MOST_FRAMES, sizes.get(0));
        List<Tensor> targets = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
          int frame = frames == 1 ? 0 : (int) Math.round((sizes.get(0) - 1.0) * i / (frames - 1));
          targets.add(square(all.select(1, frame), side));
        }
        return new Planes(targets, List.of(frames, side, side), 2);
      }
    }
  }

  private static Tensor square(Tensor image, int side) {
    return image.size(1) == side && image.size(2) == side
        ? image
        : Resample.bilinear(image.unsqueeze(0), side, side).squeeze(0);
  }

  private static List<Tensor> spectra(
      float[] output, Planes planes, int channels, SignalSpectrum.Config config) {
    long[] shape = new long[planes.grid.size() + 1];
    shape[0] = channels;
    for (int i = 1; i < shape.length; i++) {
      shape[i] = planes.grid.get(i - 1);
    }
    Tensor values = Tensor.of(output, shape);
    if (planes.targets.size() == 1 && shape.length < 4) {
      return List.of(SignalSpectrum.of(values, config));
    }
    List<Tensor> spectra = new ArrayList<>();
    for (int i = 0; i < planes.targets.size(); i++) {
      spectra.add(SignalSpectrum.of(values.select(1, i), config));
    }
    return spectra;
  }

  private static double distance(List<Tensor> mine, List<Tensor> wanted) {
    double sum = 0;
    for (int i = 0; i < mine.size(); i++) {
      sum += SpectrumDistance.of(mine.get(i), wanted.get(i)).item();
    }
    return sum / mine.size();
  }

  private static double[] distribution(List<Tensor> spectra) {
    double[] mean = null;
    for (Tensor spectrum : spectra) {
      mean = plus(mean, spectrum.div(spectrum.sum()).to(dev.melange.tensor.DType.F64).toDoubles());
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= spectra.size();
    }
    return mean;
  }

  private static double[] plus(double[] sum, double[] more) {
    if (sum == null) {
      return more.clone();
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
    return sum;
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** The chosen value. */
  public double value() {
    return candidates.get(selection.choice());
  }

  /** The configuration with the chosen value. */
  public Record applyTo(Record config) {
    return Configs.with(config, Map.of(key, number(value())));
  }

  /** Distances by candidate, with their standard errors. */
  public Table table() {
    Table.Builder table =
        Table.titled("Distance of the untrained network's spectrum from the signal's")
            .number(key, "%.6g")
            .number("distance", "%.3f", Table.Best.LOWEST)
            .number("standard error", "%.3f");
    double[] means = selection.means();
    double[] errors = selection.standardErrors();
    for (int k = 0; k < means.length; k++) {
      table.row(candidates.get(k), means[k], errors[k]);
    }
    return table.build();
  }

  /** The curve of the distances. */
  public Chart distanceChart() {
    double[] xs = candidates.stream().mapToDouble(Double::doubleValue).toArray();
    double[] means = selection.means();
    double[] errors = selection.standardErrors();
    double[] low = new double[means.length];
    double[] high = new double[means.length];
    for (int k = 0; k < means.length; k++) {
      low[k] = means[k] - errors[k];
      high[k] = means[k] + errors[k];
    }
    return Chart.xy("Distance of spectra before training")
        .x(key)
        .y("Wasserstein distance (frequencies)")
        .band("mean of %d networks".formatted(NETWORKS), xs, means, low, high)
        .points(
            "chosen",
            new double[] {value()},
            new double[] {means[selection.choice()]},
            key + " " + number(value()))
        .build();
  }

  /** The signal's spectrum beside those of the chosen and of the extreme candidates. */
  public Chart spectrumChart() {
    var chart =
        Chart.xy("Spectra before training").x("frequency").y("share of the amplitude").logY();
    double[] xs = new double[target.length];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = i + 1.0;
    }
    chart.line("signal", xs, visible(target));
    TreeSet<Integer> shown = new TreeSet<>(List.of(0, selection.choice(), candidates.size() - 1));
    for (int k : shown) {
      String suffix = k == selection.choice() ? " (chosen)" : "";
      chart.line(key + " " + number(candidates.get(k)) + suffix, xs, visible(spectra[k]));
    }
    return chart.build();
  }

  // a logarithmic axis has no place for zero
  private static double[] visible(double[] shares) {
    return Arrays.stream(shares).map(share -> Math.max(share, 1e-9)).toArray();
  }
}
