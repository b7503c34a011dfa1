package dev.melange.train;

import dev.melange.data.Batch;
import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.Loader;
import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Pipeline;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/**
 * Images as training data: batches of {@code image} [B, C, H, W], float32, normalised, and {@code
 * label} [B], int64. Whether the images lie in memory ({@link
 * dev.melange.data.image.PackedImages}), in a folder or in a zip file ({@link
 * dev.melange.data.image.ImageFolder}), each is decoded and augmented anew when its batch is
 * prepared, ahead of training on threads of its own; its random draws depend on seed, epoch and its
 * index alone.
 *
 * <pre>{@code
 * PackedImages images = ImageSets.load(DataSets.standard(), "cifar10", true);
 * Pipeline augment = Pipeline.of(Normalize.of(images), new HorizontalFlip(0.5));
 * Minibatches train = ImageBatches.training(images, augment, 128, seed);
 * }</pre>
 */
public final class ImageBatches {
  /** The name of the images in a batch. */
  public static final String IMAGE = "image";

  /** The name of the classes in a batch. */
  public static final String LABEL = "label";

  private ImageBatches() {}

  /**
   * Batches for training: shuffled anew in each epoch, a smaller last batch left out.
   *
   * @param images the images with their classes
   * @param pipeline what is done to each, ending in one shape for all
   * @param batchSize images per batch
   * @param seed seed of the order and of the random transforms
   * @throws DataException if the images do not fill one batch
   */
  public static Minibatches training(
      Dataset<LabelledImage> images, Pipeline pipeline, int batchSize, long seed) {
    return of(images, pipeline, Loader.Config.training(batchSize, seed));
  }

  /**
   * Batches for evaluation: all images in their order.
   *
   * @param images the images with their classes
   * @param pipeline what is done to each, ending in one shape for all; without random transforms
   * @param batchSize images per batch; the last may be smaller
   */
  public static Minibatches evaluation(
      Dataset<LabelledImage> images, Pipeline pipeline, int batchSize) {
    return of(images, pipeline, Loader.Config.evaluation(batchSize));
  }

  /**
   * Batches as a loader's settings say.
   *
   * @param config batch size, order, seed and threads
   */
  public static Minibatches of(
      Dataset<LabelledImage> images, Pipeline pipeline, Loader.Config config) {
    Dataset<Prepared> prepared =
        images.map(
            (item, draws) -> new Prepared(pipeline.apply(item.image(), draws), item.label()));
    return Minibatches.of(new Loader<>(prepared, config), ImageBatches::collate);
  }

  /** Images as one tensor [B, C, H, W], as a pipeline without random transforms makes them. */
  public static Tensor tensor(List<Image> images, Pipeline pipeline) {
    return tensor(images, pipeline, new Rng(0));
  }

  /**
   * Images as one tensor [B, C, H, W].
   *
   * @param draws where random transforms draw from, image after image
   */
  public static Tensor tensor(List<Image> images, Pipeline pipeline, RandomGenerator draws) {
    FloatImage[] made =
        images.stream().map(image -> pipeline.apply(image, draws)).toArray(FloatImage[]::new);
    return stack(made, i -> "image " + i);
  }

  private record Prepared(FloatImage image, int label) {}

  private static Map<String, Tensor> collate(Batch<Prepared> batch) {
    FloatImage[] images = batch.items().stream().map(Prepared::image).toArray(FloatImage[]::new);
    long[] labels = batch.items().stream().mapToLong(Prepared::label).toArray();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(IMAGE, stack(images, batch.ids()::get));
    tensors.put(LABEL, Tensor.of(labels, labels.length));
    return tensors;
  }

  private static Tensor stack(FloatImage[] images, IntFunction<String> ids) {
    FloatImage first = images[0];
    int samples = first.data().length;
    float[] all = new float[images.length * samples];
    for (int i = 0; i < images.length; i++) {
      FloatImage image = images[i];
      if (image.channels() != first.channels()
          || image.height() != first.height()
          || image.width() != first.width()) {
        throw new DataException(
            "%s has shape [%d, %d, %d], but %s has [%d, %d, %d]; resize or crop all to one size"
                .formatted(
                    ids.apply(i),
                    image.channels(),
                    image.height(),
                    image.width(),
                    ids.apply(0),
                    first.channels(),
                    first.height(),
                    first.width()));
      }
      System.arraycopy(image.data(), 0, all, i * samples, samples);
    }
    return Tensor.of(all, images.length, first.channels(), first.height(), first.width());
  }
}
