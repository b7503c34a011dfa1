package dev.melange.papers.mixuppolicies;

import dev.melange.data.DataSets;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Images of a named set as normalised tensors of one small size, for studies of training methods.
 *
 * @param train training images, float32 [N, C, S, S]
 * @param trainLabels int64 [N]
 * @param test test images, float32 [M, C, S, S]
 * @param testLabels int64 [M]
 * @param normalize how they were normalised: the statistics of the training images before resizing
 * @param classes the classes' names
 */
public record SmallImages(
    Tensor train,
    Tensor trainLabels,
    Tensor test,
    Tensor testLabels,
    Normalize normalize,
    List<String> classes) {
  private static final int CHUNK = 1000;

  /**
   * Loads images: the first of a fixed random order of each split. They are resized bilinearly
   * without antialiasing; at half the size a pixel is the mean of 2 x 2. The tensors belong to the
   * current scope.
   *
   * @param sets where to look for data
   * @param name of a set of images
   * @param side of the images in pixels
   * @param trainCount number of training images, at most
   * @param testCount number of test images, at most
   * @throws dev.melange.data.DataException if the set is not here; tells how to get it
   */
  public static SmallImages load(
      DataSets sets, String name, int side, int trainCount, int testCount) throws IOException {
    PackedImages train = ImageSets.sample(sets, name, true, trainCount);
    PackedImages test = ImageSets.sample(sets, name, false, testCount);
    Normalize normalize = Normalize.of(train);
    return new SmallImages(
        tensor(train, normalize, side),
        labels(train),
        tensor(test, normalize, side),
        labels(test),
        normalize,
        train.classes());
  }

  private static Tensor tensor(PackedImages images, Normalize normalize, int side) {
    Pipeline pipeline = Pipeline.of(normalize);
    List<Tensor> chunks = new ArrayList<>();
    for (int from = 0; from < images.size(); from += CHUNK) {
      List<Image> some =
          IntStream.range(from, Math.min(images.size(), from + CHUNK))
              .mapToObj(images::image)
              .toList();
      Tensor chunk = ImageBatches.tensor(some, pipeline);
      boolean fits = images.height() == side && images.width() == side;
      chunks.add(fits ? chunk : Nn.resizeBilinear(chunk, side, side, false));
    }
    return Tensor.cat(0, chunks.toArray(Tensor[]::new));
  }

  private static Tensor labels(PackedImages images) {
    return Tensor.of(images.labels(), images.size()).to(DType.I64);
  }

  /**
   * Images with values in [0, 1], as they were before they were normalised.
   *
   * @param image normalised, [N, C, S, S]
   */
  public Tensor pixels(Tensor image) {
    float[] std = normalize.std();
    float[] mean = normalize.mean();
    return image
        .mul(Tensor.of(std, 1, std.length, 1, 1).to(image.device()))
        .add(Tensor.of(mean, 1, mean.length, 1, 1).to(image.device()));
  }

  /** Channels of the images. */
  public int channels() {
    return (int) train.size(1);
  }

  /** Batches of {@code image} and {@code label} for training, shuffled anew in each epoch. */
  public Minibatches training(int batchSize, long seed) {
    return Minibatches.shuffled(
        Map.of(ImageBatches.IMAGE, train, ImageBatches.LABEL, trainLabels), batchSize, seed);
  }

  /** All test images in order. */
  public Minibatches testing(int batchSize) {
    return Minibatches.inOrder(
        Map.of(ImageBatches.IMAGE, test, ImageBatches.LABEL, testLabels), batchSize);
  }

  /**
   * Flips each image of a batch with probability one half and moves the pictures by up to some
   * pixels in both directions; the mean colour comes in.
   *
   * @param batch with {@code image}
   * @param shift largest distance in pixels
   * @param each whether each image is moved by a distance of its own, or the batch by one
   * @param rng all randomness
   */
  public static TensorBatch augment(TensorBatch batch, int shift, boolean each, Rng rng) {
    return batch.with(ImageBatches.IMAGE, augment(batch.get(ImageBatches.IMAGE), shift, each, rng));
  }

  /**
   * As {@link #augment(TensorBatch, int, boolean, Rng)}.
   *
   * @param image [N, C, H, W]
   */
  public static Tensor augment(Tensor image, int shift, boolean each, Rng rng) {
    long n = image.size(0);
    Tensor mirrored = rng.bernoulli(0.5, n, 1, 1, 1).to(image.device()).gt(0);
    Tensor flipped = Tensor.where(mirrored, image.flip(3), image);
    if (shift == 0) {
      return flipped;
    }
    Tensor padded = Nn.pad(flipped, shift, shift, shift, shift);
    if (!each) {
      return window(padded, image, shift, rng);
    }
    Tensor[] moved = new Tensor[(int) n];
    for (int i = 0; i < n; i++) {
      moved[i] = window(padded.narrow(0, i, 1), image, shift, rng);
    }
    return Tensor.cat(0, moved);
  }

  private static Tensor window(Tensor padded, Tensor like, int shift, Rng rng) {
    return padded
        .narrow(2, rng.nextInt(2 * shift + 1), like.size(2))
        .narrow(3, rng.nextInt(2 * shift + 1), like.size(3))
        .contiguous();
  }
}
