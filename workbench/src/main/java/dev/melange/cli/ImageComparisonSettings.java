package dev.melange.cli;

import java.util.List;

/**
 * What {@code compare image} was asked to do.
 *
 * @param models names of models, each with changed keys if there are any: {@code NAME:KEY=VALUE}
 * @param seeds trainings of each
 * @param training the settings that all share, of the first model
 */
record ImageComparisonSettings(List<String> models, int seeds, ImageTraining training) {
  /** Checks the numbers. */
  ImageComparisonSettings {
    models = List.copyOf(models);
    if (models.size() < 2) {
      throw new IllegalArgumentException("--models needs at least two to compare, got " + models);
    }
    if (models.stream().distinct().count() != models.size()) {
      throw new IllegalArgumentException("--models names a model twice: " + models);
    }
    if (seeds < 1 || seeds > 100) {
      throw new IllegalArgumentException("--seeds is 1 to 100, got " + seeds);
    }
  }
}
