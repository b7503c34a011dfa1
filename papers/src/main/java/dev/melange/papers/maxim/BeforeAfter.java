package dev.melange.papers.maxim;

import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.data.image.Resize;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A picture of a photograph before and after, however large it is, with its middle enlarged. */
public final class BeforeAfter {
  private static final int CELL = 480;
  private static final int ZOOMED = 120;

  private BeforeAfter() {}

  /**
   * The picture: one row with the photographs, one with their middle.
   *
   * @param title of the picture
   * @param before the photograph
   * @param after the restored one
   * @param target how it should be; null if that is not known
   */
  public static ImageGrid of(String title, Image before, Image after, Image target) {
    List<Image> images = new ArrayList<>(List.of(before.withChannels(3), after.withChannels(3)));
    List<String> columns = new ArrayList<>(List.of("before", "after"));
    if (target != null) {
      images.add(target.withChannels(3));
      columns.addAll(List.of("target", "error"));
    }
    return ImageGrid.titled(title)
        .columns(columns.toArray(String[]::new))
        .row("", row(images, BeforeAfter::fitted))
        .row("", row(images, BeforeAfter::middle))
        .cellWidth(CELL)
        .smooth()
        .build();
  }

  private static List<Tile> row(List<Image> images, UnaryOperator<Image> part) {
    List<Tile> tiles = new ArrayList<>();
    List<FloatImage> parts = images.stream().map(part).map(Image::toFloat).toList();
    parts.forEach(image -> tiles.add(RestorationPictures.tile(image)));
    if (parts.size() == 3) {
      tiles.add(RestorationPictures.error(parts.get(1), parts.get(2)));
    }
    return tiles;
  }

  /** Made smaller if it is wider than a cell. */
  private static Image fitted(Image image) {
    if (image.width() <= CELL) {
      return image;
    }
    int height = Math.max(1, (int) Math.round((double) image.height() * CELL / image.width()));
    return new Resize(height, CELL, Resize.Filter.BILINEAR).apply(image, new Rng(0));
  }

  private static Image middle(Image image) {
    int height = Math.min(ZOOMED, image.height());
    int width = Math.min(ZOOMED, image.width());
    return image.crop((image.height() - height) / 2, (image.width() - width) / 2, height, width);
  }
}
