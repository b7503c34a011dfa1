package dev.melange.papers.fresh;

import dev.melange.nn.UnaryLayer;
import dev.melange.papers.fields.Places;
import dev.melange.papers.fields.PointField;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalField;
import dev.melange.papers.fields.SignalModel;
import dev.melange.tensor.Rng;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The paper's networks for signals of any kind, each with the setting that FreSh chooses and its
 * candidates (section 4 of the paper; those of WIRE, of which the paper gives none, are ours).
 *
 * @param name that users type
 * @param description in a few words
 * @param frequency the setting with its candidates
 * @param rate learning rate; for SIREN and FINER above the paper's 1e-4, which is for 15,000 steps
 * @param type of the configurations
 * @param configs by the number of axes and of channels
 * @param networks makes one of a configuration
 */
record FrequencyNetwork<C extends Record>(
    String name,
    String description,
    Frequency frequency,
    double rate,
    Class<C> type,
    BiFunction<Integer, Integer, C> configs,
    BiFunction<C, Rng, UnaryLayer> networks)
    implements SignalModel {

  private static final int HIDDEN = 256;
  private static final int LAYERS = 3;

  /** All of them. */
  static List<SignalModel> all() {
    return List.of(
        new FrequencyNetwork<>(
            "siren",
            "sines of linear layers (SIREN)",
            new Frequency("omega_0", steps(20, i -> 10.0 * (i + 1)), 64),
            5e-4,
            Siren.Config.class,
            (in, out) -> new Siren.Config(in, HIDDEN, LAYERS, out, 30, 30, true, false),
            Siren::new),
        new FrequencyNetwork<>(
            "finer",
            "sines whose frequency grows with their input (FINER)",
            new Frequency("first_bias_scale", steps(31, i -> i / 10.0), 128),
            5e-4,
            Finer.Config.class,
            (in, out) -> new Finer.Config(in, HIDDEN, LAYERS, out, 30, 30, null, false),
            Finer::new),
        new FrequencyNetwork<>(
            "fourier",
            "an MLP of random Fourier features",
            new Frequency("sigma", steps(20, i -> i + 1.0), 128),
            3e-3,
            FourierField.Config.class,
            (in, out) -> new FourierField.Config(in, HIDDEN, LAYERS, out, 1),
            FourierField::new),
        new FrequencyNetwork<>(
            "wire",
            "complex Gabor wavelets of linear layers (WIRE)",
            new Frequency("omega_0", steps(8, i -> 5.0 * (i + 1)), 128),
            1e-3,
            Wire.Config.class,
            (in, out) -> new Wire.Config(in, HIDDEN, LAYERS, out, 10, 10, 10),
            Wire::new));
  }

  private static List<Double> steps(int count, IntFunction<Double> value) {
    return IntStream.range(0, count).mapToObj(value).toList();
  }

  @Override
  public boolean fits(Signal.Kind kind) {
    return true;
  }

  @Override
  public Record config(Signal.Shape shape) {
    return configs.apply(shape.kind().axes(), shape.channels().size());
  }

  @Override
  public SignalField create(Record config, Signal.Shape shape, Rng rng) {
    return new PointField(
        networks.apply(type.cast(config), rng), Places.SIGNED, shape.channels().size());
  }

  @Override
  public double learningRate(Signal.Kind kind) {
    return rate;
  }

  @Override
  public Optional<Frequency> frequency(Signal.Kind kind) {
    return Optional.of(frequency);
  }
}
