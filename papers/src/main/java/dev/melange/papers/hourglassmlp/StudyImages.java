package dev.melange.papers.hourglassmlp;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.Shuffle;
import dev.melange.data.image.CenterCrop;
import dev.melange.data.image.ImageFolder;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.Resize;
import dev.melange.data.image.ResizeShorterSide;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The images that the study's networks restore, [B, C, H, W] in [0, 1] under the name {@code
 * image}. Named sets lie in memory as tensors of the scope in which they were opened.
 *
 * @param name of the set
 * @param count training images
 * @param train training batches for a seed
 * @param view what a training batch's images go through
 * @param test all test images as they are judged, [N, C, H, W]
 * @param open what is to be closed in the end
 */
record StudyImages(
    String name, int count, LongFunction<Minibatches> train, View view, Tensor test, Closeable open)
    implements Closeable {
  private static final int BATCH = 500;
  private static final double[] LUMA = {0.299, 0.587, 0.114};

  /**
   * Colours to luma, and blocks of pixels to their means.
   *
   * @param grey whether colours become one channel
   * @param shrink side of the blocks
   */
  record View(boolean grey, int shrink) {
    /** Changes nothing. */
    static final View NONE = new View(false, 1);

    Tensor apply(Tensor images) {
      Tensor x = images;
      if (grey && x.size(1) == 3) {
        Tensor[] colours = x.chunk(3, 1);
        x = colours[0].mul(LUMA[0]).add(colours[1].mul(LUMA[1])).add(colours[2].mul(LUMA[2]));
      }
      return shrink == 1 ? x : Degradation.shrink(shrink).apply(x, null);
    }
  }

  /** Opens the images that the settings name. */
  static StudyImages open(DataSets sets, HourglassSettings settings) throws IOException {
    View view = new View(settings.grey(), settings.shrink());
    if (ImageSets.NAMES.contains(settings.data())) {
      Tensor train =
          view.apply(tensor(ImageSets.sample(sets, settings.data(), true, all(settings.train()))));
      Tensor test =
          view.apply(tensor(ImageSets.sample(sets, settings.data(), false, all(settings.test()))));
      int batch = settings.recipe().batch();
      return new StudyImages(
          settings.data(),
          (int) train.size(0),
          seed -> Minibatches.shuffled(Map.of(ImageBatches.IMAGE, train), batch, seed),
          View.NONE,
          test,
          () -> {});
    }
    Path path = Path.of(settings.data());
    if (!Files.isDirectory(path)) {
      throw new DataException(
          "'%s' is neither a set that the library knows (%s) nor a folder; give ImageNet at 32x32 pixels as a folder with train/CLASS/x.png and val/CLASS/x.png: --set data=FOLDER"
              .formatted(settings.data(), String.join(", ", ImageSets.NAMES)));
    }
    return folder(path, settings, view);
  }

  private static StudyImages folder(Path path, HourglassSettings settings, View view)
      throws IOException {
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
      int side = settings.size();
      Pipeline pipeline =
          Pipeline.of(
              Normalize.UNIT,
              (image, draws) -> image.withChannels(3),
              new ResizeShorterSide(side, Resize.Filter.BICUBIC),
              new CenterCrop(side, side));
      Dataset<LabelledImage> train = some(folder.split("train"), settings.train());
      Tensor test =
          Inference.run(
              ImageBatches.evaluation(some(folder.split(valid), settings.test()), pipeline, BATCH),
              batch -> view.apply(batch.get(ImageBatches.IMAGE)));
      int size = settings.recipe().batch();
      return new StudyImages(
          path.toString(),
          train.size(),
          seed -> ImageBatches.training(train, pipeline, size, seed),
          view,
          test,
          folder);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** All images of a set in [0, 1], [N, C, H, W]. */
  static Tensor tensor(PackedImages images) {
    return Inference.run(
        ImageBatches.evaluation(images, Pipeline.of(Normalize.UNIT), BATCH),
        batch -> batch.get(ImageBatches.IMAGE).copy());
  }

  private static Dataset<LabelledImage> some(Dataset<LabelledImage> all, int count) {
    return count == 0 || count >= all.size()
        ? all
        : all.subset(Arrays.copyOf(Shuffle.permutation(all.size(), 0), count));
  }

  static int all(int count) {
    return count == 0 ? Integer.MAX_VALUE : count;
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
