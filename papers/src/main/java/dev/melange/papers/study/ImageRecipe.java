package dev.melange.papers.study;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Layer;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;

/**
 * How the classifiers of a study are trained, all alike: AdamW, a linear rise of the learning rate,
 * half a cosine, label smoothing, clipped gradients.
 *
 * @param epochs passes over the data
 * @param batch images per step
 * @param lr highest learning rate
 * @param start_lr learning rate of the first step
 * @param min_lr lowest learning rate after the rise
 * @param warmup share of the steps in which the learning rate rises
 * @param cosine {@code after}: half a cosine over the steps after the rise; {@code inside}: over
 *     all steps, its beginning hidden by the rise; {@code one-cycle}: up and down in {@link
 *     Schedule#oneCycle}'s shape, without the rates above
 * @param weight_decay of AdamW
 * @param decay {@code all} parameters, or {@code matrices}: those with more than one dimension
 * @param smoothing label smoothing
 * @param clip largest norm of the gradient; 0 for no limit
 * @param ema share of the old in the moving average of the weights that is evaluated; 0 for the
 *     weights themselves
 */
public record ImageRecipe(
    int epochs,
    int batch,
    double lr,
    double start_lr,
    double min_lr,
    double warmup,
    @OneOf({"after", "inside", "one-cycle"}) String cosine,
    double weight_decay,
    @OneOf({"all", "matrices"}) String decay,
    double smoothing,
    double clip,
    @Default("0") double ema) {
  /** Checks the numbers. */
  public ImageRecipe {
    if (epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "epochs and batch must be at least 1, got %d and %d".formatted(epochs, batch));
    }
    if (!(lr > 0 && start_lr >= 0 && min_lr >= 0 && warmup >= 0 && warmup < 1 && clip >= 0)) {
      throw new IllegalArgumentException(
          ("lr must be positive, start_lr, min_lr and clip not negative and warmup in [0, 1), got"
                  + " %s, %s, %s, %s, %s")
              .formatted(lr, start_lr, min_lr, clip, warmup));
    }
    if (!(ema >= 0 && ema < 1)) {
      throw new IllegalArgumentException("ema must lie in [0, 1), got " + ema);
    }
  }

  /** A recipe whose weights themselves are evaluated. */
  public ImageRecipe(
      int epochs,
      int batch,
      double lr,
      double start_lr,
      double min_lr,
      double warmup,
      String cosine,
      double weight_decay,
      String decay,
      double smoothing,
      double clip) {
    this(
        epochs,
        batch,
        lr,
        start_lr,
        min_lr,
        warmup,
        cosine,
        weight_decay,
        decay,
        smoothing,
        clip,
        0);
  }

  /** One cycle of the learning rate, decay of all parameters, nothing else. */
  public static ImageRecipe oneCycle(int epochs, int batch, double lr, double weightDecay) {
    return new ImageRecipe(epochs, batch, lr, 0, 0, 0, "one-cycle", weightDecay, "all", 0, 0);
  }

  /** The recipe for small images: 10 % rise, cosine to 0, decay 0.05, smoothing 0.1, clip 5. */
  public static ImageRecipe small(int epochs, int batch, double lr) {
    return new ImageRecipe(epochs, batch, lr, 0, 0, 0.1, "after", 0.05, "matrices", 0.1, 5);
  }

  /** The optimiser of a model that is on its device; to be closed. */
  public Optimizer optimizer(Layer model) {
    return Adam.adamW(
        decay.equals("all")
            ? ParameterGroup.all(model, weight_decay)
            : ParameterGroup.noDecayOnVectors(model, weight_decay, name -> false));
  }

  /** The learning rate by step. */
  public Schedule schedule(long stepsPerEpoch) {
    long total = epochs * stepsPerEpoch;
    if (cosine.equals("one-cycle")) {
      return Schedule.oneCycle(lr, total);
    }
    long rise = Math.round(warmup * (double) total);
    return cosine.equals("after")
        ? Schedule.cosine(lr, rise, start_lr, total, min_lr)
        : Schedule.cosineInside(lr, rise, start_lr, total, min_lr);
  }
}
