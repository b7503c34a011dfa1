package dev.melange.data.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Finds the EXIF orientation (tag 0x0112) of a JPEG file. */
final class JpegOrientation {
  private static final int ORIENTATION = 0x0112;

  private JpegOrientation() {}

  /** 1..8; 1 (as stored) for other formats and where nothing sensible is said. */
  static int of(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    if (file.length < 4 || in.getShort() != (short) 0xffd8) {
      return 1;
    }
    while (in.remaining() >= 4 && (in.get(in.position()) & 0xff) == 0xff) {
      int marker = in.getShort() & 0xff;
      int length = (in.getShort() & 0xffff) - 2;
      boolean startOfScan = marker == 0xda;
      if (startOfScan || length < 0 || length > in.remaining()) {
        return 1;
      }
      if (marker == 0xe1 && length > 14 && in.getInt(in.position()) == 0x45786966) {
        return ofTiff(in.slice(in.position() + 6, length - 6));
      }
      in.position(in.position() + length);
    }
    return 1;
  }

  private static int ofTiff(ByteBuffer tiff) {
    if (tiff.remaining() < 8) {
      return 1;
    }
    tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    if (directory < 8 || directory > tiff.limit() - 2) {
      return 1;
    }
    int entries = tiff.getShort(directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      int at = directory + 2 + 12 * i;
      if (at > tiff.limit() - 12) {
        return 1;
      }
      if ((tiff.getShort(at) & 0xffff) == ORIENTATION) {
        int value = tiff.getShort(at + 8);
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  }
}
