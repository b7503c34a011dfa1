package dev.melange.papers.maxim;

import dev.melange.data.image.FloatImage;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Pictures of photographs before and after they were restored. */
public final class RestorationPictures {
  private static final int ZOOM = 4;
  private static final int SMALLEST_FOR_ZOOM = 96;
  private static final double FULL_ERROR = 0.25;

  private RestorationPictures() {}

  /**
   * A row per photograph, and another one with its middle enlarged if it is not small: bad one,
   * what each stage makes of it, result, good one, and the distance of the result from it.
   *
   * @param title of the picture
   * @param examples the photographs
   * @param restorer without tiles
   * @param count how many of the examples
   * @param cellWidth width of a picture
   */
  public static ImageGrid grid(
      String title, RestorationExamples examples, Restorer restorer, int count, int cellWidth) {
    ImageGrid.Builder grid = null;
    List<RestorationExamples.Score> scores = examples.scores(restorer);
    for (int i = 0; i < Math.min(count, examples.all().size()); i++) {
      RestorationExamples.Example example = examples.all().get(i);
      RestorationExamples.Score score = scores.get(i);
      List<FloatImage> images = new ArrayList<>();
      images.add(example.degraded());
      List<FloatImage> stages = stages(restorer, example.degraded());
      images.addAll(stages.subList(0, stages.size() - 1));
      FloatImage restored = examples.restore(restorer, example);
      images.add(restored);
      images.add(example.target().toFloat());
      if (grid == null) {
        grid =
            ImageGrid.titled(title).columns(columns(stages.size())).cellWidth(cellWidth).smooth();
      }
      List<Tile> tiles = new ArrayList<>();
      images.forEach(image -> tiles.add(tile(image)));
      tiles.set(0, tiles.get(0).captioned(decibels(score.psnrBefore())));
      int result = tiles.size() - 2;
      tiles.set(result, tiles.get(result).captioned(decibels(score.psnrAfter())));
      tiles.add(error(restored, example.target().toFloat()));
      grid.row("", tiles);
      if (Math.min(restored.height(), restored.width()) >= SMALLEST_FOR_ZOOM) {
        List<Tile> zoomed = new ArrayList<>();
        images.forEach(image -> zoomed.add(tile(middle(image))));
        zoomed.add(error(middle(restored), middle(example.target().toFloat())));
        grid.row("", zoomed);
      }
    }
    if (grid == null) {
      throw new IllegalArgumentException("there is no photograph to show");
    }
    return grid.build();
  }

  private static String[] columns(int stages) {
    List<String> columns = new ArrayList<>();
    columns.add("degraded");
    for (int t = 1; t < stages; t++) {
      columns.add("stage " + t);
    }
    columns.addAll(List.of("restored", "target", "error"));
    return columns.toArray(String[]::new);
  }

  private static String decibels(double psnr) {
    return String.format(Locale.ROOT, "%.2f dB", psnr);
  }

  /** The image of every stage at full size. */
  private static List<FloatImage> stages(Restorer restorer, FloatImage degraded) {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.of(degraded.data(), 1, 3, degraded.height(), degraded.width());
      List<FloatImage> images = new ArrayList<>();
      for (List<Tensor> scales : restorer.stages(x)) {
        Tensor image = scales.get(0).expand(1, 3, degraded.height(), degraded.width());
        images.add(
            new FloatImage(3, degraded.height(), degraded.width(), image.contiguous().toFloats()));
      }
      return images;
    }
  }

  /** A picture of an image, values cut to [0, 1]. */
  static Tile tile(FloatImage image) {
    return Tile.chw(image.data(), 3, image.height(), image.width());
  }

  /** The mean absolute difference of the channels; a quarter of the range is the brightest. */
  static Tile error(FloatImage a, FloatImage b) {
    double[][] values = new double[a.height()][a.width()];
    for (int y = 0; y < a.height(); y++) {
      for (int x = 0; x < a.width(); x++) {
        for (int c = 0; c < 3; c++) {
          double value = Math.max(0, Math.min(1, a.get(c, y, x)));
          values[y][x] += Math.abs(value - b.get(c, y, x)) / 3;
        }
      }
    }
    return Tile.colored(values, ColorMap.INFERNO, 0, FULL_ERROR);
  }

  private static FloatImage middle(FloatImage image) {
    int height = image.height() / ZOOM;
    int width = image.width() / ZOOM;
    int top = (image.height() - height) / 2;
    int left = (image.width() - width) / 2;
    float[] part = new float[3 * height * width];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < height; y++) {
        System.arraycopy(
            image.data(),
            (c * image.height() + top + y) * image.width() + left,
            part,
            (c * height + y) * width,
            width);
      }
    }
    return new FloatImage(3, height, width, part);
  }
}
