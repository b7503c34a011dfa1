package dev.melange.papers.maxim;

import dev.melange.data.Dataset;
import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.metric.Summary;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Photographs on which a network is judged: bad ones, good ones, and how close they are. */
public final class RestorationExamples {
  /**
   * An example.
   *
   * @param id of the photograph
   * @param degraded values in [0, 1]
   * @param target the good photograph
   */
  public record Example(String id, FloatImage degraded, Image target) {}

  /**
   * Figures of an example.
   *
   * @param id of the photograph
   * @param psnrBefore dB, of the bad photograph
   * @param psnrAfter dB, of what the network makes of it, cut to [0, 1]
   * @param ssimBefore of the bad photograph; NaN for one smaller than the window
   * @param ssimAfter of the result
   */
  public record Score(
      String id, double psnrBefore, double psnrAfter, double ssimBefore, double ssimAfter) {}

  private static final int SMALLEST_FOR_SSIM = 11;

  private final List<Example> examples;
  private final boolean luma;

  private RestorationExamples(List<Example> examples, boolean luma) {
    this.examples = List.copyOf(examples);
    this.luma = luma;
  }

  /**
   * The middle of each photograph.
   *
   * @param photos the photographs
   * @param degradation makes the bad ones; null if the data have them
   * @param largest sides of the parts are at most this
   * @param luma whether only the luma is compared, as in deraining
   * @param seed of the degradation
   */
  public static RestorationExamples of(
      Dataset<PhotoPair> photos, Degradation degradation, int largest, boolean luma, long seed)
      throws IOException {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      PhotoPair pair = photos.get(i, new Rng(seed));
      int height = Math.min(largest, pair.target().height());
      int width = Math.min(largest, pair.target().width());
      int top = (pair.target().height() - height) / 2;
      int left = (pair.target().width() - width) / 2;
      Image target = pair.target().crop(top, left, height, width);
      FloatImage degraded =
          degradation == null
              ? pair.degraded().crop(top, left, height, width).toFloat()
              : degraded(target, degradation, new Rng(seed).fork(i));
      examples.add(new Example(photos.id(i), degraded, target));
    }
    return new RestorationExamples(examples, luma);
  }

  private static FloatImage degraded(Image target, Degradation degradation, Rng rng) {
    try (Scope scope = Scope.open()) {
      Tensor bad = degradation.apply(Restorer.tensor(target), rng);
      return new FloatImage(3, target.height(), target.width(), bad.contiguous().toFloats());
    }
  }

  /** All examples. */
  public List<Example> all() {
    return examples;
  }

  /** What a restorer makes of an example, not cut to [0, 1]. */
  public FloatImage restore(Restorer restorer, Example example) {
    try (Scope scope = Scope.open()) {
      FloatImage bad = example.degraded;
      Tensor x = Tensor.of(bad.data(), 1, 3, bad.height(), bad.width());
      return new FloatImage(
          3, bad.height(), bad.width(), restorer.restore(x).contiguous().toFloats());
    }
  }

  /** The figures of all examples. */
  public List<Score> scores(Restorer restorer) {
    List<Score> scores = new ArrayList<>();
    for (Example example : examples) {
      FloatImage restored = restore(restorer, example);
      FloatImage target = example.target.toFloat();
      RestorationQuality quality = new RestorationQuality(new RestorationQuality.Config(0, luma));
      boolean windowed = Math.min(target.height(), target.width()) >= SMALLEST_FOR_SSIM;
      try (Scope scope = Scope.open()) {
        Tensor good = pixels(target);
        Tensor before = pixels(example.degraded);
        Tensor after = pixels(restored);
        scores.add(
            new Score(
                example.id,
                quality.psnr(before, good),
                quality.psnr(after, good),
                windowed ? quality.ssim(before, good) : Double.NaN,
                windowed ? quality.ssim(after, good) : Double.NaN));
      }
    }
    return scores;
  }

  /** [H, W, 3] in [0, 255], values outside of [0, 1] cut off. */
  private static Tensor pixels(FloatImage image) {
    return Tensor.of(image.data(), 3, image.height(), image.width())
        .clamp(0, 1)
        .mul(255.0)
        .permute(1, 2, 0);
  }

  /** The means of the figures, for {@code Trainer.metrics}: {@code psnr} and {@code ssim}. */
  public Map<String, Double> metrics(Restorer restorer) {
    List<Score> scores = scores(restorer);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("psnr", mean(scores, Score::psnrAfter));
    double ssim = mean(scores, Score::ssimAfter);
    if (!Double.isNaN(ssim)) {
      metrics.put("ssim", ssim);
    }
    return metrics;
  }

  /** The mean of a figure. */
  public static double mean(List<Score> scores, ToDoubleFunction<Score> figure) {
    return Summary.of(scores.stream().mapToDouble(figure).toArray()).mean();
  }
}
