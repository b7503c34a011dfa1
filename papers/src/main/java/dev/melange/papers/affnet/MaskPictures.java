package dev.melange.papers.affnet;

import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Fft;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures of the masks that filters have for single images, and of the kernels they amount to. */
public final class MaskPictures {
  private static final int CELL = 96;

  private MaskPictures() {}

  /**
   * Two rows per image: the magnitudes of the masks with frequency zero in the middle of the left
   * edge, and the kernels with shift zero in the middle. Shown are the channels whose masks are the
   * largest. Colours are scaled by row for masks, and by picture for kernels.
   *
   * @param title of the pictures
   * @param filter for a batch of images
   * @param images the same images to show, one per row of the batch
   * @param captions what they are called
   * @param channels how many channels are shown
   */
  public static ImageGrid of(
      String title,
      AffTokenMixer.Filtered filter,
      List<BufferedImage> images,
      List<String> captions,
      int channels) {
    try (Scope scope = Scope.open()) {
      Tensor magnitude = filter.mask().square().sum(2).sqrt(); // [B, C, H, W/2+1]
      Tensor masks = Fft.shift(magnitude, 2).to(DType.F64).to(Device.CPU);
      Tensor kernels = Fft.shift(filter.kernel(), 2, 3).to(DType.F64).to(Device.CPU);
      List<Integer> shown = strongest(masks, channels);
      List<String> columns = new ArrayList<>(List.of("image"));
      shown.forEach(c -> columns.add("channel " + (c + 1)));
      List<ImageGrid.Row> rows = new ArrayList<>();
      for (int b = 0; b < images.size(); b++) {
        Tile image = Tile.of(images.get(b));
        List<Tile> ofMasks = new ArrayList<>(List.of(image));
        List<Tile> ofKernels = new ArrayList<>(List.of(image));
        double most = shown.isEmpty() ? 0 : largest(masks.get(b), shown);
        for (int c : shown) {
          double[][] mask = numbers(masks.get(b).get(c));
          ofMasks.add(
              most == 0
                  ? Tile.heat(mask, ColorMap.VIRIDIS)
                  : Tile.colored(mask, ColorMap.VIRIDIS, 0, most));
          ofKernels.add(Tile.weights(numbers(kernels.get(b).get(c))));
        }
        rows.add(new ImageGrid.Row(captions.get(b) + ": masks", ofMasks));
        rows.add(new ImageGrid.Row(captions.get(b) + ": kernels", ofKernels));
      }
      return new ImageGrid(title, columns, rows, CELL, false);
    }
  }

  private static List<Integer> strongest(Tensor masks, int count) {
    double[] strength = masks.mean(0, 2, 3).toDoubles();
    return IntStream.range(0, strength.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -strength[c]))
        .limit(count)
        .toList();
  }

  private static double largest(Tensor masks, List<Integer> channels) {
    return channels.stream().mapToDouble(c -> masks.get(c).max().item()).max().orElse(0);
  }

  private static double[][] numbers(Tensor map) {
    int width = (int) map.size(1);
    double[] flat = map.contiguous().toDoubles();
    double[][] rows = new double[(int) map.size(0)][width];
    for (int i = 0; i < flat.length; i++) {
      rows[i / width][i % width] = flat[i];
    }
    return rows;
  }
}
