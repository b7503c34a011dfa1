package dev.melange.papers.mixuppolicies;

import dev.melange.data.image.Normalize;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixedBatch;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A picture of the policies: the same pairs of images, mixed by each. */
public final class PolicyGallery {
  private PolicyGallery() {}

  /** All policies that make a picture: those that mix images rather than hidden maps. */
  public static List<MixPolicy> policies() {
    return MixPolicies.names().stream()
        .filter(name -> !name.equals("vanilla") && !name.equals("manifoldmix"))
        .map(MixPolicies::parse)
        .toList();
  }

  /**
   * One row per pair: the two images, and what each policy makes of them, with the weight of the
   * first label and a bar of both labels.
   *
   * @param pairs {@code image} [N, 2, C, H, W] as the network sees them, C 1 or 3; {@code label}
   *     and {@code label_b} int64 [N]
   * @param classes names of the classes
   * @param policies in the order of the columns
   * @param context what they need; its {@code normalize} is undone for display
   * @param seed of the draws: each pair and policy has its own stream
   */
  public static ImageGrid of(
      TensorBatch pairs,
      List<String> classes,
      List<MixPolicy> policies,
      MixContext context,
      long seed) {
    Normalize normalize =
        Objects.requireNonNull(context.normalize(), "the context tells how to undo normalisation");
    List<String> columns = new ArrayList<>(List.of("image a", "image b"));
    policies.forEach(policy -> columns.add(policy.name()));
    ImageGrid.Builder grid =
        ImageGrid.titled("The same pairs mixed by each policy")
            .columns(columns.toArray(String[]::new));
    for (int i = 0; i < pairs.size(); i++) {
      TensorBatch pair = pairs.slice(i, i + 1);
      String a = classes.get((int) pair.get("label").item());
      String b = classes.get((int) pair.get("label_b").item());
      try (Scope scope = Scope.open()) {
        List<Tile> tiles = new ArrayList<>();
        Tensor images = pair.get("image").get(0);
        tiles.add(tile(images.get(0), normalize).shares(new Tile.Share(a, 1)).captioned(a));
        tiles.add(tile(images.get(1), normalize).shares(new Tile.Share(b, 1)).captioned(b));
        for (int k = 0; k < policies.size(); k++) {
          Rng rng = new Rng(seed).fork(i, k);
          MixedBatch mixed = MixedBatch.of(policies.get(k).apply(pair, context, rng));
          double lam = Math.min(1, Math.max(0, mixed.lam().mean().item()));
          tiles.add(
              tile(mixed.image().get(0), normalize)
                  .shares(new Tile.Share(a, lam), new Tile.Share(b, 1 - lam))
                  .captioned(String.format(Locale.ROOT, "lam %.2f", lam)));
        }
        grid.row("", tiles);
      }
    }
    return grid.build();
  }

  /**
   * An image as the network sees it, as a picture.
   *
   * @param image [C, H, W], C 1 or 3
   * @param normalize how it was normalised
   */
  public static Tile tile(Tensor image, Normalize normalize) {
    float[] values = image.toFloats();
    int channels = (int) image.size(0);
    int plane = values.length / channels;
    for (int i = 0; i < values.length; i++) {
      int c = normalize.mean().length == 1 ? 0 : i / plane;
      values[i] = values[i] * normalize.std()[c] + normalize.mean()[c];
    }
    return Tile.chw(values, channels, (int) image.size(1), (int) image.size(2));
  }
}
