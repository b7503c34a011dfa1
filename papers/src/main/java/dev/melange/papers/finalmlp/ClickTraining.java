package dev.melange.papers.finalmlp;

import dev.melange.component.Default;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.metric.BinaryRanking;
import dev.melange.optim.Adam;
import dev.melange.optim.EarlyStopping;
import dev.melange.optim.Mode;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.ReduceOnPlateau;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TabularBatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The training of click models as the paper's authors do it: Adam; gradients clipped to norm 10;
 * the AUC of the validation rows after each epoch; at each epoch without a gain of 1e-6 the
 * learning rate falls to a tenth, and after {@code patience} of them in a row the training ends
 * with the best weights. The regularizers are part of the model's loss.
 */
public final class ClickTraining {
  /** Rows per batch of inference; of no influence on the result. */
  static final int INFERENCE_BATCH = 4096;

  private static final double LEAST_GAIN = 1e-6;
  private static final double LEAST_RATE = 1e-6;
  private static final double LARGEST_NORM = 10;

  /**
   * Settings.
   *
   * @param batch_size rows per step
   * @param learning_rate the first learning rate
   * @param epochs most epochs
   * @param patience epochs in a row without a better AUC before the end
   */
  public record Settings(
      @Default("1024") int batch_size,
      @Default("0.001") double learning_rate,
      @Default("25") int epochs,
      @Default("2") int patience) {
    /** Checks the values. */
    public Settings {
      if (batch_size < 2 || epochs < 1 || patience < 1) {
        throw new IllegalArgumentException(
            "batch_size is at least 2, epochs and patience at least 1, got %d, %d and %d"
                .formatted(batch_size, epochs, patience));
      }
      if (!(learning_rate > 0 && learning_rate <= 1)) {
        throw new IllegalArgumentException("learning_rate lies in (0, 1], got " + learning_rate);
      }
    }

    /**
     * The defaults, with a batch size that gives some 64 steps per epoch: between 16 and 1024.
     *
     * @param rows number of training rows
     */
    public static Settings suited(int rows) {
      return new Settings(Math.max(16, Math.min(1024, rows / 64)), 1e-3, 25, 2);
    }
  }

  /** What runs a prepared training: {@link Trainer#fit()}, or a study's trial. */
  @FunctionalInterface
  public interface Runner {
    /** Runs it to its end. */
    TrainingResult run(Trainer trainer) throws IOException;
  }

  private ClickTraining() {}

  /**
   * Trains a model; it ends with the weights of the best epoch, in inference mode. The metrics of
   * each epoch are {@code auc} and {@code logloss} of the validation rows.
   *
   * @param model a new model
   * @param train rows to learn from, with labels
   * @param valid rows that decide when to stop, with labels of both classes
   * @param settings how
   * @param seed of the order of rows and of dropout
   * @param runner runs the training; may add checkpoints, a listener, a cancellation
   */
  public static TrainingResult fit(
      ClickModel model,
      EncodedTable train,
      EncodedTable valid,
      Settings settings,
      long seed,
      Runner runner)
      throws IOException {
    Minibatches batches = TabularBatches.shuffled(train, settings.batch_size(), seed);
    Minibatches held = TabularBatches.inOrder(valid, INFERENCE_BATCH);
    double[] labels = labels(valid);
    EarlyStopping.Config stop = new EarlyStopping.Config(settings.patience(), LEAST_GAIN, Mode.MAX);
    ReduceOnPlateau.Config plateau =
        new ReduceOnPlateau.Config(
            settings.learning_rate(), Mode.MAX, 0.1, 0, LEAST_GAIN, false, 0, LEAST_RATE, 0);
    try (Adam adam = Adam.of(ParameterGroup.all(model, 0), Adam.Config.ADAM)) {
      Trainer trainer =
          Trainer.of(
                  model, batch -> model.loss(model.forward(batch), batch.get(TabularBatches.LABEL)))
              .data(batches)
              .optimizer(adam)
              .reduceOnPlateau(plateau)
              .clipNorm(LARGEST_NORM)
              .epochs(settings.epochs())
              .metrics(
                  () -> {
                    double[] scores = predict(model, held);
                    Map<String, Double> metrics = new LinkedHashMap<>();
                    metrics.put("auc", BinaryRanking.auc(labels, scores));
                    metrics.put("logloss", BinaryRanking.logLoss(labels, scores));
                    return metrics;
                  })
              .monitor("auc", stop)
              .restoreBest()
              .seed(seed);
      return onWorker(() -> runner.run(trainer));
    }
  }

  private interface Work {
    TrainingResult run() throws IOException;
  }

  /**
   * Runs a training on a worker thread, which computes alone. With batch norm a step is one part,
   * and its matrices are too small to be worth several threads, which would wait for each other.
   */
  private static TrainingResult onWorker(Work work) throws IOException {
    try {
      return Engine.get()
          .parallel(
              List.<Supplier<TrainingResult>>of(
                  () -> {
                    try {
                      return work.run();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }))
          .get(0);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The probabilities of label 1 of all rows, by a model in inference mode. */
  public static double[] predict(ClickModel model, EncodedTable rows) {
    return predict(model, TabularBatches.inOrder(rows, INFERENCE_BATCH));
  }

  static double[] predict(ClickModel model, Minibatches rows) {
    return Scope.run(
        () -> Inference.run(rows, model::forward).to(DType.F64).reshape(-1).toDoubles());
  }

  /** The labels of rows that have some. */
  static double[] labels(EncodedTable rows) {
    float[] labels =
        rows.labels().orElseThrow(() -> new IllegalArgumentException("the rows have no labels"));
    double[] wide = new double[labels.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = labels[i];
    }
    return wide;
  }
}
