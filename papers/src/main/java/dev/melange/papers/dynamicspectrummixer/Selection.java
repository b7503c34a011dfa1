package dev.melange.papers.dynamicspectrummixer;

import dev.melange.nn.Activation;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;

/** What mixes the positions in the study. */
enum Selection {
  /** The paper's mixer: weights of bands that depend on the image. */
  DYNAMIC("dynamic", "bands by image"),
  /** The same without these: learned weights of frequencies alone. */
  STATIC("static", "fixed weights"),
  /** No mixing. */
  NONE("none", "no mixing");

  private final String key;
  private final String title;

  Selection(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** The name in trials. */
  String key() {
    return key;
  }

  /** The name for readers. */
  String title() {
    return title;
  }

  /** A block with this mixing; {@code config} is that of the dynamic one. */
  DsmBlock block(DsmBlock.Config config, double dropPath, Rng rng) {
    return new DsmBlock(config, dropPath, mixer(config.mixer(), rng), rng);
  }

  /** A mixer of this kind; {@code config} is that of the dynamic one. */
  UnaryLayer mixer(DynamicSpectrumMixer.Config config, Rng rng) {
    return switch (this) {
      case DYNAMIC -> new DynamicSpectrumMixer(config, rng);
      case STATIC -> new DynamicSpectrumMixer(config.withoutSelector(), rng);
      case NONE -> Activation.IDENTITY.layer();
    };
  }
}
