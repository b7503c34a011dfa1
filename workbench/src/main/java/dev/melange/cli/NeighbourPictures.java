package dev.melange.cli;

import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.LabelledImage;
import dev.melange.papers.ImageInput;
import dev.melange.papers.hardnegativemixing.ContrastiveEncoder;
import dev.melange.papers.hardnegativemixing.ContrastiveEvaluation;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Images beside those whose features are most like theirs. */
final class NeighbourPictures {
  private static final int QUERIES = 6;
  private static final int NEIGHBOURS = 6;
  private static final int BATCH = 64;

  private NeighbourPictures() {}

  /**
   * The nearest images of a bank for some queries.
   *
   * @param classes the classes' names; one of no name if there are none
   */
  static ImageGrid of(
      ContrastiveEncoder encoder,
      ImageInput input,
      Dataset<LabelledImage> bank,
      Dataset<LabelledImage> queries,
      List<String> classes)
      throws IOException {
    int count = Math.min(QUERIES, queries.size());
    int[] chosen = new int[count];
    for (int i = 0; i < count; i++) {
      chosen[i] = (int) ((long) i * queries.size() / count);
    }
    Dataset<LabelledImage> asked = queries.subset(chosen);
    ImageGrid.Builder grid = ImageGrid.titled("").cellWidth(96).smooth();
    try (Scope scope = Scope.open()) {
      Tensor known = unit(encoder, input, bank);
      Tensor.Indexed sorted = unit(encoder, input, asked).matmul(known.t()).sort(1, true);
      for (int i = 0; i < count; i++) {
        List<Tile> tiles = new ArrayList<>();
        tiles.add(tile(asked.get(i, new Rng(0)), input, classes, "image"));
        for (int k = 0; k < Math.min(NEIGHBOURS, bank.size()); k++) {
          int index = (int) sorted.indices().get(i).get(k).itemLong();
          double similarity = sorted.values().get(i).get(k).item();
          tiles.add(
              tile(
                  bank.get(index, new Rng(0)),
                  input,
                  classes,
                  String.format(Locale.ROOT, "%.2f", similarity)));
        }
        grid.row("", tiles);
      }
    }
    return grid.build();
  }

  private static Tensor unit(
      ContrastiveEncoder encoder, ImageInput input, Dataset<LabelledImage> images) {
    Tensor features =
        ContrastiveEvaluation.features(
                encoder, ImageBatches.evaluation(images, input.evaluation(), BATCH))
            .features();
    return features.div(features.normKeep(2, 1).clampMin(1e-12));
  }

  private static Tile tile(
      LabelledImage item, ImageInput input, List<String> classes, String caption) {
    Image seen = input.evaluation().transform(item.image(), new Rng(0));
    String name = classes.size() > 1 ? classes.get(item.label()) + "; " : "";
    return Tile.of(seen.toBufferedImage()).captioned(name + caption);
  }
}
