package dev.melange.papers.ninformer;

import dev.melange.data.image.Image;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures of what the gates of a trained network do with single images. */
final class GatePictures {
  private static final int CELL = 96;

  private GatePictures() {}

  /**
   * One row per image: the image, then the gate of every block over it.
   *
   * @param model trained, in inference mode
   * @param arena where the images come from
   * @param count how many of the first test images
   */
  static ImageGrid grid(NinFormer model, Arena arena, int count) {
    List<Image> images = IntStream.range(0, count).mapToObj(arena.test()::image).toList();
    List<double[][][]> maps = maps(model, arena, images);
    List<String> columns = new ArrayList<>(List.of("image"));
    for (int block = 1; block <= maps.size(); block++) {
      columns.add("gate of block " + block);
    }
    List<ImageGrid.Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Tile> tiles = new ArrayList<>();
      tiles.add(Tile.of(images.get(i).toBufferedImage()));
      for (double[][][] block : maps) {
        tiles.add(Tile.heat(block[i], ColorMap.VIRIDIS));
      }
      rows.add(new ImageGrid.Row(arena.test().classes().get(arena.test().label(i)), tiles));
    }
    return new ImageGrid(
        "Gates for test images of " + arena.name() + ", mean over the channels",
        columns,
        rows,
        CELL,
        false);
  }

  /** The gates of every block: [image][row][column]. */
  private static List<double[][][]> maps(NinFormer model, Arena arena, List<Image> images) {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = ImageBatches.tensor(images, arena.plain()).to(Engine.get().device());
      return model.gateMaps(x).stream().map(GatePictures::numbers).toList();
    }
  }

  private static double[][][] numbers(Tensor maps) {
    int height = (int) maps.size(1);
    int width = (int) maps.size(2);
    double[] flat = maps.to(DType.F64).to(Device.CPU).toDoubles();
    double[][][] result = new double[(int) maps.size(0)][height][width];
    for (int i = 0; i < flat.length; i++) {
      result[i / (height * width)][i / width % height][i % width] = flat[i];
    }
    return result;
  }
}
