package dev.melange.papers.msmlp;

import java.util.List;

/** A network of the study: with or without shifting, with or without mixing. */
enum Variant {
  /** The paper's. */
  MIX_SHIFT("mix-shift", "mixing and shifting", true, true),
  /** Groups are shifted, neighbourhoods are single positions. */
  SHIFT_ONLY("shift-only", "shifting alone", true, false),
  /** Neighbourhoods of growing size, not shifted. */
  MIX_ONLY("mix-only", "mixing alone", false, true),
  /** No position reads another. */
  NEITHER("neither", "neither", false, false);

  private final String key;
  private final String title;
  private final boolean shifts;
  private final boolean mixes;

  Variant(String key, String title, boolean shifts, boolean mixes) {
    this.key = key;
    this.title = title;
    this.shifts = shifts;
    this.mixes = mixes;
  }

  /** The name in settings and trials. */
  String key() {
    return key;
  }

  /** The name for readers. */
  String title() {
    return title;
  }

  static Variant of(String key) {
    for (Variant variant : values()) {
      if (variant.key.equals(key)) {
        return variant;
      }
    }
    throw new IllegalArgumentException("unknown variant '" + key + "'");
  }

  /** The distances of this network in the place of the paper's. */
  List<Integer> distances(List<Integer> published) {
    return shifts ? published : published.stream().map(distance -> 0).toList();
  }

  /** The sizes of the neighbourhoods of this network in the place of the paper's. */
  List<List<Integer>> sizes(List<List<Integer>> published) {
    return mixes
        ? published
        : published.stream().map(row -> row.stream().map(size -> 1).toList()).toList();
  }
}
