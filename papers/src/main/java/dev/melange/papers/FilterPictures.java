package dev.melange.papers;

import dev.melange.nn.ImageModel;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of an image model's first layer as pictures, one per filter: colour for three
 * channels, grey for one. Each is scaled by itself so that weight 0 is the middle of the range.
 */
public final class FilterPictures {
  private static final int COLUMNS = 8;

  private FilterPictures() {}

  /**
   * The filters of largest norm.
   *
   * @param model whose {@link ImageModel#firstFilters()} are shown
   * @param count how many at most
   * @return the largest first
   * @throws IllegalStateException if its first layer has no filters on images
   */
  public static List<Tile> tiles(ImageModel model, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("there must be at least one filter, got " + count);
    }
    try (Scope scope = Scope.open()) {
      Tensor filters = model.firstFilters().to(DType.F32).to(Device.CPU);
      int channels = (int) filters.size(1);
      int height = (int) filters.size(2);
      int width = (int) filters.size(3);
      double[] norms = filters.norm(2, 1, 2, 3).to(DType.F64).toDoubles();
      float[] all = filters.contiguous().toFloats();
      int size = channels * height * width;
      List<Tile> tiles = new ArrayList<>();
      IntStream.range(0, norms.length)
          .boxed()
          .sorted(Comparator.comparingDouble(i -> -norms[i]))
          .limit(count)
          .forEach(
              i ->
                  tiles.add(
                      tile(
                          Arrays.copyOfRange(all, i * size, (i + 1) * size),
                          channels,
                          height,
                          width)));
      return tiles;
    }
  }

  private static Tile tile(float[] weights, int channels, int height, int width) {
    float greatest = 0;
    for (float weight : weights) {
      greatest = Math.max(greatest, Math.abs(weight));
    }
    float[] shown = new float[weights.length];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = greatest == 0 ? 0.5f : 0.5f + 0.5f * weights[i] / greatest;
    }
    if (channels == 1 || channels == 3) {
      return Tile.chw(shown, channels, height, width);
    }
    // other channels: their mean
    float[] mean = new float[height * width];
    for (int i = 0; i < shown.length; i++) {
      mean[i % mean.length] += shown[i] / channels;
    }
    return Tile.chw(mean, 1, height, width);
  }

  /**
   * The filters of largest norm in rows of eight.
   *
   * @param title of the picture
   * @param model as for {@link #tiles}
   * @param count how many at most
   */
  public static ImageGrid grid(String title, ImageModel model, int count) {
    List<Tile> tiles = tiles(model, count);
    int columns = Math.min(COLUMNS, tiles.size());
    ImageGrid.Builder grid = ImageGrid.titled(title).cellWidth(72);
    for (int from = 0; from < tiles.size(); from += columns) {
      grid.row("", tiles.subList(from, Math.min(tiles.size(), from + columns)));
    }
    return grid.build();
  }
}
