package dev.melange.cli;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.Preloaded;
import dev.melange.data.Shuffle;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFolder;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Resize;
import dev.melange.data.image.ResizeShorterSide;
import dev.melange.papers.ImageInput;
import dev.melange.tensor.Rng;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;

/**
 * The images of a training, split into training and validation. If they fit, they are decoded once
 * and kept in memory, made no larger than training needs them.
 *
 * @param train training images
 * @param valid validation images
 * @param classes names of the classes
 * @param hash SHA-256 over the classes and pixels of all images; of a larger set that is not kept
 *     in memory, over classes and paths
 * @param open what is to be closed in the end
 */
record TrainingPhotos(
    Dataset<LabelledImage> train,
    Dataset<LabelledImage> valid,
    List<String> classes,
    String hash,
    List<Closeable> open)
    implements Closeable {
  private static final Set<String> VALID =
      Set.of("valid", "val", "validation", "dev", "test", "testing");
  // Random crops enlarge a part of the image: keep some more pixels than the model sees.
  private static final double MARGIN = 1.5;
  private static final double SHARE_OF_MEMORY = 0.4;

  /**
   * Opens the images.
   *
   * @param settings where they are and how they are split
   * @param input channels and size that the model sees
   */
  static TrainingPhotos open(ImageTraining settings, ImageInput input, Console console)
      throws IOException {
    return open(PhotoSource.of(settings), input, console);
  }

  /** As {@link #open(ImageTraining, ImageInput, Console)}, also for images without classes. */
  static TrainingPhotos open(PhotoSource settings, ImageInput input, Console console)
      throws IOException {
    List<Closeable> open = new ArrayList<>();
    try {
      return open(settings, input, console, open);
    } catch (IOException | RuntimeException e) {
      close(open);
      throw e;
    }
  }

  /** Images as they are found. */
  private record Found(Dataset<LabelledImage> images, int[] labels) {
    static Found of(PackedImages images) {
      return new Found(images, images.labels());
    }

    static Found all(ImageFolder folder) {
      return new Found(folder.all(), folder.labels());
    }

    static Found split(ImageFolder folder, String name) {
      return new Found(folder.split(name), folder.labels(name));
    }
  }

  private static TrainingPhotos open(
      PhotoSource settings, ImageInput input, Console console, List<Closeable> open)
      throws IOException {
    Found train;
    Found valid = null;
    List<String> classes;
    if (isNamedSet(settings.data())) {
      PackedImages images = ImageSets.load(DataSets.standard(), settings.data(), true);
      classes = images.classes();
      train = Found.of(images);
      if (settings.valid() == null) {
        valid = Found.of(ImageSets.load(DataSets.standard(), settings.data(), false));
      }
    } else {
      ImageFolder folder = folder(settings.data(), open, null, settings.classes());
      classes = folder.classes();
      String trainSplit = split(folder, true);
      String validSplit = split(folder, false);
      train = trainSplit == null ? Found.all(folder) : Found.split(folder, trainSplit);
      if (trainSplit != null && validSplit != null) {
        valid = Found.split(folder, validSplit);
      }
    }
    if (settings.valid() != null) {
      valid = Found.all(folder(settings.valid(), open, classes, settings.classes()));
    }
    if (settings.classes()) {
      requireClasses(settings.data(), classes);
    }
    if (valid == null) {
      return divided(settings, input, console, train, classes, open);
    }
    Kept keptTrain = kept(train, input, "reading training images", console);
    Kept keptValid = kept(valid, input, "reading validation images", console);
    return new TrainingPhotos(
        keptTrain.images, keptValid.images, classes, hash(List.of(keptTrain, keptValid)), open);
  }

  private static boolean isNamedSet(String data) {
    return ImageSets.NAMES.contains(data) && !Files.exists(Path.of(data));
  }

  private static ImageFolder folder(
      String path, List<Closeable> open, List<String> classes, boolean required)
      throws IOException {
    ImageFolder folder =
        required ? ImageFolder.open(Path.of(path)) : ImageFolder.openAny(Path.of(path));
    open.add(folder);
    if (classes != null && !folder.classes().equals(classes)) {
      throw new DataException(
          "%s has the classes %s, but the training images have %s; give both the same class folders"
              .formatted(path, folder.classes(), classes));
    }
    return folder;
  }

  private static String split(ImageFolder folder, boolean train) {
    return folder.splits().stream()
        .filter(
            name ->
                train
                    ? name.toLowerCase(Locale.ROOT).startsWith("train")
                    : VALID.contains(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElse(null);
  }

  private static void requireClasses(String data, List<String> classes) {
    if (classes.size() < 2) {
      throw new DataException(
          "%s has one class only, '%s'; a classifier needs at least two: one folder of images per class"
              .formatted(data, classes.get(0)));
    }
  }

  /** Whether the images have classes. */
  boolean labelled() {
    return classes.size() > 1;
  }

  /** Takes a share of each class, at random, for validation. */
  private static TrainingPhotos divided(
      PhotoSource settings,
      ImageInput input,
      Console console,
      Found all,
      List<String> classes,
      List<Closeable> open)
      throws IOException {
    Kept kept = kept(all, input, "reading images", console);
    TreeMap<Integer, List<Integer>> byClass = new TreeMap<>();
    for (int index : Shuffle.permutation(all.labels.length, settings.seed())) {
      byClass.computeIfAbsent(kept.labels[index], any -> new ArrayList<>()).add(index);
    }
    List<Integer> train = new ArrayList<>();
    List<Integer> valid = new ArrayList<>();
    byClass
        .values()
        .forEach(
            members -> {
              // at least one for training, and one for validation where there are two
              int count =
                  Math.min(
                      members.size() - 1,
                      Math.max(1, (int) Math.round(settings.validShare() * members.size())));
              valid.addAll(members.subList(0, count));
              train.addAll(members.subList(count, members.size()));
            });
    if (valid.isEmpty()) {
      throw new DataException(
          "%s has one image per class, so none can be kept for validation; add images, or give others with --valid FOLDER"
              .formatted(settings.data()));
    }
    return new TrainingPhotos(
        kept.images.subset(sorted(train)),
        kept.images.subset(sorted(valid)),
        classes,
        hash(List.of(kept)),
        open);
  }

  private static int[] sorted(List<Integer> indices) {
    return indices.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private record Kept(Dataset<LabelledImage> images, int[] labels, boolean inMemory) {}

  private static Kept kept(Found found, ImageInput input, String task, Console console) {
    int side = (int) Math.ceil(input.size() * MARGIN);
    ResizeShorterSide shrink = new ResizeShorterSide(side, Resize.Filter.BICUBIC);
    Dataset<LabelledImage> small =
        found.images.map(
            (item, draws) -> {
              Image image = input.withChannels(item.image());
              boolean large = Math.min(image.height(), image.width()) > side;
              return new LabelledImage(large ? shrink.apply(image, draws) : image, item.label());
            });
    // photographs are seldom more oblong than 16:9
    double bytes = (double) small.size() * input.channels() * side * side * 16 / 9;
    if (bytes > SHARE_OF_MEMORY * Runtime.getRuntime().maxMemory()) {
      return new Kept(small, found.labels, false);
    }
    try (Progress progress = console.progress(task, small.size(), "images")) {
      return new Kept(Preloaded.of(small, progress::at), found.labels, true);
    }
  }

  private static String hash(List<Kept> sets) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    for (Kept set : sets) {
      for (int i = 0; i < set.labels.length; i++) {
        digest.update((byte) set.labels[i]);
        digest.update(
            set.inMemory
                ? set.images.get(i, new Rng(0)).image().data()
                : set.images.id(i).getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void close(List<Closeable> open) throws IOException {
    for (Closeable each : open) {
      each.close();
    }
  }

  @Override
  public void close() throws IOException {
    close(open);
  }
}
