package dev.melange.papers.affnet;

import dev.melange.data.image.Image;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is exactly so in a trained network, in float64: its filters are circular convolutions, and
 * their kernels depend on the image.
 *
 * @param error largest difference between filtered maps and convolved ones, relative to the largest
 *     value
 * @param change difference between the kernels of two images, relative to the kernels, mean over
 *     blocks and pairs of images
 */
record FilterFacts(double error, double change) {
  private static final double ROUNDING = 1e-10;

  /** Looks at the filters for the first test images of different classes. */
  static FilterFacts of(ImageModel model, StudyImages images, int count) throws IOException {
    List<Image> pictures = new ArrayList<>();
    for (int index : images.oneOfEachClass(count)) {
      pictures.add(images.test().get(index, new Rng(0)).image());
    }
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      model.to(DType.F64);
      Tensor x = ImageBatches.tensor(pictures, images.evaluation()).to(DType.F64);
      double error = 0;
      double change = 0;
      int compared = 0;
      for (AffTokenMixer.Filtered filtered : StudyNetwork.filters(model, x)) {
        Tensor kernel = filtered.kernel();
        Tensor mixed = filtered.mixed();
        double largest = Math.max(1e-300, mixed.abs().max().item());
        Tensor convolved = convolve(filtered.input(), kernel);
        error = Math.max(error, convolved.sub(mixed).abs().max().item() / largest);
        for (int i = 1; i < kernel.size(0); i++) {
          double sizes = kernel.get(i).norm().item() + kernel.get(i - 1).norm().item();
          double difference = kernel.get(i).sub(kernel.get(i - 1)).norm().item();
          change += sizes == 0 ? 0 : 2 * difference / sizes;
          compared++;
        }
      }
      return new FilterFacts(error, compared == 0 ? 0 : change / compared);
    }
  }

  /** The circular convolution of each channel with a kernel as large as the map, by its sum. */
  static Tensor convolve(Tensor x, Tensor kernel) {
    Tensor sum = x.zerosLike();
    for (int i = 0; i < kernel.size(2); i++) {
      for (int j = 0; j < kernel.size(3); j++) {
        Tensor weight = kernel.narrow(2, i, 1).narrow(3, j, 1);
        Tensor shifted = x.roll(new long[] {i, j}, 2, 3);
        sum.add_(Scope.run(() -> shifted.mul(weight)));
      }
    }
    return sum;
  }

  boolean isConvolution() {
    return error <= ROUNDING;
  }

  Finding finding() {
    boolean holds = isConvolution() && change > 0;
    return new Finding(
        "The filter is a convolution with a kernel as large as the map, and the kernel depends on the image.",
        holds ? Verdict.HOLDS : Verdict.FAILS,
        List.of(
            String.format(
                Locale.ROOT,
                "In float64 the filtered maps differ from the circular convolution with the kernels by at most %.0e of the largest value (allowed %.0e).",
                error,
                ROUNDING),
            String.format(
                Locale.ROOT,
                "The kernels of two images differ by %.1f %% of their size in the mean; those of a static filter do not differ.",
                100 * change)),
        false);
  }
}
