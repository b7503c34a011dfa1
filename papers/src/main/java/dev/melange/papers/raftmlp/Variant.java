package dev.melange.papers.raftmlp;

import dev.melange.papers.raftmlp.RaftMlpConfig.Level;
import dev.melange.papers.study.StudyImages;
import java.util.List;

/** A network of the study. */
enum Variant {
  /** MLP-Mixer: one MLP over all positions. */
  MIXER("mixer", "Mixer", 0),
  /** Split mixing without rafts. */
  RAFT_1("raft-1", "raft, r = 1", 1),
  /** Rafts of two channels. */
  RAFT_2("raft-2", "raft, r = 2", 2),
  /** Rafts of four channels: what the claim is about. */
  RAFT_4("raft-4", "raft, r = 4", 4),
  /** Several levels, patches of several sizes. */
  PYRAMID("pyramid", "pyramid of rafts", 2);

  private final String key;
  private final String title;
  private final int raftSize;

  Variant(String key, String title, int raftSize) {
    this.key = key;
    this.title = title;
    this.raftSize = raftSize;
  }

  /** The name in settings and trials. */
  String key() {
    return key;
  }

  /** The name for readers. */
  String title() {
    return title;
  }

  /** Whether it mixes in rafts on a single level, so that its matrices can be compared. */
  boolean isSingleRaft() {
    return raftSize > 0 && this != PYRAMID;
  }

  static Variant of(String key) {
    for (Variant variant : values()) {
      if (variant.key.equals(key)) {
        return variant;
      }
    }
    throw new IllegalArgumentException("unknown variant '" + key + "'");
  }

  /** The configuration for the images of the study. */
  RaftMlpConfig config(RaftMlpSettings settings, StudyImages images) {
    return config(settings, images.channels(), images.size(), images.classes().size());
  }

  /** The configuration for square images. */
  RaftMlpConfig config(RaftMlpSettings settings, int channels, int side, int classes) {
    boolean small = settings.network().equals("small");
    // very small images keep a grid of some positions
    int patch = small ? (side < 16 ? 2 : 4) : 16;
    List<Level> levels =
        this == PYRAMID
            ? (small ? smallPyramid(patch) : RaftMlpPaper.levels(64, 128, 256, 512))
            : List.of(
                Level.of(small ? 3 : 12, small ? 48 : 768, patch, this == MIXER ? null : raftSize));
    return new RaftMlpConfig(
        levels,
        channels,
        side,
        classes,
        2,
        4,
        0,
        settings.drop_path(),
        this == MIXER ? "original_tm" : "ser_pm",
        this == PYRAMID ? "emb_cross_mlp" : "emb_mixer",
        false,
        false);
  }

  private static List<Level> smallPyramid(int patch) {
    return List.of(
        new Level(1, 24, patch, 2, List.of(patch, 2 * patch)),
        new Level(3, 48, 2, 2, List.of(2, 4)));
  }
}
