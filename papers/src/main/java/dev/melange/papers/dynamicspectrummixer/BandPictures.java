package dev.melange.papers.dynamicspectrummixer;

import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.data.image.Normalize;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.Verdict;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Tile;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The weights that a trained network gives the bands of single images and of their blurred copies,
 * and how exact its transform is.
 *
 * @param title of the images
 * @param rows an image and its blurred copy in turn
 * @param map the bands of the frequencies of the first block's map
 * @param change largest difference of a weight between an image and its blurred copy
 * @param error largest error of the cosine transform there and back, in float64
 */
record BandPictures(String title, List<Row> rows, double[][] map, double change, double error) {
  private static final int IMAGES_COMPARED = 4;
  private static final int CELL = 96;
  private static final double ROUNDING = 1e-12;

  /** An image with its weights, [block][band], mean over the groups of channels. */
  private record Row(String caption, BufferedImage image, double[][] weights) {}

  /** Copies the list. */
  BandPictures {
    rows = List.copyOf(rows);
  }

  /** Runs a dynamic network on the first test images of different classes. */
  static BandPictures of(ImageModel model, Arena arena, int count) throws IOException {
    StudyImages images = arena.images();
    List<Integer> chosen = images.oneOfEachClass(count == 0 ? IMAGES_COMPARED : count);
    List<Image> pictures = new ArrayList<>();
    for (int index : chosen) {
      pictures.add(images.test().get(index, new Rng(0)).image());
    }
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = ImageBatches.tensor(pictures, images.evaluation());
      long window = images.size() < 16 ? 3 : 5;
      Tensor blurred = Nn.avgPool2d(x, window, 1, window / 2, false);
      List<double[][]> sharp = weights(model, x);
      List<double[][]> smooth = weights(model, blurred);
      List<Row> rows = new ArrayList<>();
      double change = 0;
      for (int i = 0; i < chosen.size(); i++) {
        String name = images.classes().get(images.test().get(chosen.get(i), new Rng(0)).label());
        rows.add(new Row(name, images.shown(chosen.get(i)).toBufferedImage(), sharp.get(i)));
        rows.add(new Row(name + ", blurred", shown(blurred.get(i), images), smooth.get(i)));
        change = Math.max(change, difference(sharp.get(i), smooth.get(i)));
      }
      int side = firstSide(model, x);
      return new BandPictures(
          images.name(), rows, bandMap(arena, side), change, transformError(side));
    }
  }

  private static List<double[][]> weights(ImageModel model, Tensor x) {
    List<Tensor> blocks = Arena.bandWeights(model, x); // per block [B, bands, groups]
    List<double[][]> byImage = new ArrayList<>();
    for (int i = 0; i < x.size(0); i++) {
      double[][] weights = new double[blocks.size()][];
      for (int b = 0; b < weights.length; b++) {
        weights[b] = blocks.get(b).get(i).mean(1).to(DType.F64).to(Device.CPU).toDoubles();
      }
      byImage.add(weights);
    }
    return byImage;
  }

  private static double difference(double[][] a, double[][] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        most = Math.max(most, Math.abs(a[i][j] - b[i][j]));
      }
    }
    return most;
  }

  private static BufferedImage shown(Tensor x, StudyImages images) {
    Normalize normalize = images.evaluation().normalize();
    FloatImage values =
        new FloatImage(
            images.channels(), images.size(), images.size(), x.to(Device.CPU).toFloats());
    return normalize.invert(values).toBufferedImage();
  }

  private static int firstSide(ImageModel model, Tensor x) {
    return model instanceof Dsm pyramid
        ? pyramid.config().side(0, (int) x.size(2))
        : (int) model.forwardFeatures(x).size(2);
  }

  private static double[][] bandMap(Arena arena, int side) {
    long[] band = new SpectrumBands(side, side, arena.task().bands(), "radial").indices();
    double[][] map = new double[side][side];
    for (int i = 0; i < band.length; i++) {
      map[i / side][i % side] = (double) band[i];
    }
    return map;
  }

  private static double transformError(int side) {
    Tensor x = new Rng(0).normal(4, side, side).to(DType.F64);
    try (CosineTransform forward = new CosineTransform(new CosineTransform.Config(false));
        CosineTransform inverse = new CosineTransform(new CosineTransform.Config(true))) {
      return inverse.forward(forward.forward(x)).sub(x).abs().max().item();
    }
  }

  /** Writes the pictures: per image the weights of all blocks, and the map of the bands. */
  void write(Report report) {
    double farthest = 1e-3; // of a weight from 1, the weight of all bands without a selection
    for (Row row : rows) {
      for (double[] block : row.weights) {
        for (double weight : block) {
          farthest = Math.max(farthest, Math.abs(weight - 1));
        }
      }
    }
    List<ImageGrid.Row> shown = new ArrayList<>();
    for (Row row : rows) {
      Tile weights = Tile.colored(row.weights, ColorMap.DIVERGING, 1 - farthest, 1 + farthest);
      shown.add(
          new ImageGrid.Row(
              row.caption,
              List.of(
                  Tile.of(row.image),
                  weights.captioned(extremes(row.weights)),
                  Tile.heat(map, ColorMap.VIRIDIS))));
    }
    report
        .paragraph(
            "The weights of the bands for test images and their blurred copies, of the first dynamic network: a row for each block from the first on, a column for each band from the lowest on, mean over the groups of channels, from blue (%.2f) over white (1) to red (%.2f). Beside them the bands: frequency zero is in the upper left corner."
                .formatted(1 - farthest, 1 + farthest))
        .images(
            new ImageGrid(
                "Weights of bands, " + title,
                List.of("image", "weights: block by band", "bands"),
                shown,
                CELL,
                false));
  }

  private static String extremes(double[][] weights) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (double[] block : weights) {
      for (double weight : block) {
        least = Math.min(least, weight);
        most = Math.max(most, weight);
      }
    }
    return String.format(Locale.ROOT, "%.2f to %.2f", least, most);
  }

  /** What is exactly so: the transform loses nothing, and the weights depend on the image. */
  Finding finding() {
    boolean holds = error <= ROUNDING && change > 0;
    return new Finding(
        "The cosine transform loses nothing, and the weights of the bands depend on the image.",
        holds ? Verdict.HOLDS : Verdict.FAILS,
        List.of(
            String.format(
                Locale.ROOT,
                "There and back in float64 the error is at most %.0e (allowed %.0e).",
                error,
                ROUNDING),
            String.format(
                Locale.ROOT,
                "Between an image and its blurred copy a weight changes by up to %.3f; the weights of a static filter are the same for all images.",
                change)),
        false);
  }
}
