package dev.melange.data.image;

/** What lies outside an image's border. */
public enum Padding {
  /** Black. */
  ZERO,
  /** The image mirrored at its border pixels, which are not repeated. */
  REFLECT;

  static Image pad(Image image, int top, int bottom, int left, int right, Padding padding) {
    if (top + bottom + left + right == 0) {
      return image;
    }
    int most = Math.max(Math.max(top, bottom), Math.max(left, right));
    if (padding == REFLECT && most >= Math.min(image.height(), image.width())) {
      throw new IllegalArgumentException(
          "a border of %d cannot be reflected from an image of %dx%d; pad less or with zeros"
              .formatted(most, image.height(), image.width()));
    }
    int height = image.height() + top + bottom;
    int width = image.width() + left + right;
    byte[] result = new byte[image.channels() * height * width];
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < height; y++) {
        int sy = padding.source(y - top, image.height());
        if (sy < 0) {
          continue;
        }
        for (int x = 0; x < width; x++) {
          int sx = padding.source(x - left, image.width());
          if (sx >= 0) {
            result[(c * height + y) * width + x] = (byte) image.get(c, sy, sx);
          }
        }
      }
    }
    return new Image(image.channels(), height, width, result);
  }

  /** Where in 0 .. length - 1 the sample at a place outside comes from; -1 for black. */
  int source(int at, int length) {
    if (at >= 0 && at < length) {
      return at;
    }
    if (this == ZERO) {
      return -1;
    }
    return at < 0 ? -at : 2 * (length - 1) - at;
  }
}
