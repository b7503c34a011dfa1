package dev.melange.papers.maxim;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * What one pixel of the result depends on: the size of the gradient with respect to each pixel of
 * the input, summed over the channels.
 *
 * @param magnitude [row][column]
 */
record ReceptiveField(double[][] magnitude) {
  /**
   * The field of layers one after the other, for a random image.
   *
   * @param layers from [1, channels, H, W] to the same shape
   * @param row of the pixel of the result
   * @param column of the pixel of the result
   */
  static ReceptiveField of(
      List<? extends UnaryLayer> layers, int channels, int height, int width, int row, int column) {
    try (Scope scope = Scope.open()) {
      layers.forEach(layer -> layer.to(DType.F64));
      Tensor image =
          new Rng(0).normal(1, channels, height, width).to(DType.F64).requiresGrad_(true);
      Tensor y = image;
      for (UnaryLayer layer : layers) {
        y = layer.forward(y);
      }
      y.select(3, column).select(2, row).sum().backward();
      double[] flat = image.grad().abs().sum(0, 1).toDoubles();
      double[][] magnitude = new double[height][];
      for (int i = 0; i < height; i++) {
        magnitude[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
      }
      return new ReceptiveField(magnitude);
    }
  }

  /** How many pixels have an influence. */
  int pixels() {
    return (int)
        Arrays.stream(magnitude).flatMapToDouble(Arrays::stream).filter(m -> m > 0).count();
  }
}
