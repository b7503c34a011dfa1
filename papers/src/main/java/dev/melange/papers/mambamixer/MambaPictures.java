package dev.melange.papers.mambamixer;

import dev.melange.data.image.Image;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.report.Chart;
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
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures of what trained networks select, and how they average. */
final class MambaPictures {
  private static final int CELL = 96;
  private static final int IMAGES = 5;
  private static final List<String> DIRECTIONS =
      List.of("rows", "columns", "rows, backwards", "columns, backwards");

  private MambaPictures() {}

  /** One row per image: the image, then the step sizes of the last block for each direction. */
  static ImageGrid stepMaps(MambaMixer model, PackedImages test, Pipeline pipeline) {
    int count = Math.min(IMAGES, test.size());
    List<Image> images = IntStream.range(0, count).mapToObj(test::image).toList();
    List<String> columns = new ArrayList<>(List.of("image"));
    columns.addAll(DIRECTIONS);
    List<ImageGrid.Row> rows = new ArrayList<>();
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = ImageBatches.tensor(images, pipeline).to(Engine.get().device());
      List<Tensor> maps = model.stepMaps(x);
      Tensor last = maps.get(maps.size() - 1); // [B, 4, h, w]
      for (int i = 0; i < count; i++) {
        List<Tile> tiles = new ArrayList<>(List.of(Tile.of(images.get(i).toBufferedImage())));
        for (int k = 0; k < DIRECTIONS.size(); k++) {
          tiles.add(Tile.heat(matrix(last.get(i).get(k)), ColorMap.VIRIDIS));
        }
        rows.add(new ImageGrid.Row(test.classes().get(test.label(i)), tiles));
      }
    }
    return new ImageGrid(
        "Mean step sizes dt in the last block's scans, bright where they are large",
        columns,
        rows,
        CELL,
        false);
  }

  private static double[][] matrix(Tensor map) {
    int columns = (int) map.size(1);
    double[] flat = map.to(DType.F64).to(Device.CPU).toDoubles();
    double[][] rows = new double[(int) map.size(0)][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  /** The coefficients before the token mixers and the output, and before the channel mixers. */
  static List<Chart> coefficients(FeatureStack stack) {
    return List.of(
        matrix("Coefficients before the token mixers (alpha, beta)", stack.alpha(), stack.beta()),
        matrix(
            "Coefficients before the channel mixers (theta, gamma)", stack.theta(), stack.gamma()));
  }

  private static Chart matrix(String title, List<Tensor> ofTokens, List<Tensor> ofChannels) {
    int tokens = (int) ofTokens.get(ofTokens.size() - 1).size(0);
    int channels = (int) ofChannels.get(ofChannels.size() - 1).size(0);
    double[][] values = new double[ofTokens.size()][tokens + channels];
    List<String> rows = new ArrayList<>();
    for (int block = 0; block < values.length; block++) {
      Arrays.fill(values[block], Double.NaN); // a gap
      double[] first = ofTokens.get(block).detach().toDoubles();
      double[] second = ofChannels.get(block).detach().toDoubles();
      System.arraycopy(first, 0, values[block], 0, first.length);
      System.arraycopy(second, 0, values[block], tokens, second.length);
      boolean output = block == values.length - 1 && tokens == values.length;
      rows.add(output ? "output" : "block " + (block + 1));
    }
    List<String> columns = new ArrayList<>();
    IntStream.range(0, tokens).forEach(i -> columns.add("token-mixed " + i));
    IntStream.range(0, channels).forEach(i -> columns.add("channel-mixed " + i));
    return Chart.heatMap(title, values)
        .rows(rows)
        .columns(columns)
        .x("features averaged")
        .y("read by")
        .scale("coefficient")
        .diverging()
        .build();
  }
}
