package dev.melange.cli;

import dev.melange.papers.ModelChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code compare image} was asked to do.
 *
 * @param models names of models, each with changed keys if there are any: {@code NAME:KEY=VALUE}
 * @param seeds trainings of each
 * @param training the settings that all share, of the first model
 */
record ImageComparisonSettings(List<String> models, int seeds, ImageTraining training)
    implements ComparisonSettings {
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

  @Override
  public List<ImageComparison.Contender> contenders() {
    List<ImageComparison.Contender> all = new ArrayList<>();
    for (ModelChoice choice : ModelChoice.parseAll(models)) {
      Map<String, String> keys = new LinkedHashMap<>(training.set());
      keys.putAll(choice.keys());
      all.add(
          new ImageComparison.Contender(choice.text(), training.withModel(choice.model(), keys)));
    }
    return all;
  }
}
