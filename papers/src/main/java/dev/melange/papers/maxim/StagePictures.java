package dev.melange.papers.maxim;

import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.data.image.Resize;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A picture of what every stage of a network makes of a photograph, at every scale. */
public final class StagePictures {
  private static final int CELL = 320;
  private static final int LARGEST = 256;

  private StagePictures() {}

  /**
   * The picture: a row for each scale, with the photograph and then what each stage makes of it. Of
   * a large photograph it shows the middle, restored by itself: of at most 256 x 256 pixels, or of
   * the only size that the network sees.
   *
   * @param title of the picture
   * @param restorer restores photographs, without ensemble here
   * @param photo the photograph
   */
  public static ImageGrid of(String title, Restorer restorer, Image photo) {
    Image part = middle(photo.withChannels(3), restorer.whole(LARGEST));
    try (Scope scope = Scope.open()) {
      List<List<Tensor>> stages = restorer.stages(Restorer.tensor(part));
      List<String> columns = new ArrayList<>(List.of("photograph"));
      for (int t = 1; t <= stages.size(); t++) {
        columns.add(t == stages.size() ? "stage " + t + ", the result" : "stage " + t);
      }
      ImageGrid.Builder grid =
          ImageGrid.titled(title).columns(columns.toArray(String[]::new)).cellWidth(CELL).smooth();
      for (int scale = 0; scale < stages.get(0).size(); scale++) {
        List<Tile> tiles = new ArrayList<>();
        for (List<Tensor> scales : stages) {
          Tensor image = scales.get(scale);
          int height = (int) image.size(2);
          int width = (int) image.size(3);
          if (tiles.isEmpty()) {
            tiles.add(RestorationPictures.tile(resized(part, height, width).toFloat()));
          }
          float[] values = image.expand(1, 3, height, width).contiguous().toFloats();
          tiles.add(RestorationPictures.tile(new FloatImage(3, height, width, values)));
        }
        grid.row(scale == 0 ? "full size" : "1/" + (1 << scale), tiles);
      }
      return grid.build();
    }
  }

  private static Image resized(Image image, int height, int width) {
    return height == image.height() && width == image.width()
        ? image
        : new Resize(height, width, Resize.Filter.BILINEAR).apply(image, new Rng(0));
  }

  private static Image middle(Image image, Maxim.ImageSize most) {
    int height = Math.min(most.height(), image.height());
    int width = Math.min(most.width(), image.width());
    return image.crop((image.height() - height) / 2, (image.width() - width) / 2, height, width);
  }
}
