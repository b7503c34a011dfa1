package dev.melange.papers.hardnegativemixing;

import dev.melange.nn.Layer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How good an encoder is: its embeddings of two views of test images and, with classes, what its
 * features tell of them.
 *
 * @param bank labelled images in order, whose features classify; null without classes
 * @param test labelled images in order, which are classified; null without classes
 * @param views two views of test images
 * @param classes number of classes; 0 without
 */
public record ContrastiveEvaluation(
    Minibatches bank, Minibatches test, Minibatches views, int classes) {
  private static final int NEIGHBOURS = 20;
  private static final double NEIGHBOUR_TEMPERATURE = 0.1;
  private static final int TOP = 128;

  /**
   * Features and classes.
   *
   * @param features [n, width]
   * @param labels int64 [n]
   */
  public record Labelled(Tensor features, Tensor labels) {}

  /** The features of all images, on the CPU, with their classes. */
  public static Labelled features(ContrastiveEncoder encoder, Minibatches images) {
    // the labels travel as a last column, so that each image is read once
    Tensor rows =
        Inference.run(
            images,
            batch ->
                Tensor.cat(
                    1,
                    encoder.features(batch.get(ImageBatches.IMAGE)).to(DType.F32),
                    batch.get(ImageBatches.LABEL).to(DType.F32).unsqueeze(1)));
    long width = rows.size(1) - 1;
    return new Labelled(rows.narrow(1, 0, width), rows.select(1, width).to(DType.I64));
  }

  /**
   * Figures of a model as it is: {@code alignment}, {@code uniformity}; with classes also {@code
   * class_alignment}, {@code false_negatives} among the most similar keys of the queue, and {@code
   * knn}, the share of test images that the nearest neighbours classify rightly. Switch it to
   * inference mode first.
   */
  public <E extends Layer & ContrastiveEncoder> Map<String, Double> figures(
      MocoModel<E> model, double temperature) {
    try (Scope scope = Scope.open()) {
      ContrastiveMetrics metrics = metrics(model, temperature);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("alignment", metrics.alignment());
      figures.put("uniformity", metrics.uniformity());
      if (classes > 0) {
        figures.put("class_alignment", metrics.classAlignment());
        figures.put("false_negatives", metrics.falseNegativeShare());
        figures.put("knn", knn(model.query()));
      }
      return figures;
    }
  }

  /** Figures of the embeddings of both views. */
  <E extends Layer & ContrastiveEncoder> ContrastiveMetrics metrics(
      MocoModel<E> model, double temperature) {
    E encoder = model.query();
    Tensor rows =
        Inference.run(
            views,
            batch ->
                Tensor.cat(
                    1,
                    embed(encoder, batch.get(ImageBatches.IMAGE)),
                    embed(encoder, batch.get(ContrastiveTraining.SECOND_VIEW)),
                    batch.get(ImageBatches.LABEL).to(DType.F32).unsqueeze(1)));
    Tensor queue = model.queue().detach().to(Device.CPU);
    long dim = queue.size(0);
    int top = (int) Math.min(TOP, queue.size(1));
    return ContrastiveMetrics.of(
        new ContrastiveMetrics.Config(2, 2, top, temperature),
        rows.narrow(1, 0, dim),
        rows.narrow(1, dim, dim),
        rows.select(1, 2 * dim).to(DType.I64),
        queue,
        model.queueLabels().to(Device.CPU));
  }

  private static Tensor embed(ContrastiveEncoder encoder, Tensor image) {
    return UnitVectors.of(encoder.project(encoder.features(image)).to(DType.F32));
  }

  /** Share of test images that their nearest neighbours in the bank classify rightly. */
  public double knn(ContrastiveEncoder encoder) {
    try (Scope scope = Scope.open()) {
      Labelled known = features(encoder, bank);
      Labelled asked = features(encoder, test);
      int k = (int) Math.min(NEIGHBOURS, known.labels().size(0));
      return KnnClassifier.scores(
              new KnnClassifier.Config(k, NEIGHBOUR_TEMPERATURE, classes),
              asked.features(),
              known.features(),
              known.labels())
          .argmax(1)
          .eq(asked.labels())
          .to(DType.F64)
          .mean()
          .item();
    }
  }

  /** Share of test images that a linear classifier on the bank's features classifies rightly. */
  public double probe(ContrastiveEncoder encoder, LinearProbe settings, long seed)
      throws IOException {
    try (Scope scope = Scope.open()) {
      Labelled known = features(encoder, bank);
      Labelled asked = features(encoder, test);
      return settings.accuracy(
          known.features(), known.labels(), asked.features(), asked.labels(), classes, seed);
    }
  }
}
