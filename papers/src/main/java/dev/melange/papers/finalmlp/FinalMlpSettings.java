package dev.melange.papers.finalmlp;

import dev.melange.component.OneOf;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param data {@code frappe}, or the bundled {@code us-flights}
 * @param rows most rows of us-flights; 0 for all
 * @param models keys of {@link Architecture}; finalmlp, deepfm and dcnv2 are needed for the verdict
 * @param seeds how many trainings of each
 * @param batch_size rows per step
 * @param learning_rate the first learning rate
 * @param epochs most epochs
 * @param patience epochs in a row without a better validation AUC before the end
 * @param embedding_regularizer strength of the penalty on embeddings
 * @param split_seed seed of the cut into training and validation rows
 */
record FinalMlpSettings(
    @OneOf({"frappe", "us-flights"}) String data,
    int rows,
    List<String> models,
    int seeds,
    int batch_size,
    double learning_rate,
    int epochs,
    int patience,
    double embedding_regularizer,
    long split_seed) {
  FinalMlpSettings {
    models = List.copyOf(models);
    models.forEach(Architecture::of);
    if (seeds < 1 || rows < 0) {
      throw new IllegalArgumentException(
          "seeds is at least 1 and rows not negative, got %d and %d".formatted(seeds, rows));
    }
    if (!models.containsAll(List.of("finalmlp", "deepfm", "dcnv2"))) {
      throw new IllegalArgumentException(
          "the verdict needs finalmlp, deepfm and dcnv2, got " + models);
    }
  }

  ClickTraining.Settings training() {
    return new ClickTraining.Settings(batch_size, learning_rate, epochs, patience);
  }
}
