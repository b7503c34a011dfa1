package dev.melange.papers.study;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.NamedSet;
import dev.melange.data.Shuffle;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFolder;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Padding;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandAugment;
import dev.melange.data.image.RandomErasing;
import dev.melange.data.image.RandomResizedCrop;
import dev.melange.data.image.RandomShift;
import dev.melange.data.image.Resize;
import dev.melange.data.image.Transform;
import dev.melange.papers.ImageInput;
import dev.melange.tensor.Rng;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The images of a study of classifiers: a named set, or a folder.
 *
 * @param name what the report calls them
 * @param train training images
 * @param test test images
 * @param classes names of the classes
 * @param channels of the images, 1 or 3
 * @param size side in pixels
 * @param training what training images go through
 * @param evaluation what test images go through
 * @param open what is to be closed in the end
 */
public record StudyImages(
    String name,
    Dataset<LabelledImage> train,
    Dataset<LabelledImage> test,
    List<String> classes,
    int channels,
    int size,
    Pipeline training,
    Pipeline evaluation,
    Closeable open)
    implements Closeable {
  /**
   * Which images, and what training images go through.
   *
   * @param data named sets of images, of which the first that is on this machine is used; or one
   *     folder of images, {@code train/CLASS/x.jpg} and {@code val/CLASS/x.jpg}
   * @param train training images, the first of a fixed random order; 0 for all
   * @param test test images, likewise
   * @param size side in pixels to which images of a folder are brought; named sets keep theirs
   * @param augment {@code flip}: mirroring of colour images; {@code shift}: the same, and shifts by
   *     up to 3 pixels; {@code crop}: random resized crop and mirroring; {@code imagenet}: random
   *     resized crop, mirroring, RandAugment, random erasing; or {@code none}
   */
  public record Choice(List<String> data, int train, int test, int size, String augment) {
    /** Checks the numbers and names. */
    public Choice {
      data = List.copyOf(data);
      if (data.isEmpty()) {
        throw new IllegalArgumentException(
            "data names no images; at this scale give a folder of ImageNet-1k with"
                + " train/CLASS/x.jpg and val/CLASS/x.jpg: --set data=FOLDER");
      }
      if (train < 0 || test < 0 || size < 1) {
        throw new IllegalArgumentException(
            "train and test must not be negative and size at least 1, got %d, %d and %d"
                .formatted(train, test, size));
      }
      if (!AUGMENTATIONS.contains(augment)) {
        throw new IllegalArgumentException(
            "unknown augmentation '%s'; known: %s"
                .formatted(augment, String.join(", ", AUGMENTATIONS)));
      }
    }
  }

  private static final List<String> AUGMENTATIONS =
      List.of("none", "flip", "shift", "crop", "imagenet");

  /**
   * Opens the first of the sets that is here, each colour standardised by the training images.
   *
   * @throws DataException if none is here, with what to do
   */
  public static StudyImages open(DataSets sets, Choice settings) throws IOException {
    if (settings.data().size() == 1 && Files.exists(Path.of(settings.data().get(0)))) {
      return folder(Path.of(settings.data().get(0)), settings);
    }
    List<String> known = sets.list().stream().map(NamedSet::name).toList();
    for (String name : settings.data()) {
      if (known.contains(name) && sets.find(name).isPresent()) {
        return packed(sets, name, settings);
      }
    }
    String last = settings.data().get(settings.data().size() - 1);
    if (last.equals("imagenet-1k")) {
      throw new DataException(
          "this scale trains on ImageNet-1k, which cannot be fetched; give its folder with"
              + " train/CLASS/x.jpg and val/CLASS/x.jpg: --set data=FOLDER");
    }
    sets.where(last); // tells how to get it
    throw new DataException("no such images: " + settings.data());
  }

  private static StudyImages packed(DataSets sets, String name, Choice settings)
      throws IOException {
    PackedImages train =
        ImageSets.sample(
            sets, name, true, settings.train() == 0 ? Integer.MAX_VALUE : settings.train());
    PackedImages test =
        ImageSets.sample(
            sets, name, false, settings.test() == 0 ? Integer.MAX_VALUE : settings.test());
    if (train.height() != train.width()) {
      throw new DataException(
          "the study needs square images, %s are %d x %d"
              .formatted(name, train.height(), train.width()));
    }
    Normalize normalize = Normalize.of(train);
    Pipeline plain = Pipeline.of(normalize);
    return new StudyImages(
        name,
        train,
        test,
        train.classes(),
        train.channels(),
        train.height(),
        augmented(settings, plain, train.channels(), train.height()),
        plain,
        () -> {});
  }

  private static StudyImages folder(Path path, Choice settings) throws IOException {
    ImageFolder folder = ImageFolder.open(path);
    try {
      String valid =
          folder.splits().stream()
              .filter(split -> !split.startsWith("train"))
              .findFirst()
              .orElseThrow(
                  () ->
                      new DataException(
                          path
                              + " needs a folder train and a folder val, each with class folders"));
      ImageInput input = ImageInput.of(3, settings.size(), true);
      Pipeline evaluation = input.evaluation();
      return new StudyImages(
          path.toString(),
          some(folder.split("train"), settings.train()),
          some(folder.split(valid), settings.test()),
          folder.classes(),
          3,
          settings.size(),
          List.of("imagenet", "crop").contains(settings.augment())
              ? augmented(
                  settings, Pipeline.of(input.normalize(), input.channelStep()), 3, settings.size())
              : augmented(settings, evaluation, 3, settings.size()),
          evaluation,
          folder);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static Dataset<LabelledImage> some(Dataset<LabelledImage> all, int count) {
    return count == 0 || count >= all.size()
        ? all
        : all.subset(Arrays.copyOf(Shuffle.permutation(all.size(), 0), count));
  }

  private static Pipeline augmented(Choice settings, Pipeline plain, int channels, int size) {
    return switch (settings.augment()) {
      case "shift" -> {
        Pipeline flipped = channels == 3 ? plain.then(new HorizontalFlip(0.5)) : plain;
        // of very small images an eighth, or the object would leave them
        yield flipped.with(new RandomShift(Math.min(3, size / 8), Padding.ZERO));
      }
      case "flip" -> channels == 3 ? plain.then(new HorizontalFlip(0.5)) : plain;
      case "crop" -> {
        List<Transform> steps = new ArrayList<>(plain.transforms());
        steps.add(RandomResizedCrop.of(size));
        steps.add(new HorizontalFlip(0.5));
        yield new Pipeline(steps, plain.normalize(), List.of());
      }
      case "imagenet" -> {
        List<Transform> steps = new ArrayList<>(plain.transforms());
        steps.add(RandomResizedCrop.of(size));
        steps.add(new HorizontalFlip(0.5));
        steps.add(RandAugment.standard());
        yield new Pipeline(steps, plain.normalize(), List.of(RandomErasing.of(0.25)));
      }
      default -> plain;
    };
  }

  /** The same images, going through other transforms. */
  public StudyImages through(Pipeline newTraining, Pipeline newEvaluation) {
    return new StudyImages(
        name, train, test, classes, channels, size, newTraining, newEvaluation, open);
  }

  /**
   * The same images brought to another size: for networks that were published for larger images.
   *
   * @param side in pixels
   * @param choice whose augmentation training images get at that size
   */
  public StudyImages resizedTo(int side, Choice choice) {
    if (side == size) {
      return this;
    }
    Pipeline scaled =
        Pipeline.of(evaluation.normalize(), new Resize(side, side, Resize.Filter.BICUBIC));
    boolean crops = List.of("imagenet", "crop").contains(choice.augment());
    Pipeline start = crops ? Pipeline.of(evaluation.normalize()) : scaled;
    return new StudyImages(
        name,
        train,
        test,
        classes,
        channels,
        side,
        augmented(choice, start, channels, side),
        scaled,
        open);
  }

  /** What the training images go through, in words. */
  public String describeAugmentation(String augment) {
    return switch (augment) {
      case "shift" ->
          (channels == 3 ? "mirroring and shifts by up to " : "shifts by up to ")
              + Math.min(3, size / 8)
              + " pixels";
      case "flip" -> channels == 3 ? "mirroring" : "no augmentation";
      case "crop" -> "random resized crops and mirroring";
      case "imagenet" -> "random resized crops, mirroring, RandAugment and random erasing";
      default -> "no augmentation";
    };
  }

  /**
   * The setting of trainings in words: {@code CIFAR-10, 1,000 training and 500 test images 3x32x32,
   * mirroring. 4 epochs, batches of 100, 3 seeds.}
   *
   * @param augmentation what the training images go through, in words
   * @param epochs passes over the training images
   * @param batch images per step
   * @param seeds trainings of each network
   */
  public String describe(String augmentation, int epochs, int batch, int seeds) {
    return "%s, %,d training and %,d test images %dx%dx%d, %s. %d epochs, batches of %d, %d seed%s."
        .formatted(
            name,
            train.size(),
            test.size(),
            channels,
            size,
            size,
            augmentation,
            epochs,
            batch,
            seeds,
            seeds == 1 ? "" : "s");
  }

  /** The same images, scaled otherwise. */
  public StudyImages scaledTo(Normalize normalize) {
    return new StudyImages(
        name,
        train,
        test,
        classes,
        channels,
        size,
        new Pipeline(training.transforms(), normalize, training.after()),
        new Pipeline(evaluation.transforms(), normalize, evaluation.after()),
        open);
  }

  /** A test image as the network sees it, in 8 bits. */
  public Image shown(int index) throws IOException {
    return evaluation.transform(test.get(index, new Rng(0)).image(), new Rng(0));
  }

  /** Positions of test images: the first one of each class, then the second ones, ... */
  public List<Integer> oneOfEachClass(int count) throws IOException {
    int wanted = Math.min(count, test.size());
    int[] seen = new int[classes.size()];
    List<Integer> chosen = new ArrayList<>();
    for (int round = 1; chosen.size() < wanted; round++) {
      for (int i = 0; i < test.size() && chosen.size() < wanted; i++) {
        int label = test.get(i, new Rng(0)).label();
        if (seen[label] == round - 1 && !chosen.contains(i)) {
          seen[label] = round;
          chosen.add(i);
        }
      }
    }
    return chosen;
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
