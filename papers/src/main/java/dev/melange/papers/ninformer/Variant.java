package dev.melange.papers.ninformer;

import dev.melange.tensor.Rng;
import java.util.List;
import java.util.stream.Stream;

/** The networks of the study. */
enum Variant {
  /** The paper's. */
  NINFORMER("ninformer", "NiNformer"),
  /** Its inner network alone, as many blocks. */
  MIXER("mixer", "Mixer, same depth"),
  /** The same with more blocks. */
  DEEP_MIXER("mixer-deep", "Mixer, about as many parameters"),
  /** Attention in the place of the gate, as many blocks. */
  VIT("vit", "ViT, same depth");

  private final String key;
  private final String title;

  Variant(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** The name in trials and files. */
  String key() {
    return key;
  }

  /** The name for readers. */
  String title() {
    return title;
  }

  /** The networks of a task, in order. */
  static List<Variant> of(NinFormerSettings.Task task) {
    return Stream.of(values()).filter(variant -> variant != VIT || task.vit()).toList();
  }

  /**
   * The configuration of this network.
   *
   * @param task the task
   * @param ninformer NiNformer's configuration for the task
   */
  NinFormerConfig config(NinFormerSettings.Task task, NinFormerConfig ninformer) {
    return this == DEEP_MIXER ? ninformer.withLayers(task.deep_mixer_layers()) : ninformer;
  }

  /** A network with new weights. */
  TokenClassifier<?> create(NinFormerConfig config, Rng rng) {
    return switch (this) {
      case NINFORMER -> new NinFormer(config, rng);
      case MIXER, DEEP_MIXER -> new MixerClassifier(config, rng);
      case VIT -> new AttentionClassifier(config, rng);
    };
  }
}
