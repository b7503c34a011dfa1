package dev.melange.papers.hardnegativemixing;

import dev.melange.data.Batch;
import dev.melange.data.Dataset;
import dev.melange.data.Loader;
import dev.melange.data.image.ColorJitter;
import dev.melange.data.image.FloatImage;
import dev.melange.data.image.GaussianBlur;
import dev.melange.data.image.Grayscale;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandomApply;
import dev.melange.data.image.RandomResizedCrop;
import dev.melange.data.image.Resize;
import dev.melange.papers.ImageInput;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import java.util.Map;
import java.util.function.Function;

/** Two randomly changed views of each image, as contrastive learning compares them. */
public final class ContrastiveViews {
  private static final double JITTER = 0.4;
  private static final double HUE = 0.1;
  private static final double BLUR = 2;
  // the size of the images for which the paper's blur is meant
  private static final int FULL_SIZE = 224;

  private ContrastiveViews() {}

  /**
   * MoCo-v2's changes: crops of 20 to 100 % of the area, colour jitter (0.4, 0.4, 0.4, 0.1) of 80 %
   * and grey for 20 % of the images, a Gaussian blur of 50 %, mirroring. The blur's width of 0.1 to
   * 2 pixels is that for images of 224 pixels; for smaller ones the largest is smaller in
   * proportion. Grey images get brightness and contrast alone.
   */
  public static Pipeline pipeline(ImageInput input) {
    boolean colour = input.channels() == 3;
    double blur = Math.max(0.1, BLUR * Math.min(1, input.size() / (double) FULL_SIZE));
    Pipeline pipeline =
        Pipeline.of(
            input.normalize(),
            input.channelStep(),
            new RandomResizedCrop(
                input.size(), input.size(), 0.2, 1, 3 / 4.0, 4 / 3.0, Resize.Filter.BICUBIC),
            new RandomApply(
                0.8, new ColorJitter(JITTER, JITTER, colour ? JITTER : 0, colour ? HUE : 0)));
    return (colour ? pipeline.then(new RandomApply(0.2, new Grayscale())) : pipeline)
        .then(new RandomApply(0.5, new GaussianBlur(0.1, blur)))
        .then(new HorizontalFlip(0.5));
  }

  /**
   * Batches for training: shuffled anew in each epoch, a smaller last batch left out.
   *
   * @param images with their classes, or 0 where there are none
   * @param pipeline changes an image at random; all get the same shape
   * @return batches of {@code image}, {@code image_k} and {@code label}
   */
  public static Minibatches training(
      Dataset<LabelledImage> images, Pipeline pipeline, int batchSize, long seed) {
    return of(images, pipeline, Loader.Config.training(batchSize, seed));
  }

  /** Batches of all images in order, with the same views each time. */
  public static Minibatches evaluation(
      Dataset<LabelledImage> images, Pipeline pipeline, int batchSize) {
    return of(images, pipeline, Loader.Config.evaluation(batchSize));
  }

  private record Pair(FloatImage first, FloatImage second, int label) {}

  private static Minibatches of(
      Dataset<LabelledImage> images, Pipeline pipeline, Loader.Config config) {
    Dataset<Pair> pairs =
        images.map(
            (item, draws) ->
                new Pair(
                    pipeline.apply(item.image(), draws),
                    pipeline.apply(item.image(), draws),
                    item.label()));
    return Minibatches.of(new Loader<>(pairs, config), ContrastiveViews::collate);
  }

  private static Map<String, Tensor> collate(Batch<Pair> batch) {
    long[] labels = batch.items().stream().mapToLong(Pair::label).toArray();
    return Map.of(
        ImageBatches.IMAGE, stack(batch, Pair::first),
        ContrastiveTraining.SECOND_VIEW, stack(batch, Pair::second),
        ImageBatches.LABEL, Tensor.of(labels, labels.length));
  }

  private static Tensor stack(Batch<Pair> batch, Function<Pair, FloatImage> which) {
    FloatImage shape = which.apply(batch.items().get(0));
    int samples = shape.data().length;
    float[] all = new float[batch.size() * samples];
    for (int i = 0; i < batch.size(); i++) {
      System.arraycopy(which.apply(batch.items().get(i)).data(), 0, all, i * samples, samples);
    }
    return Tensor.of(all, batch.size(), shape.channels(), shape.height(), shape.width());
  }
}
