package dev.melange.papers.affnet;

import dev.melange.nn.Activation;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import java.util.Arrays;

/** What stands in the place of the token mixer in the study. */
enum Filtering {
  /** The paper's filter. */
  ADAPTIVE("aff", "adaptive frequency filter"),
  /** No mixing of positions. */
  NONE("identity", "no filter"),
  /** A learned mask that is the same for all images. */
  STATIC("static", "static frequency filter");

  private final String key;
  private final String title;

  Filtering(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** The name in settings and trials. */
  String key() {
    return key;
  }

  /** The name for readers. */
  String title() {
    return title;
  }

  /** The one of a name; lists all if there is none. */
  static Filtering of(String name) {
    return Arrays.stream(values())
        .filter(filtering -> filtering.key.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown variant '%s'; known: %s"
                        .formatted(name, Arrays.stream(values()).map(Filtering::key).toList())));
  }

  /**
   * A new filter.
   *
   * @param config of the adaptive filter
   * @param height rows of the map
   * @param width columns of the map
   */
  UnaryLayer create(AffTokenMixer.Config config, int height, int width, Rng rng) {
    return switch (this) {
      case ADAPTIVE -> new AffTokenMixer(config, rng);
      case NONE -> Activation.IDENTITY.layer();
      case STATIC -> new StaticFilter(config.hidden_size(), height, width, rng);
    };
  }
}
