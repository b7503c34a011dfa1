package dev.melange.papers.fields;

/** How the points of a grid become coordinates, and what values a network has there. */
public enum Places {
  /** Centres of cells of [0, 1]; values in 0..1. */
  CENTRES,
  /** From 0 to 1, the first and the last point at the ends; values in 0..1. */
  ENDS,
  /** From -1 to 1, the first and the last point at the ends; values in -1..1. */
  SIGNED;

  /** The coordinate of a point along an axis. */
  float at(int index, int size) {
    double end = (double) index / Math.max(size - 1, 1);
    return (float)
        switch (this) {
          case CENTRES -> (index + 0.5) / size;
          case ENDS -> end;
          case SIGNED -> (end - 0.5) * 2;
        };
  }
}
