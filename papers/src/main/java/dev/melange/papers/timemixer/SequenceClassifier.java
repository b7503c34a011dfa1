package dev.melange.papers.timemixer;

import dev.melange.component.Inputs;
import dev.melange.data.DataException;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells the class of whole sequences with a TimeMixer that mixes the channels.
 *
 * <pre>{@code
 * try (SequenceClassifier classifier =
 *     SequenceClassifier.fit(train, valid, 5, Recipe.of(20).withBatchSize(16), 1)) {
 *   int[] classes = classifier.classify(x, padding);
 * }
 * }</pre>
 */
public final class SequenceClassifier implements AutoCloseable {
  private static final int BATCH = 256;

  /**
   * Sequences with their classes. The caller owns the tensors.
   *
   * @param x values [n, T, N], 0 where a shorter sequence has ended
   * @param padding [n, T], 1 where a sequence has a value, else 0
   * @param label classes from 0, int64 [n]
   */
  public record Sequences(Tensor x, Tensor padding, Tensor label) {
    /** Checks the shapes. */
    public Sequences {
      if (x.dim() != 3
          || !Arrays.equals(padding.shape(), new long[] {x.size(0), x.size(1)})
          || !Arrays.equals(label.shape(), new long[] {x.size(0)})) {
        throw new DataException(
            "x, padding and label must be [n, T, N], [n, T] and [n], got %s, %s and %s"
                .formatted(
                    Arrays.toString(x.shape()),
                    Arrays.toString(padding.shape()),
                    Arrays.toString(label.shape())));
      }
    }

    Map<String, Tensor> columns() {
      Map<String, Tensor> columns = new LinkedHashMap<>();
      columns.put("x", x);
      columns.put("padding", padding);
      columns.put("label", label);
      return columns;
    }
  }

  private final TimeMixer model;

  private SequenceClassifier(TimeMixer model) {
    this.model = model;
  }

  /** Fits a classifier; see {@link #fit(Sequences, Sequences, int, Recipe, long, Recipe.Run)}. */
  public static SequenceClassifier fit(
      Sequences train, Sequences valid, int classes, Recipe recipe, long seed) throws IOException {
    return fit(train, valid, classes, recipe, seed, Trainer::fit);
  }

  /**
   * Fits a classifier with cross-entropy.
   *
   * @param train learned
   * @param valid chooses the epoch
   * @param classes number of classes
   * @param recipe the training; its loss is not used
   * @param seed of initial weights and all draws
   * @param run runs the trainer
   */
  public static SequenceClassifier fit(
      Sequences train, Sequences valid, int classes, Recipe recipe, long seed, Recipe.Run run)
      throws IOException {
    TimeMixer model = new TimeMixer(config(train.x(), classes), new Rng(seed));
    try {
      int batch = Math.min(recipe.batch_size(), (int) train.x().size(0));
      recipe.fit(
          model,
          part -> Losses.crossEntropy(logits(model, part), part.get("label")),
          Minibatches.shuffled(train.columns(), batch, seed),
          Minibatches.inOrder(valid.columns(), BATCH),
          seed,
          run);
    } catch (RuntimeException | IOException e) {
      model.close();
      throw e;
    }
    return new SequenceClassifier(model);
  }

  private static TimeMixerConfig config(Tensor x, int classes) {
    int length = (int) x.size(1);
    TimeMixerConfig config =
        TimeMixerConfig.of(
            "anomaly_detection",
            length,
            1,
            (int) x.size(2),
            16,
            32,
            2,
            TimeMixerForecast.scales(length));
    return dev.melange.component.Configs.with(
        config,
        Map.of(
            "task_name",
            "classification",
            "channel_independence",
            "0",
            "num_class",
            Integer.toString(classes)));
  }

  private static Tensor logits(TimeMixer model, TensorBatch batch) {
    return model.forward(
        new Inputs(
            Map.of("x_enc", batch.get("x"), "padding_mask", batch.get("padding")),
            model.isTraining()));
  }

  /**
   * Scores of the classes, [n, classes] before softmax.
   *
   * @param x values [n, T, N]
   * @param padding [n, T], 1 where a sequence has a value
   */
  public Tensor logits(Tensor x, Tensor padding) {
    return Inference.run(
        Minibatches.inOrder(Map.of("x", x, "padding", padding), BATCH),
        batch -> logits(model, batch));
  }

  /** The most likely class of each sequence. */
  public int[] classify(Tensor x, Tensor padding) {
    return Arrays.stream(dev.melange.tensor.Scope.run(() -> logits(x, padding).argmax(1).toLongs()))
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  @Override
  public void close() {
    model.close();
  }
}
