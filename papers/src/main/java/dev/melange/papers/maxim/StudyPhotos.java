package dev.melange.papers.maxim;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.LocatedSet;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.PackedImages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The images of the study.
 *
 * @param train for training
 * @param examples for judging
 * @param degradation what is removed; null for pairs
 */
record StudyPhotos(
    Dataset<PhotoPair> train, RestorationExamples examples, Degradation degradation) {
  private static final int SEED_OF_THE_TEST = 0;

  static StudyPhotos load(DataSets sets, MaximSettings settings) throws IOException {
    if (settings.data().equals("pairs")) {
      return pairs(settings);
    }
    Degradation degradation = new Degradation(settings.degradation());
    Dataset<PhotoPair> train;
    Dataset<PhotoPair> test;
    if (settings.data().equals("photos")) {
      LocatedSet photos = sets.where("photos");
      train = of(List.of(read(photos, "china.jpg")));
      test = of(patches(read(photos, "flower.jpg"), settings.test_size(), settings.test()));
    } else {
      train = of(images(ImageSets.sample(sets, "cifar10", true, settings.train())));
      test = of(images(ImageSets.sample(sets, "cifar10", false, settings.test())));
    }
    return new StudyPhotos(train, examples(test, degradation, settings), degradation);
  }

  private static StudyPhotos pairs(MaximSettings settings) throws IOException {
    if (settings.pairs() == null) {
      throw new DataException(
          "this scale needs pairs of photographs, such as Rain13k: --set pairs=FOLDER, with train/input, train/target, test/input and test/target in it; or --set data=cifar10");
    }
    Path folder = Path.of(settings.pairs());
    Dataset<PhotoPair> train = folder(folder.resolve("train"), settings.train());
    Dataset<PhotoPair> test = folder(folder.resolve("test"), settings.test());
    return new StudyPhotos(train, examples(test, null, settings), null);
  }

  private static Dataset<PhotoPair> folder(Path folder, int most) throws IOException {
    Dataset<PhotoPair> all = PhotoFolder.pairs(folder.resolve("input"), folder.resolve("target"));
    int[] first = new int[Math.min(most, all.size())];
    for (int i = 0; i < first.length; i++) {
      first[i] = i;
    }
    return all.subset(first);
  }

  private static RestorationExamples examples(
      Dataset<PhotoPair> test, Degradation degradation, MaximSettings settings) throws IOException {
    boolean rain = degradation != null && degradation.config().kind().equals("rain");
    return RestorationExamples.of(test, degradation, settings.test_size(), rain, SEED_OF_THE_TEST);
  }

  private static Image read(LocatedSet set, String file) throws IOException {
    try (InputStream in = set.source(file).open()) {
      return ImageFiles.decode(file, in.readAllBytes(), ImageFiles.MAX_PIXELS);
    }
  }

  /** Patches evenly spread over a photograph. */
  private static List<Image> patches(Image photo, int size, int count) {
    int rows = (int) Math.ceil(Math.sqrt(count));
    List<Image> patches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int top = (photo.height() - size) * (i / rows) / Math.max(1, rows - 1);
      int left = (photo.width() - size) * (i % rows) / Math.max(1, rows - 1);
      patches.add(photo.crop(top, left, size, size));
    }
    return patches;
  }

  private static List<Image> images(PackedImages packed) {
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < packed.size(); i++) {
      images.add(packed.image(i));
    }
    return images;
  }

  /** Good photographs of a list. */
  static Dataset<PhotoPair> of(List<Image> targets) {
    return new Dataset<>() {
      @Override
      public int size() {
        return targets.size();
      }

      @Override
      public PhotoPair get(int index, RandomGenerator draws) {
        return new PhotoPair(null, targets.get(index).withChannels(3));
      }

      @Override
      public String id(int index) {
        return "image " + index;
      }
    };
  }
}
