package dev.melange.papers.forecast;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.data.series.Windows;
import dev.melange.nn.Layer;
import dev.melange.optim.Adam;
import dev.melange.optim.EarlyStopping;
import dev.melange.optim.Mode;
import dev.melange.optim.OneCycle;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import dev.melange.train.SeriesBatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainerRun;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.List;

/**
 * How a forecaster is trained: Adam without weight decay under a one-cycle schedule that cycles
 * beta1 too, and the weights of the epoch with the best validation loss (section 4 and appendix of
 * the paper, official code). The defaults are the official ones of long-term forecasting.
 *
 * @param learning_rate the peak of the cycle
 * @param batch_size windows per step; an incomplete last batch is left out, unless it is the only
 *     one
 * @param epochs passes over the training windows
 * @param patience epochs without a better validation loss before the end
 * @param loss {@code mse}, or {@code mae} as for the traffic sensors PEMS
 * @param schedule {@code one-cycle}, or {@code constant}
 * @param pct_start share of the steps in which the learning rate rises
 * @param window_share share of the training windows, others in each epoch, that an epoch takes
 */
public record Recipe(
    @Default("0.01") double learning_rate,
    @Default("128") int batch_size,
    @Default("10") int epochs,
    @Default("10") int patience,
    @Default("mse") @OneOf({"mse", "mae"}) String loss,
    @Default("one-cycle") @OneOf({"one-cycle", "constant"}) String schedule,
    @Default("0.2") double pct_start,
    @Default("1") double window_share) {
  private static final int EVALUATION_BATCH = 256;

  /** Checks the values. */
  public Recipe {
    if (!(learning_rate > 0) || batch_size < 1 || epochs < 1 || patience < 1) {
      throw new IllegalArgumentException(
          "learning_rate, batch_size, epochs and patience must be positive, got %s, %d, %d, %d"
              .formatted(learning_rate, batch_size, epochs, patience));
    }
    if (!(pct_start > 0 && pct_start < 1) || !(window_share > 0 && window_share <= 1)) {
      throw new IllegalArgumentException(
          "pct_start lies in (0, 1) and window_share in (0, 1], got %s and %s"
              .formatted(pct_start, window_share));
    }
  }

  /** Completes the settings of a training and runs it. */
  @FunctionalInterface
  public interface Run extends TrainerRun {
    /**
     * As {@link #fit(Trainer)}, for fits with several trainings, which must not share checkpoints.
     *
     * @param stage the training's name, such as {@code pretraining}
     */
    default TrainingResult fit(String stage, Trainer trainer) throws IOException {
      return fit(trainer);
    }
  }

  /** The official settings of long-term forecasting with so many epochs. */
  public static Recipe of(int epochs) {
    return new Recipe(0.01, 128, epochs, 10, "mse", "one-cycle", 0.2, 1);
  }

  /** With another number of windows (or series) per step. */
  public Recipe withBatchSize(int size) {
    return new Recipe(
        learning_rate, size, epochs, patience, loss, schedule, pct_start, window_share);
  }

  /** With another number of epochs. */
  public Recipe withEpochs(int count) {
    return new Recipe(
        learning_rate, batch_size, count, patience, loss, schedule, pct_start, window_share);
  }

  /** With another learning rate. */
  public Recipe withLearningRate(double rate) {
    return new Recipe(rate, batch_size, epochs, patience, loss, schedule, pct_start, window_share);
  }

  /** The recipe of the linear baseline: Adam with a constant learning rate of 0.001. */
  public Recipe linear(int ownEpochs) {
    return new Recipe(
        0.001, batch_size, ownEpochs, patience, loss, "constant", pct_start, window_share);
  }

  /**
   * Trains a model; it ends with the weights of its best epoch, in inference mode.
   *
   * @param data its training part is learned, its validation part chooses the epoch
   * @param seed of the order of windows and of all draws
   * @param run runs the trainer
   */
  public TrainingResult fit(ForecastModel model, ForecastData data, long seed, Run run)
      throws IOException {
    return fit(model, TrainingWindows.of(data), seed, run);
  }

  /** As {@link #fit(ForecastModel, ForecastData, long, Run)}, with windows of any series. */
  public TrainingResult fit(ForecastModel model, TrainingWindows windows, long seed, Run run)
      throws IOException {
    Run chosen =
        model.mixesTimes() && windows.haveTimes() ? trainer -> run.fit(trainer.wholeBatch()) : run;
    return fit(
        model.layer(),
        objective(model),
        trainBatches(windows.train(), seed),
        validBatches(windows.valid()),
        seed,
        chosen);
  }

  /**
   * Trains on any batches; see {@link #fit(ForecastModel, ForecastData, long, Run)}.
   *
   * @param objective the loss of a batch
   * @param valid the batches whose loss chooses the epoch
   */
  public TrainingResult fit(
      Layer model, Objective objective, Minibatches train, Minibatches valid, long seed, Run run)
      throws IOException {
    model.to(Engine.get().device());
    try (Adam adam = Adam.of(ParameterGroup.all(model, 0), Adam.Config.ADAM)) {
      return run.fit(
          Trainer.of(model, objective)
              .data(train, valid)
              .optimizer(adam)
              .schedule(scheduleOver((long) epochs * train.batches()))
              .epochs(epochs)
              .monitor("valid_loss", new EarlyStopping.Config(patience, 0, Mode.MIN))
              .restoreBest()
              .seed(seed));
    }
  }

  /**
   * Training batches of windows: shuffled, the share that an epoch takes.
   *
   * @param seed of the order
   */
  public SeriesBatches trainBatches(Windows windows, long seed) {
    return trainBatches(List.of(windows), seed);
  }

  /** As {@link #trainBatches(Windows, long)}, of several series. */
  public SeriesBatches trainBatches(List<Windows> windows, long seed) {
    int taken = (int) (windows.stream().mapToInt(Windows::size).sum() * window_share);
    SeriesBatches batches =
        SeriesBatches.of(windows, Math.max(1, Math.min(batch_size, taken)))
            .shuffled(seed)
            .share(window_share);
    return taken >= batch_size ? batches.dropLast() : batches;
  }

  /** Batches of all windows in order, for evaluation. */
  public static SeriesBatches validBatches(List<Windows> windows) {
    return SeriesBatches.of(windows, EVALUATION_BATCH);
  }

  private Objective objective(ForecastModel model) {
    if (model.objective() != null) {
      return model.objective();
    }
    return batch -> {
      Tensor forecast = model.forward().apply(batch);
      return loss.equals("mse")
          ? Losses.mse(forecast, batch.get("y"))
          : Losses.l1(forecast, batch.get("y"));
    };
  }

  /** The schedule of so many steps; a cycle needs at least two rising ones. */
  Schedule scheduleOver(long steps) {
    if (schedule.equals("constant") || steps < 4) {
      return Schedule.constant(learning_rate);
    }
    return OneCycle.of(learning_rate, steps).withPctStart(Math.max(pct_start, 2.0 / steps));
  }
}
