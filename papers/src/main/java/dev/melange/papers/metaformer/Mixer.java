package dev.melange.papers.metaformer;

import dev.melange.component.Configs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The networks that the study compares: one skeleton with different token mixers, or damaged. */
enum Mixer {
  POOLING("pooling", "pooling", "pooling", true),
  IDENTITY("identity", "identity", "identity", true),
  RANDOM("random", "random", "random", true),
  ATTENTION("attention", "pooling", "attention", true),
  SPATIAL_FC("spatial-fc", "pooling", "spatial_fc", true),
  DWCONV("dwconv", "dwconv", "dwconv", true),
  NO_RESIDUAL("no-residual", "pooling", "pooling", false),
  NO_CHANNEL_MLP("no-channel-mlp", "pooling", "pooling", false);

  private final String label;
  private final String early;
  private final String late;
  private final boolean whole;

  Mixer(String label, String early, String late, boolean whole) {
    this.label = label;
    this.early = early;
    this.late = late;
    this.whole = whole;
  }

  /** Whether the skeleton is as it should be. */
  boolean isWhole() {
    return whole;
  }

  /** The name in settings and tables. */
  @Override
  public String toString() {
    return label;
  }

  /** What it is, in words. */
  String description() {
    return switch (this) {
      case ATTENTION -> "attention in the last two stages, pooling before";
      case SPATIAL_FC -> "linear maps over positions in the last two stages, pooling before";
      case RANDOM -> "frozen random matrices";
      case DWCONV -> "depthwise convolution";
      case NO_RESIDUAL -> "pooling, without residual connections";
      case NO_CHANNEL_MLP -> "pooling, without channel MLPs";
      default -> label;
    };
  }

  /** The mixer of a name; lists all if there is none. */
  static Mixer of(String name) {
    return Arrays.stream(values())
        .filter(mixer -> mixer.label.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown variant '%s'; known: %s".formatted(name, Arrays.toString(values()))));
  }

  /**
   * A skeleton with this mixer.
   *
   * @param skeleton a network with four stages
   * @param size side of the images in pixels
   */
  PoolFormerConfig of(PoolFormerConfig skeleton, int size) {
    List<List<Integer>> maps = skeleton.stageShapes(size, size);
    int stages = skeleton.stages();
    int firstLate = Math.max(0, stages - 2);
    List<String> mixers = new ArrayList<>();
    List<List<Integer>> fixed = new ArrayList<>(); // maps of mixers that are made for one size
    List<List<Integer>> embedded = new ArrayList<>(); // maps with a position embedding
    for (int s = 0; s < stages; s++) {
      String mixer = s < firstLate ? early : late;
      mixers.add(mixer);
      fixed.add(mixer.equals("random") || mixer.equals("spatial_fc") ? maps.get(s) : null);
      embedded.add(mixer.equals("attention") && s == firstLate ? maps.get(s) : null);
    }
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("token_mixers", String.join(",", mixers));
    keys.put("spatial_shapes", fixed.toString());
    keys.put("add_pos_embs", embedded.toString());
    keys.put("residual", Boolean.toString(this != NO_RESIDUAL));
    keys.put("channel_mlp", Boolean.toString(this != NO_CHANNEL_MLP));
    return Configs.with(skeleton, keys, "vision/poolformer");
  }
}
