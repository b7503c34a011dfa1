package dev.melange.papers.gpt;

import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import java.util.Arrays;
import java.util.Map;

/**
 * How a character model is made from a text: AdamW with betas 0.9 and 0.99 and decay 0.1 on
 * matrices, a warm-up of 100 steps and half a cosine down to a tenth, gradients of at most norm 1.
 * The first nine tenths of the text train, the rest validates.
 *
 * @param n_positions length of the pieces
 * @param n_embd width
 * @param n_layer number of blocks
 * @param n_head number of attention heads
 * @param steps optimiser steps
 * @param batch_size pieces per step
 * @param learning_rate the highest
 */
public record CharGptRecipe(
    int n_positions,
    int n_embd,
    int n_layer,
    int n_head,
    int steps,
    int batch_size,
    double learning_rate) {
  /** Two layers of width 96: about a minute on two cores. */
  public static final CharGptRecipe SMALL = new CharGptRecipe(64, 96, 2, 4, 1500, 16, 3e-3);

  private static final int WARM_UP = 100;
  private static final int EPOCH = 50; // steps between evaluations
  private static final int VALIDATION = 256; // pieces
  private static final double VALIDATION_SHARE = 0.1;

  /** Checks the sizes. */
  public CharGptRecipe {
    if (steps < 1 || batch_size < 1 || !(learning_rate > 0)) {
      throw new IllegalArgumentException(
          "steps and batch_size must be at least 1 and learning_rate positive, got %d, %d, %s"
              .formatted(steps, batch_size, learning_rate));
    }
  }

  /** The model for a text. */
  public CharGpt.Config config(String text) {
    return new CharGpt.Config(
        CharVocabulary.of(text).characters(), n_positions, n_embd, n_layer, n_head);
  }

  /** The part of a text that trains. */
  public static String training(String text) {
    return text.substring(0, cut(text));
  }

  /** The part of a text that validates. */
  public static String validation(String text) {
    return text.substring(cut(text));
  }

  private static int cut(String text) {
    return text.offsetByCodePoints(
        0, (int) (text.codePointCount(0, text.length()) * (1 - VALIDATION_SHARE)));
  }

  /** The optimiser; to be closed after the training. */
  public Optimizer optimizer(CharGpt model) {
    return Adam.of(
        ParameterGroup.noDecayOnVectors(model.model(), 0.1, name -> false),
        Adam.Config.ADAM_W.withBetas(0.9, 0.99));
  }

  /**
   * A training; {@code valid_loss} is in nats per character. Its data belong to the current scope.
   *
   * @param model made from {@link #config}
   * @param optimizer from {@link #optimizer}
   * @param text the whole text
   * @param seed seed of the order
   */
  public Trainer trainer(CharGpt model, Optimizer optimizer, String text, long seed) {
    long[] train = model.vocabulary().encode(training(text));
    long[] valid = model.vocabulary().encode(validation(text));
    Tensor pieces = TextWindows.spread(valid, n_positions, VALIDATION);
    int warmup = Math.min(WARM_UP, steps / 2);
    return Trainer.of(model.model(), batch -> loss(model.model(), batch))
        .data(
            new TextWindows(train, n_positions, batch_size, Math.min(EPOCH, steps), seed),
            Minibatches.inOrder(Map.of(TextWindows.IDS, pieces), batch_size))
        .optimizer(optimizer)
        .schedule(Schedule.cosine(learning_rate, warmup, 0, steps, learning_rate / 10))
        .clipNorm(1)
        .steps(steps)
        .seed(seed);
  }

  private static Tensor loss(Gpt model, TensorBatch batch) {
    Tensor ids = batch.get(TextWindows.IDS);
    long length = ids.size(1) - 1;
    Tensor logits = model.forward(ids.narrow(1, 0, length));
    return Losses.crossEntropy(
        logits.reshape(-1, logits.size(2)), ids.narrow(1, 1, length).reshape(-1));
  }

  /** The cross entropy, in nats, of guessing each character of a text by its frequency in it. */
  public static double unigramLoss(String text) {
    Map<Integer, Long> counts =
        text.codePoints()
            .boxed()
            .collect(
                java.util.stream.Collectors.groupingBy(
                    c -> c, java.util.TreeMap::new, java.util.stream.Collectors.counting()));
    double total = counts.values().stream().mapToLong(Long::longValue).sum();
    return Arrays.stream(counts.values().stream().mapToDouble(n -> n / total).toArray())
        .map(p -> -p * Math.log(p))
        .sum();
  }
}
