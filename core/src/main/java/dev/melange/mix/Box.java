package dev.melange.mix;

import dev.melange.tensor.Tensor;

/**
 * A rectangle of pixels cut at the image's border; it may be empty.
 *
 * @param top first row
 * @param bottom the row after the last
 * @param left first column
 * @param right the column after the last
 */
public record Box(int top, int bottom, int left, int right) {

  /**
   * The rectangle around a center, clipped to the image. Its sides are twice the truncated halves,
   * so an odd side loses a pixel.
   *
   * @param height of the image
   * @param width of the image
   */
  public static Box around(
      int height, int width, int row, int column, int boxHeight, int boxWidth) {
    int halfHeight = boxHeight / 2;
    int halfWidth = boxWidth / 2;
    return new Box(
        clip(row - halfHeight, 0, height),
        clip(row + halfHeight, 0, height),
        clip(column - halfWidth, 0, width),
        clip(column + halfWidth, 0, width));
  }

  private static int clip(int value, int low, int high) {
    return Math.max(low, Math.min(high, value));
  }

  /** Number of rows. */
  public int height() {
    return bottom - top;
  }

  /** Number of columns. */
  public int width() {
    return right - left;
  }

  /** Whether there is no pixel in it. */
  public boolean isEmpty() {
    return height() <= 0 || width() <= 0;
  }

  /** The share of the pixels outside the box. */
  public double outside(int imageHeight, int imageWidth) {
    return 1 - (double) (height() * width()) / (imageHeight * imageWidth);
  }

  /**
   * A copy of an image with other pixels inside the box.
   *
   * @param image [N, C, H, W]
   * @param inside [N, C, height, width]
   */
  public Tensor paste(Tensor image, Tensor inside) {
    Tensor result = image.copy();
    if (!isEmpty()) {
      of(result).copy_(inside);
    }
    return result;
  }

  /** The pixels inside the box, a view [N, C, height, width]; the box is not empty. */
  public Tensor of(Tensor image) {
    return image.narrow(2, top, height()).narrow(3, left, width());
  }

  /** 1 inside, 0 outside, [1, 1, H, W] in the type and on the device of the image. */
  public Tensor mask(Tensor image) {
    Tensor mask = image.detach().newZeros(1, 1, image.size(2), image.size(3));
    if (!isEmpty()) {
      mask.slice(2, top, bottom).slice(3, left, right).fill_(1);
    }
    return mask;
  }
}
