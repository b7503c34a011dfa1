package dev.melange.papers.mixupneuralcollapse;

import dev.melange.mix.Mixup;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pairs of images and their shares, for looking at the features of mixed images: half of the pairs
 * are of one class, half of two, and the shares are uniform.
 *
 * @param first which image, int64 [n]
 * @param second its partner, int64 [n]
 * @param labelsA class of the first, int64 [n]
 * @param labelsB class of the second, int64 [n]
 * @param lam share of the first, float64 [n]
 */
record Mixtures(Tensor first, Tensor second, Tensor labelsA, Tensor labelsB, Tensor lam) {
  /**
   * Draws pairs.
   *
   * @param labels classes of all images
   * @param classes those from which images are taken; each must occur
   * @param count number of pairs
   */
  static Mixtures draw(long[] labels, int[] classes, int count, Rng rng) {
    List<int[]> members = new ArrayList<>();
    for (int c : classes) {
      int[] found = IntStream.range(0, labels.length).filter(i -> labels[i] == c).toArray();
      if (found.length == 0) {
        throw new IllegalArgumentException("there are no images of class " + c);
      }
      members.add(found);
    }
    long[] first = new long[count];
    long[] second = new long[count];
    double[] lam = new double[count];
    for (int i = 0; i < count; i++) {
      int a = rng.nextInt(classes.length);
      boolean same = i % 2 == 0 || classes.length == 1;
      int b = same ? a : (a + 1 + rng.nextInt(classes.length - 1)) % classes.length;
      first[i] = pick(members.get(a), rng);
      second[i] = pick(members.get(b), rng);
      lam[i] = rng.nextDouble();
    }
    return new Mixtures(
        Tensor.of(first), Tensor.of(second), of(labels, first), of(labels, second), Tensor.of(lam));
  }

  private static long pick(int[] from, Rng rng) {
    return from[rng.nextInt(from.length)];
  }

  private static Tensor of(long[] labels, long[] chosen) {
    return Tensor.of(Arrays.stream(chosen).map(i -> labels[(int) i]).toArray());
  }

  /** The mixed images. */
  Tensor images(Tensor images) {
    return Mixup.apply(
        images.indexSelect(0, first.to(images.device())),
        images.indexSelect(0, second.to(images.device())),
        lam.to(DType.F32).to(images.device()));
  }

  /** Their geometry. */
  MixupGeometry geometry(
      boolean project, Tensor features, FeatureClassifier classifier, Tensor classMeans) {
    return MixupGeometry.of(
        new MixupGeometry.Config(project),
        features,
        labelsA,
        labelsB,
        lam,
        classifier.last().weight(),
        classMeans);
  }
}
