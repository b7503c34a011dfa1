package dev.melange.papers.fields;

import dev.melange.optim.Adam;
import dev.melange.optim.Schedule;
import dev.melange.tensor.Rng;
import java.util.List;
import java.util.Optional;

/** A kind of network that signals can be fitted with; papers offer theirs. */
public interface SignalModel {
  /**
   * The setting that decides which frequencies a network can express early.
   *
   * @param key of the configuration
   * @param candidates values worth trying
   * @param spectrum how many of the lowest frequencies a choice should compare
   */
  record Frequency(String key, List<Double> candidates, int spectrum) {
    /** Copies the values. */
    public Frequency {
      candidates = List.copyOf(candidates);
    }
  }

  /** The name that users type, such as {@code siren}. */
  String name();

  /** What it is, in a few words. */
  String description();

  /** Whether it can be fitted to signals of a kind. */
  boolean fits(Signal.Kind kind);

  /**
   * The configuration to start from: a record whose keys users can change.
   *
   * @param shape of a signal of a kind that it fits
   */
  Record config(Signal.Shape shape);

  /**
   * An untrained network.
   *
   * @param config of the type of {@link #config}
   * @param shape of the signal
   */
  SignalField create(Record config, Signal.Shape shape, Rng rng);

  /** The learning rate to start with. */
  double learningRate(Signal.Kind kind);

  /** The learning rate by step. Default: half a cosine down to a hundredth. */
  default Schedule schedule(Signal.Kind kind, double rate, long steps) {
    return Schedule.cosine(rate, 0, rate, Math.max(2, steps), rate / 100);
  }

  /** The optimiser's settings. Default: Adam's usual ones. */
  default Adam.Config optimizer(Signal.Kind kind) {
    return Adam.Config.ADAM;
  }

  /** The setting that FreSh can choose; nothing for models without one. */
  default Optional<Frequency> frequency(Signal.Kind kind) {
    return Optional.empty();
  }
}
