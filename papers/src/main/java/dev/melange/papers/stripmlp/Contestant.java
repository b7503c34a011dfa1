package dev.melange.papers.stripmlp;

import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.papers.mlpmixer.MlpMixer;
import dev.melange.tensor.Rng;
import java.util.Map;

/** The networks of the study. */
enum Contestant {
  /** Strips of width 3: with their neighbours. */
  STRIP_3("strip-3", "Strip-MLP, strips of width 3"),
  /** Strips of width 1: without their neighbours. */
  STRIP_1("strip-1", "Strip-MLP, strips of width 1"),
  /** An MLP-Mixer with about as many parameters. */
  MIXER_WIDE("mixer-wide", "MLP-Mixer, about as many parameters"),
  /** A small MLP-Mixer. */
  MIXER_SMALL("mixer-small", "MLP-Mixer, small");

  private final String key;
  private final String title;

  Contestant(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** The contestant of a key. */
  static Contestant of(String key) {
    for (Contestant contestant : values()) {
      if (contestant.key.equals(key)) {
        return contestant;
      }
    }
    throw new IllegalArgumentException("no network of the study is called '" + key + "'");
  }

  /** The name in settings, trials and files. */
  String key() {
    return key;
  }

  /** The name for readers. */
  String title() {
    return title;
  }

  /** Whether it is a Strip-MLP. */
  boolean isStrip() {
    return this == STRIP_3 || this == STRIP_1;
  }

  /**
   * The configuration of this network.
   *
   * @param network {@code small} or {@code tiny}
   * @param channels of the images
   * @param side of the images
   * @param classes of the images
   */
  Record config(String network, int channels, int side, int classes) {
    boolean small = network.equals("small");
    if (isStrip()) {
      StripMlpConfig config =
          small
              ? StripMlpConfig.small(channels, side, classes)
              : Configs.defaults(StripMlpConfig.class).forImages(channels, side, side, classes);
      return config.withStripWidth(this == STRIP_3 ? 3 : 1);
    }
    MlpMixer.Config config = Configs.defaults(MlpMixer.Config.class);
    if (!small) { // Mixer-S/16 has 18.5 million parameters, Strip-MLP-T 24.9
      Map<String, String> keys = Map.of("patch_size", "16", "num_blocks", "11", "embed_dim", "512");
      return Configs.with(config, keys, key).forImages(channels, side, side, classes);
    }
    boolean wide = this == MIXER_WIDE;
    Map<String, String> keys =
        Map.of(
            // very small images keep their resolution, as in the Strip-MLP
            "patch_size", side < 32 ? "1" : "4",
            "embed_dim", wide ? "96" : "48",
            "num_blocks", wide ? "4" : "3");
    return Configs.with(config, keys, key).forImages(channels, side, side, classes);
  }

  /** A network with new weights. */
  static ImageModel create(Record config, Rng rng) {
    return config instanceof StripMlpConfig strips
        ? new StripMlp(strips, rng)
        : new MlpMixer((MlpMixer.Config) config, rng);
  }
}
