package dev.melange.papers;

import dev.melange.data.image.Normalize;
import dev.melange.mix.MixPreview;
import dev.melange.mix.MixTraining;
import dev.melange.papers.mixuppolicies.PolicyGallery;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A picture of a mixed batch: images, what a policy makes of them, and the soft labels. */
public final class MixPicture {
  private static final int IMAGES = 6;
  private static final double SHOWN = 0.005;

  private MixPicture() {}

  /**
   * The first images of a batch in one row and their mixtures below, with a bar of the labels.
   *
   * @param mixing of the training; its learned policies mix as they have learned by now
   * @param batch {@code image} [N, C, H, W], C 1 or 3, and {@code label}
   * @param classes names of the classes
   * @param normalize how the images were normalised
   * @param seed of the draws
   */
  public static ImageGrid of(
      MixTraining mixing, TensorBatch batch, List<String> classes, Normalize normalize, long seed) {
    int count = Math.min(IMAGES, batch.size());
    TensorBatch some = batch.slice(0, count);
    try (Scope scope = Scope.open()) {
      MixPreview mixed = mixing.preview(some, classes.size(), new Rng(seed));
      long[] labels = some.get(ImageBatches.LABEL).toLongs();
      List<Tile> before = new ArrayList<>();
      List<Tile> after = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String label = classes.get((int) labels[i]);
        before.add(
            PolicyGallery.tile(some.get(ImageBatches.IMAGE).get(i), normalize)
                .shares(new Tile.Share(label, 1))
                .captioned(label));
        after.add(tile(mixed, i, classes, normalize));
      }
      return ImageGrid.titled("A mixed batch by " + mixing.policy().name())
          .row("images", before)
          .row("mixed", after)
          .build();
    }
  }

  private static Tile tile(MixPreview mixed, int i, List<String> classes, Normalize normalize) {
    float[] target = mixed.target().get(i).toFloats();
    List<Tile.Share> shares = new ArrayList<>();
    StringBuilder caption = new StringBuilder();
    IntStream.range(0, target.length)
        .boxed()
        .filter(c -> target[c] > SHOWN)
        .sorted(Comparator.comparingDouble(c -> -target[c]))
        .forEach(
            c -> {
              shares.add(new Tile.Share(classes.get(c), Math.min(1, target[c])));
              caption.append(
                  String.format(
                      Locale.ROOT,
                      "%s%s %.2f",
                      caption.isEmpty() ? "" : ", ",
                      classes.get(c),
                      target[c]));
            });
    Tensor image = mixed.image().get(i);
    return PolicyGallery.tile(image, normalize)
        .shares(shares.toArray(Tile.Share[]::new))
        .captioned(caption.toString());
  }
}
