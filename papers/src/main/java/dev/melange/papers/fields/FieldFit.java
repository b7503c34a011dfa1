package dev.melange.papers.fields;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.Trainer;
import dev.melange.train.TrainerRun;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Map;

/** Fits a network to a signal. */
public final class FieldFit {
  /**
   * How to train.
   *
   * @param steps of the optimiser
   * @param points most points of a step, chosen at random if the signal has more
   * @param learning_rate at the start; null for the model's
   * @param evaluate_every steps between measurements of the PSNR
   * @param seed of all randomness
   */
  public record Options(
      @Default("1500") int steps,
      @Default("16384") int points,
      @Default("null") Double learning_rate,
      @Default("100") int evaluate_every,
      @Default("0") long seed) {
    /** Checks the numbers. */
    public Options {
      if (steps < 1 || points < 1 || evaluate_every < 1) {
        throw new IllegalArgumentException(
            "steps, points and evaluate_every must be at least 1, got %d, %d and %d"
                .formatted(steps, points, evaluate_every));
      }
      if (learning_rate != null && !(learning_rate > 0)) {
        throw new IllegalArgumentException("learning_rate must be positive, got " + learning_rate);
      }
    }
  }

  private FieldFit() {}

  /** Fits with the model's settings. */
  public static FittedField fit(Signal signal, SignalModel model) throws IOException {
    return fit(
        signal,
        model,
        config(model, signal, Map.of()),
        Configs.defaults(Options.class),
        Trainer::fit);
  }

  /**
   * The model's configuration for a signal, with some keys changed.
   *
   * @throws IllegalArgumentException if the model does not fit signals of its kind, or for unknown
   *     keys and wrong values
   */
  public static Record config(SignalModel model, Signal signal, Map<String, String> overrides) {
    if (!model.fits(signal.kind())) {
      throw new IllegalArgumentException(
          "%s cannot be fitted to this %s; see which models can with 'melange fit-signal --help'"
              .formatted(model.name(), signal.shape()));
    }
    return Configs.with(model.config(signal.shape()), overrides, model.name());
  }

  /**
   * Fits a network.
   *
   * @param config of the model
   * @param run runs the training
   * @return the field, to be closed; its {@link FittedField#training()} has the PSNR by epoch
   */
  public static FittedField fit(
      Signal signal, SignalModel model, Record config, Options options, TrainerRun run)
      throws IOException {
    SignalField field = model.create(config, signal.shape(), new Rng(options.seed).fork(1));
    boolean done = false;
    try {
      field.trainee().to(Engine.get().device());
      double rate =
          options.learning_rate == null ? model.learningRate(signal.kind()) : options.learning_rate;
      TrainingResult result;
      try (Optimizer adam = Adam.of(field.groups(), model.optimizer(signal.kind()))) {
        Trainer trainer =
            Trainer.of(field.trainee(), field.objective())
                .data(field.batches(signal, options.points, options.evaluate_every, options.seed))
                .optimizer(adam)
                .schedule(model.schedule(signal.kind(), rate, options.steps))
                .steps(options.steps)
                .metrics(() -> Map.of("psnr", psnr(signal, field)))
                .seed(options.seed);
        result = run.fit(field.wholeBatch() ? trainer.wholeBatch() : trainer);
      }
      FittedField fitted =
          new FittedField(model, config, signal.shape(), field, options, Map.of(), result);
      done = true;
      return fitted;
    } finally {
      if (!done) {
        field.close();
      }
    }
  }

  private static double psnr(Signal signal, SignalField field) {
    return signal.psnr(new Signal("decoded", signal.shape(), field.decode(signal.shape().sizes())));
  }
}
