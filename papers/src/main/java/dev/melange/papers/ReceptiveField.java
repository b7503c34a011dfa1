package dev.melange.papers;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * The effective receptive field of the central unit of a map: how strongly it depends on each pixel
 * of the image, as mean absolute gradient over images and channels.
 */
public final class ReceptiveField {
  private ReceptiveField() {}

  /**
   * Computes it for a network in inference mode. Its parameters keep their gradients as they are.
   *
   * @param map from images [B, c, H, W] to a map [B, C, h, w]
   * @param images [B, c, H, W]
   * @return [H][W], scaled so that the greatest value is 1 (all 0 if nothing depends on the image)
   */
  public static double[][] ofCentre(UnaryOperator<Tensor> map, Tensor images) {
    try (Scope scope = Scope.open();
        var guard = Autograd.enableGrad()) {
      Tensor x = images.detach().copy().requiresGrad_(true);
      Tensor y = map.apply(x);
      if (y.dim() != 4) {
        throw new IllegalArgumentException(
            "a receptive field needs a map [B, C, h, w], got " + Arrays.toString(y.shape()));
      }
      Tensor centre = y.select(3, y.size(3) / 2).select(2, y.size(2) / 2).sum();
      Tensor field = Autograd.grad(centre, x)[0].detach().abs().mean(0, 1);
      double[] values = field.to(DType.F64).to(Device.CPU).contiguous().toDoubles();
      double greatest = Arrays.stream(values).max().orElse(0);
      int width = (int) x.size(3);
      double[][] rows = new double[(int) x.size(2)][width];
      for (int i = 0; i < values.length; i++) {
        rows[i / width][i % width] = greatest == 0 ? 0 : values[i] / greatest;
      }
      return rows;
    }
  }
}
