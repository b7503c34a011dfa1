package dev.melange.mix;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** ResizeMix (2020): the whole partner, made smaller, is pasted into the image. */
public final class ResizeMix {
  private ResizeMix() {}

  /**
   * Pastes the resized partner; the returned weight is the share of pixels left of the image. A box
   * without pixels leaves the image as it is.
   *
   * @param image [N, C, S, S]
   * @param partner of the same shape
   * @param tau side of the box relative to the image, 0 to 1
   * @param row of the box's center
   * @param column of the box's center
   * @param bilinear whether to interpolate linearly, without antialiasing; otherwise nearest
   */
  public static Mixed apply(
      Tensor image, Tensor partner, double tau, int row, int column, boolean bilinear) {
    int size = (int) image.size(2);
    if (image.size(3) != size) {
      throw new IllegalArgumentException(
          "ResizeMix expects square images, got [%d, %d]; resize or crop them"
              .formatted(size, image.size(3)));
    }
    int cut = (int) (size * tau);
    Box box = Box.around(size, size, row, column, cut, cut);
    if (box.isEmpty()) {
      return new Mixed(image, box.mask(image), 1);
    }
    Tensor small =
        bilinear
            ? Nn.resizeBilinear(partner, box.height(), box.width(), false)
            : Nn.resizeNearest(partner, box.height(), box.width());
    Tensor placed = Nn.pad(small, box.left(), size - box.right(), box.top(), size - box.bottom());
    Tensor mask = box.mask(image);
    return new Mixed(Tensor.where(mask.gt(0), placed, image), mask, box.outside(size, size));
  }
}
