package dev.melange.demo;

import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.data.image.Resize;
import dev.melange.tensor.Rng;

/**
 * Brings a picture of one character to the form of the bundled digits: 8 x 8, light on dark, the
 * character as large as the picture.
 */
final class Ink {
  static final int SIDE = 8;
  private static final int SEEN = 48; // of 255, above the ground
  private static final int FAINT = 40;

  private Ink() {}

  /**
   * The character of a picture, whatever its size, place and colours.
   *
   * @throws DataException if there is nothing on it
   */
  static Image digit(Image picture) {
    Image grey = picture.withChannels(1);
    int height = grey.height();
    int width = grey.width();
    if (height == SIDE && width == SIDE) {
      return grey; // one of the digits themselves
    }
    int[] ink = onDark(grey);
    int top = height;
    int bottom = -1;
    int left = width;
    int right = -1;
    for (int i = 0; i < ink.length; i++) {
      if (ink[i] > SEEN) {
        top = Math.min(top, i / width);
        bottom = Math.max(bottom, i / width);
        left = Math.min(left, i % width);
        right = Math.max(right, i % width);
      }
    }
    if (bottom < top) {
      throw new DataException("the picture is empty: draw a digit, or choose an example");
    }
    return scaled(ink, width, top, left, bottom - top + 1, right - left + 1);
  }

  /** Light on dark, whatever it was: the border tells the colour of the ground. */
  private static int[] onDark(Image grey) {
    int height = grey.height();
    int width = grey.width();
    long border = 0;
    for (int x = 0; x < width; x++) {
      border += grey.get(0, 0, x) + grey.get(0, height - 1, x);
    }
    for (int y = 0; y < height; y++) {
      border += grey.get(0, y, 0) + grey.get(0, y, width - 1);
    }
    int ground = (int) (border / (2L * (height + width)));
    int[] ink = new int[height * width];
    int most = 0;
    for (int i = 0; i < ink.length; i++) {
      int value = grey.get(0, i / width, i % width);
      ink[i] = Math.max(0, ground > 127 ? ground - value : value - ground);
      most = Math.max(most, ink[i]);
    }
    for (int i = 0; i < ink.length; i++) {
      ink[i] = most < FAINT ? 0 : ink[i] * 255 / most;
    }
    return ink;
  }

  /** The part with ink, in the middle of a square with its longer side, made 8 x 8. */
  private static Image scaled(int[] ink, int width, int top, int left, int rows, int columns) {
    int side = Math.max(rows, columns);
    byte[] square = new byte[side * side];
    int down = (side - rows) / 2;
    int across = (side - columns) / 2;
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        square[(down + y) * side + across + x] = (byte) ink[(top + y) * width + left + x];
      }
    }
    Image small =
        new Resize(SIDE, SIDE, Resize.Filter.BILINEAR)
            .apply(new Image(1, side, side, square), new Rng(0));
    byte[] data = small.data().clone();
    int most = 1;
    for (byte value : data) {
      most = Math.max(most, value & 0xff);
    }
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) ((data[i] & 0xff) * 255 / most);
    }
    return new Image(1, SIDE, SIDE, data);
  }
}
