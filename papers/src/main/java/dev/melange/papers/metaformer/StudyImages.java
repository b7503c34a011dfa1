package dev.melange.papers.metaformer;

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
import dev.melange.data.image.Transform;
import dev.melange.papers.ImageInput;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The images of the study.
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
record StudyImages(
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

  /** Opens the first of the settings' sets that is here. */
  static StudyImages open(DataSets sets, MetaFormerSettings settings) throws IOException {
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

  private static StudyImages packed(DataSets sets, String name, MetaFormerSettings settings)
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

  private static StudyImages folder(Path path, MetaFormerSettings settings) throws IOException {
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
          settings.augment().equals("imagenet")
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

  private static Pipeline augmented(
      MetaFormerSettings settings, Pipeline plain, int channels, int size) {
    return switch (settings.augment()) {
      case "shift" -> {
        Pipeline flipped = channels == 3 ? plain.then(new HorizontalFlip(0.5)) : plain;
        // of very small images an eighth, or the object would leave them
        yield flipped.with(new RandomShift(Math.min(3, size / 8), Padding.ZERO));
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

  /** What the training images go through, in words. */
  String describeAugmentation(String augment) {
    return switch (augment) {
      case "shift" ->
          (channels == 3 ? "mirroring and shifts by up to " : "shifts by up to ")
              + Math.min(3, size / 8)
              + " pixels";
      case "imagenet" -> "random resized crops, mirroring, RandAugment and random erasing";
      default -> "no augmentation";
    };
  }

  /** A test image as the network sees it, in 8 bits. */
  Image shown(int index) throws IOException {
    return evaluation.transform(
        test.get(index, new dev.melange.tensor.Rng(0)).image(), new dev.melange.tensor.Rng(0));
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
