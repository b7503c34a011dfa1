package dev.melange.papers.maxim;

import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * Random patches of photographs for training, turned and mirrored at random; as many in an epoch as
 * are asked for, from all photographs in turn.
 */
final class PatchPairs implements Dataset<PhotoPair> {
  private final Dataset<PhotoPair> photos;
  private final int patch;
  private final int count;

  /**
   * Patches.
   *
   * @param photos the photographs
   * @param patch side of a patch in pixels
   * @param count patches in an epoch
   */
  PatchPairs(Dataset<PhotoPair> photos, int patch, int count) {
    this.photos = photos;
    this.patch = patch;
    this.count = count;
  }

  @Override
  public int size() {
    return count;
  }

  @Override
  public PhotoPair get(int index, RandomGenerator draws) throws IOException {
    int photo = index % photos.size();
    PhotoPair pair = photos.get(photo, draws);
    Image target = pair.target();
    if (target.height() < patch || target.width() < patch) {
      throw new DataException(
          "%s has %dx%d pixels, patches for training have %dx%d; leave it out or choose smaller patches"
              .formatted(photos.id(photo), target.width(), target.height(), patch, patch));
    }
    int top = draws.nextInt(target.height() - patch + 1);
    int left = draws.nextInt(target.width() - patch + 1);
    int symmetry = draws.nextInt(8);
    Image clean = turn(target.crop(top, left, patch, patch), symmetry);
    Image degraded =
        pair.degraded() == null
            ? null
            : turn(pair.degraded().crop(top, left, patch, patch), symmetry);
    return new PhotoPair(degraded, clean);
  }

  /** One of the eight ways to lay down a square: bits for transposing, upside down, mirrored. */
  private static Image turn(Image square, int symmetry) {
    if (symmetry == 0) {
      return square;
    }
    int n = square.height();
    byte[] result = new byte[square.data().length];
    for (int c = 0; c < square.channels(); c++) {
      for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
          int row = (symmetry & 1) == 0 ? y : x;
          int column = (symmetry & 1) == 0 ? x : y;
          row = (symmetry & 2) == 0 ? row : n - 1 - row;
          column = (symmetry & 4) == 0 ? column : n - 1 - column;
          result[(c * n + y) * n + x] = square.data()[(c * n + row) * n + column];
        }
      }
    }
    return new Image(square.channels(), n, n, result);
  }

  @Override
  public String id(int index) {
    return photos.id(index % photos.size());
  }
}
