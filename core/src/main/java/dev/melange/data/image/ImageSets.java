package dev.melange.data.image;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.LocatedSet;
import dev.melange.data.Shuffle;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The named data sets of images, in memory. */
public final class ImageSets {
  /** The names that {@link #load} knows. */
  public static final List<String> NAMES = List.of("digits", "mnist", "fashion-mnist", "cifar10");

  private static final List<String> CLOTHES =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  private ImageSets() {}

  /**
   * One split of a named set: {@code mnist}, {@code fashion-mnist}, {@code cifar10}, or {@code
   * digits} (which has no official split: a fixed random fifth is the test).
   *
   * @param train training images, or test images
   * @throws DataException if the set is not an image set or not here; tells how to get it
   */
  public static PackedImages load(DataSets sets, String name, boolean train) throws IOException {
    LocatedSet located = sets.where(name);
    return switch (name) {
      case "digits" -> digits(train);
      case "mnist" -> idx(located, train, PackedImages.digitNames());
      case "fashion-mnist" -> idx(located, train, CLOTHES);
      case "cifar10" -> {
        try (ImageFolder folder = ImageFolder.open(located.path("cifar10-images.zip"))) {
          String split = train ? "train" : "test";
          yield PackedImages.of(name + " " + split, folder.split(split), folder.classes());
        }
      }
      default ->
          throw new DataException(
              "'" + name + "' is no set of labelled images; those are " + String.join(", ", NAMES));
    };
  }

  /**
   * Some images of one split: the first of a fixed random order, so that fewer are a part of more.
   *
   * @param count how many; all if there are not so many
   * @throws DataException as for {@link #load}
   */
  public static PackedImages sample(DataSets sets, String name, boolean train, int count)
      throws IOException {
    if (!name.equals("cifar10")) {
      PackedImages all = load(sets, name, train);
      return all.size() <= count ? all : all.select(first(all.size(), count));
    }
    // Decoding takes long: only what is wanted.
    try (ImageFolder folder = ImageFolder.open(sets.where(name).path("cifar10-images.zip"))) {
      String split = train ? "train" : "test";
      Dataset<LabelledImage> all = folder.split(split);
      return PackedImages.of(
          name + " " + split, all.subset(first(all.size(), count)), folder.classes());
    }
  }

  private static int[] first(int size, int count) {
    return Arrays.copyOf(Shuffle.permutation(size, 0), Math.min(size, count));
  }

  /**
   * A part of the digits in a fixed random order, for splits other than that of {@link #load}.
   *
   * @param from first image
   * @param to end, not included
   * @throws DataException if there are not so many
   */
  public static PackedImages digits(DataSets sets, int from, int to) throws IOException {
    sets.where("digits"); // bundled, but whoever observes the sets wants to know
    PackedImages all = PackedImages.digits();
    if (from < 0 || from >= to || to > all.size()) {
      throw new DataException(
          "images %d to %d were asked for; there are %d digits".formatted(from, to, all.size()));
    }
    return all.select(Arrays.copyOfRange(Shuffle.permutation(all.size(), 0), from, to));
  }

  private static PackedImages digits(boolean train) throws IOException {
    PackedImages all = PackedImages.digits();
    int[] order = Shuffle.permutation(all.size(), 0);
    int cut = all.size() * 4 / 5;
    return all.select(
        train ? Arrays.copyOf(order, cut) : Arrays.copyOfRange(order, cut, order.length));
  }

  private static PackedImages idx(LocatedSet set, boolean train, List<String> classes)
      throws IOException {
    String prefix = train ? "train" : "t10k";
    return PackedImages.fromIdx(
        set.source(prefix + "-images-idx3-ubyte"),
        set.source(prefix + "-labels-idx1-ubyte"),
        classes);
  }
}
