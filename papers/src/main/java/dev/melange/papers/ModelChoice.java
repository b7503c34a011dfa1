package dev.melange.papers;

import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An image model of the catalogue with some keys of its configuration changed, written as {@code
 * poolformer_mini} or {@code poolformer_mini:mixer=dwconv:drop_path_rate=0.1}.
 *
 * @param text how it was written
 * @param model the model's name
 * @param keys changed keys, key to value as text
 */
public record ModelChoice(String text, String model, Map<String, String> keys) {
  /** Copies the keys in their order. */
  public ModelChoice {
    keys = new LinkedHashMap<>(keys);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if there is no such model, with a suggestion
   */
  public static ModelChoice parse(String text) {
    String[] parts = text.strip().split(":", -1);
    Vision.model(parts[0]);
    return new ModelChoice(
        text.strip(),
        parts[0],
        Configs.parseOverrides(Arrays.asList(parts).subList(1, parts.length)));
  }

  /**
   * Reads several, of which a name may be a pattern with {@code *} for any text: it stands for all
   * image models that match. Each is given once.
   *
   * @throws IllegalArgumentException if there is no such model
   */
  public static List<ModelChoice> parseAll(List<String> texts) {
    Map<String, ModelChoice> choices = new LinkedHashMap<>();
    for (String given : texts) {
      for (String text : matching(given.strip())) {
        choices.putIfAbsent(text, parse(text));
      }
    }
    return List.copyOf(choices.values());
  }

  private static List<String> matching(String text) {
    int colon = text.indexOf(':');
    String pattern = colon < 0 ? text : text.substring(0, colon);
    if (!pattern.contains("*")) {
      return List.of(text);
    }
    List<String> names = new ArrayList<>();
    List<Model> images = Vision.models();
    for (Model model : Catalogue.models(pattern)) {
      if (images.contains(model)) {
        names.add(model.name() + text.substring(pattern.length()));
      }
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("no image model is named " + pattern);
    }
    return names;
  }

  /** The model for images of a size, untrained. */
  public ImageModel create(int channels, int size, int classes, long seed) {
    return Vision.create(
        model,
        options -> options.channels(channels).size(size).classes(classes).seed(seed).set(keys));
  }
}
