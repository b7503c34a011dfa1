package dev.melange.cli;

import dev.melange.data.image.Image;
import dev.melange.papers.hourglassmlp.PrototypeDrawer;
import dev.melange.report.ImageGrid;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Images, what a network draws for them, and the prototypes nearest to that. */
final class PrototypePictures {
  private PrototypePictures() {}

  /** Refuses the name of a picture that is none of a PNG file; null is none. */
  static void requirePng(String option, Path file) {
    if (file != null && !file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
      throw new IllegalArgumentException(option + " is a PNG file, got " + file);
    }
  }

  /**
   * Draws and writes a row for each image.
   *
   * @param images by the captions of their rows
   */
  static void write(PrototypeDrawer drawer, Map<String, Image> images, Path file) {
    List<String> captions = new ArrayList<>(images.keySet());
    write(drawer, captions, drawer.draw(new ArrayList<>(images.values())), file);
  }

  /** Writes a row for each drawing. */
  static void write(
      PrototypeDrawer drawer,
      List<String> captions,
      List<PrototypeDrawer.Drawing> drawings,
      Path file) {
    ImageGrid.Builder grid = ImageGrid.titled("").columns("image", "drawn", "nearest prototype");
    for (int i = 0; i < drawings.size(); i++) {
      PrototypeDrawer.Drawing drawing = drawings.get(i);
      grid.row(
          captions.get(i),
          drawing.seen(),
          drawing.drawn(),
          drawer.prototype(drawing.nearest()).captioned(drawer.classes().get(drawing.nearest())));
    }
    grid.build().save(file);
  }
}
