package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.tensor.Tensor;

/**
 * Padding by reflection to a multiple of a number, as in the official evaluation: an odd height or
 * width first gets one more row or column, then half of what is missing is added on either side.
 *
 * @param rows index of the source row of every padded row
 * @param top first row of the image in the padded one
 * @param bottom first row after it
 * @param columns index of the source column of every padded column
 * @param left first column of the image in the padded one
 * @param right first column after it
 */
record ReflectPadding(long[] rows, int top, int bottom, long[] columns, int left, int right) {
  /**
   * Configuration of the component.
   *
   * @param factor of which height and width become multiples
   */
  public record Config(@Default("64") int factor) {
    /** Checks the factor. */
    public Config {
      if (factor < 1) {
        throw new IllegalArgumentException("factor must be at least 1, got " + factor);
      }
    }
  }

  /**
   * The padding of an image.
   *
   * @param height of the image, at least 1
   * @param width of the image, at least 1
   * @param heightFactor of which the height becomes a multiple
   * @param widthFactor of which the width becomes a multiple
   */
  static ReflectPadding of(int height, int width, int heightFactor, int widthFactor) {
    long[] rows = indices(height, heightFactor);
    long[] columns = indices(width, widthFactor);
    int top = start(height, rows.length);
    int left = start(width, columns.length);
    return new ReflectPadding(rows, top, top + height, columns, left, left + width);
  }

  private static int even(int size) {
    return size + size % 2;
  }

  private static int start(int size, int padded) {
    return padded / 2 - even(size) / 2;
  }

  private static long[] indices(int size, int factor) {
    int even = even(size);
    int padded = Math.multiplyExact((even + factor - 1) / factor, factor);
    int before = (padded - even) / 2;
    long[] indices = new long[padded];
    for (int i = 0; i < padded; i++) {
      indices[i] = reflect(reflect(i - before, even), size);
    }
    return indices;
  }

  /** The place of an index outside [0, size) between the two mirrors at its ends. */
  private static int reflect(int index, int size) {
    if (size == 1) {
      return 0;
    }
    int period = 2 * (size - 1);
    int inside = Math.floorMod(index, period);
    return inside < size ? inside : period - inside;
  }

  /** The padded image; rows and columns are the dimensions given. */
  Tensor pad(Tensor image, int rowDim, int columnDim) {
    Tensor tall = image.indexSelect(rowDim, Tensor.of(rows, rows.length).to(image.device()));
    return tall.indexSelect(columnDim, Tensor.of(columns, columns.length).to(image.device()));
  }

  /** The image in a padded one; rows and columns are the dimensions given. */
  Tensor crop(Tensor padded, int rowDim, int columnDim) {
    return padded.slice(rowDim, top, bottom).slice(columnDim, left, right);
  }

  /** {top, bottom, left, right) of the image in the padded one. */
  long[] box() {
    return new long[] {top, bottom, left, right};
  }
}
