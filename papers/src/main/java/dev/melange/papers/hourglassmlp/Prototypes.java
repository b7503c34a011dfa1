package dev.melange.papers.hourglassmlp;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Prototype images of classes, the targets of {@link GenerativeClassification}. */
public final class Prototypes {
  private Prototypes() {}

  /**
   * The mean image of every class.
   *
   * @param images [N, D]
   * @param labels classes 0..K-1, one per image
   * @param classes K
   * @return [K, D]
   * @throws IllegalArgumentException if a class has no image
   */
  public static Tensor means(Tensor images, int[] labels, int classes) {
    Tensor oneHot = Tensor.of(labels, labels.length).to(DType.I64).oneHot(classes);
    Tensor weights = oneHot.to(images.dtype()).t();
    Tensor counts = weights.sumKeep(1);
    requireAll(labels, classes);
    return weights.matmul(images).div(counts);
  }

  /**
   * One image of every class: the first.
   *
   * @param images [N, D]
   * @param labels as for {@link #means}
   * @param classes K
   * @return [K, D]
   * @throws IllegalArgumentException if a class has no image
   */
  public static Tensor samples(Tensor images, int[] labels, int classes) {
    requireAll(labels, classes);
    int[] chosen = new int[classes];
    for (int i = labels.length - 1; i >= 0; i--) {
      chosen[labels[i]] = i;
    }
    return images.indexSelect(0, Tensor.of(chosen, classes).to(DType.I64));
  }

  private static void requireAll(int[] labels, int classes) {
    for (int k = 0; k < classes; k++) {
      int wanted = k;
      if (Arrays.stream(labels).noneMatch(label -> label == wanted)) {
        throw new IllegalArgumentException(
            "class %d of %d has no image, so it has no prototype; give more images"
                .formatted(k, classes));
      }
    }
  }
}
