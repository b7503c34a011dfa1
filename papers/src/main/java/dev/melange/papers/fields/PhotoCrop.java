package dev.melange.papers.fields;

import dev.melange.data.DataSets;
import dev.melange.data.LocatedSet;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.tensor.Resample;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;

/**
 * A square part of one of the two photographs that come with the library, for studies.
 *
 * @param name of the part
 * @param photo china or flower
 * @param top first row
 * @param left first column
 * @param side rows and columns
 */
public record PhotoCrop(String name, String photo, int top, int left, int side) {
  /** Checks the photograph's name. */
  public PhotoCrop {
    if (!photo.equals("china") && !photo.equals("flower")) {
      throw new IllegalArgumentException("photo is china or flower, got '" + photo + "'");
    }
  }

  /**
   * The part, resized (bilinear, antialiased).
   *
   * @param sets where the photographs are
   * @param size rows and columns
   */
  public Signal read(DataSets sets, int size) throws IOException {
    LocatedSet photos = sets.where("photos");
    String file = photo + ".jpg";
    Image whole;
    try (InputStream in = photos.source(file).open()) {
      whole = ImageFiles.decode(file, in.readAllBytes(), ImageFiles.MAX_PIXELS);
    }
    Signal part = SignalFiles.of(name, whole.crop(top, left, side, side));
    if (size == side) {
      return part;
    }
    try (Scope scope = Scope.open()) {
      Tensor resized = Resample.bilinear(part.tensor().unsqueeze(0), size, size).squeeze(0);
      return new Signal(
          name, part.shape().resized(java.util.List.of(size, size)), resized.toFloats());
    }
  }
}
