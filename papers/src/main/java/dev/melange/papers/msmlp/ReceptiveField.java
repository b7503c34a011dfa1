package dev.melange.papers.msmlp;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What the position in the middle of a map is computed from, by gradients. */
public final class ReceptiveField {
  private ReceptiveField() {}

  /**
   * How strongly each pixel acts on the middle of a stage's map: the absolute gradient of the sum
   * of its channels, averaged over the images and their channels.
   *
   * @param model in inference mode
   * @param x images [B, C, H, W] on the model's device
   * @param stage from 0; what leaves its blocks is looked at
   * @return [H][W]
   */
  public static double[][] ofStage(MsMlp model, Tensor x, int stage) {
    try (Scope scope = Scope.open();
        var guard = Autograd.enableGrad()) {
      Tensor images = x.detach().alias().requiresGrad_(true);
      Tensor map = model.forwardStages(images).get(stage);
      Tensor middle = map.select(2, map.size(2) / 2).select(2, map.size(3) / 2); // [B, C]
      return rows(Autograd.grad(middle.sum(), images)[0].abs().mean(0, 1));
    }
  }

  /**
   * What each group of channels of a mixer reads: for every group, the absolute gradient of the
   * middle position on the map that enters, averaged over its channels. It does not depend on the
   * map, because the mixer is linear.
   *
   * @param mixer the mixer
   * @param height rows of the map
   * @param width columns of the map
   * @return per group [height][width]
   */
  public static List<double[][]> ofGroups(MixShift mixer, int height, int width) {
    List<double[][]> fields = new ArrayList<>();
    try (Scope scope = Scope.open();
        var guard = Autograd.enableGrad()) {
      Tensor some = mixer.parameters().values().iterator().next();
      Tensor x = some.detach().newZeros(1, mixer.channels(), height, width).requiresGrad_(true);
      Tensor middle = mixer.forward(x).select(2, height / 2).select(2, width / 2); // [1, C]
      long from = 0;
      for (long size : mixer.groups()) {
        // channels do not mix, so the gradient of the sum is that of each channel in its own place
        Tensor sum = middle.narrow(1, from, size).sum();
        Tensor gradient = Autograd.gradWithGraph(sum, x)[0].detach();
        fields.add(rows(gradient.narrow(1, from, size).abs().mean(0, 1)));
        from += size;
      }
    }
    return fields;
  }

  private static double[][] rows(Tensor map) {
    int height = (int) map.size(0);
    int width = (int) map.size(1);
    double[] flat = map.to(DType.F64).to(Device.CPU).toDoubles();
    double[][] rows = new double[height][width];
    for (int i = 0; i < flat.length; i++) {
      rows[i / width][i % width] = flat[i];
    }
    return rows;
  }
}
