package dev.melange.papers.fresh;

/** What the sizes of all networks have in common. */
final class FieldSizes {
  private FieldSizes() {}

  /**
   * Checks sizes.
   *
   * @throws IllegalArgumentException if there is no width, or a negative number of layers
   */
  static void check(int in, int hidden, int layers, int out) {
    if (in < 1 || hidden < 1 || layers < 0 || out < 1) {
      throw new IllegalArgumentException(
          "in_features, hidden_features and out_features must be at least 1 and hidden_layers at least 0, got %d, %d, %d and %d"
              .formatted(in, hidden, out, layers));
    }
  }
}
