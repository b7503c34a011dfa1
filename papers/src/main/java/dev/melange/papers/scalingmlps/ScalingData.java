package dev.melange.papers.scalingmlps;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.LabelledImage;
import dev.melange.papers.study.ClassifierRecipe;
import dev.melange.papers.study.StudyImages;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Trainer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The images of the study.
 *
 * @param images of the networks from scratch
 * @param source for the pre-training; null without transfer
 * @param target the new classes, few images of them; null without transfer
 * @param targetClasses number of classes of the target
 * @param sourceClasses number of classes of the source
 * @param crops random crops of whole batches in training; null for the images' own augmentation
 * @param open what is to be closed besides the images
 */
record ScalingData(
    StudyImages images,
    ClassifierRecipe.Data source,
    ClassifierRecipe.Data target,
    int sourceClasses,
    int targetClasses,
    BatchCrops crops,
    Closeable open)
    implements Closeable {

  /** Opens what the settings ask for. */
  static ScalingData open(DataSets sets, ScalingSettings settings) throws IOException {
    ScalingSettings.Transfer transfer = settings.transfer();
    Path folder =
        transfer == null || transfer.source().isEmpty() ? null : Path.of(transfer.source());
    if (folder != null && !Files.isDirectory(folder)) {
      throw new DataException(
          "the pre-training at this scale needs a folder of images, train/CLASS/x.jpg and val/CLASS/x.jpg (in the paper ImageNet-21k), and %s is none; name it with --set transfer.source=FOLDER, or leave the transfer out with --set transfer=null"
              .formatted(folder));
    }
    StudyImages images = open(sets, settings, settings.train());
    if (transfer == null) {
      return new ScalingData(
          images, null, null, 0, 0, pretrainingCrops(settings, images), () -> {});
    }
    BatchCrops crops = pretrainingCrops(settings, images);
    BatchCrops finer = crops == null ? null : BatchCrops.finetuning(images.size());
    if (folder != null) {
      StudyImages source =
          StudyImages.open(
              sets,
              new StudyImages.Choice(
                  List.of(folder.toString()), transfer.images(), 0, images.size(), "none"));
      return new ScalingData(
          images,
          data(source, source.train(), source.test(), crops),
          data(images, first(images.train(), transfer.few()), images.test(), finer),
          source.classes().size(),
          images.classes().size(),
          crops,
          source);
    }
    StudyImages pool = open(sets, settings, transfer.images());
    int half = images.classes().size() / 2;
    int rest = images.classes().size() - half;
    return new ScalingData(
        images,
        data(pool, classes(pool.train(), 0, half), classes(pool.test(), 0, half), crops),
        data(
            pool,
            first(classes(pool.train(), half, half + rest), transfer.few()),
            classes(pool.test(), half, half + rest),
            finer),
        half,
        rest,
        crops,
        pool);
  }

  private static StudyImages open(DataSets sets, ScalingSettings settings, int count)
      throws IOException {
    StudyImages images = StudyImages.open(sets, settings.choice(count));
    return settings.size() == 0
        ? images
        : images.resizedTo(settings.size(), settings.choice(count));
  }

  private static BatchCrops pretrainingCrops(ScalingSettings settings, StudyImages images) {
    return settings.augment().equals("crop") ? BatchCrops.pretraining(images.size()) : null;
  }

  private static ClassifierRecipe.Data data(
      StudyImages images,
      Dataset<LabelledImage> train,
      Dataset<LabelledImage> test,
      BatchCrops crops) {
    return new ClassifierRecipe.Data(
        train, images.training(), change(crops), test, images.evaluation());
  }

  private static Trainer.Preparation change(BatchCrops crops) {
    return crops == null
        ? (batch, rng) -> batch
        : (batch, rng) ->
            batch.with(ImageBatches.IMAGE, crops.apply(batch.get(ImageBatches.IMAGE), rng));
  }

  /** The images of some classes, numbered from 0. */
  private static Dataset<LabelledImage> classes(Dataset<LabelledImage> all, int from, int to)
      throws IOException {
    List<Integer> chosen = new ArrayList<>();
    Rng unused = new Rng(0);
    for (int i = 0; i < all.size(); i++) {
      int label = all.get(i, unused).label();
      if (label >= from && label < to) {
        chosen.add(i);
      }
    }
    return all.subset(chosen.stream().mapToInt(Integer::intValue).toArray())
        .map((item, draws) -> new LabelledImage(item.image(), item.label() - from));
  }

  private static Dataset<LabelledImage> first(Dataset<LabelledImage> all, int count) {
    return count == 0 || count >= all.size()
        ? all
        : all.subset(IntStream.range(0, count).toArray());
  }

  /** What a network from scratch is trained and tested on. */
  ClassifierRecipe.Data scratch(ScalingVariant variant) {
    return new ClassifierRecipe.Data(
        first(images.train(), variant.images()),
        variant.augmented() ? images.training() : images.evaluation(),
        change(variant.augmented() ? crops : null),
        images.test(),
        images.evaluation());
  }

  /** Random versions of test images, as in training: [V, B, c, H, W]. */
  Tensor views(List<Image> pictures, int count, Rng draws) {
    List<Tensor> views = new ArrayList<>();
    for (int v = 0; v < count; v++) {
      views.add(
          crops == null
              ? ImageBatches.tensor(pictures, images.training(), draws)
              : crops.apply(ImageBatches.tensor(pictures, images.evaluation()), draws));
    }
    return Tensor.stack(0, views.toArray(Tensor[]::new));
  }

  @Override
  public void close() throws IOException {
    try {
      images.close();
    } finally {
      open.close();
    }
  }
}
