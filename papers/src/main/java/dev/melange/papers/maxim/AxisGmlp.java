package dev.melange.papers.maxim;

import dev.melange.nn.Dropout;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * A gated MLP along one axis of the windows of an image, with a residual connection: [B, H, W, C]
 * to the same shape (paper, figure 3 and supplement).
 */
final class AxisGmlp extends UnaryLayer {
  private final MixingAxis axis;
  private final List<Integer> size;
  private final LayerNorm norm;
  private final Linear inProject;
  private final Gate gate;
  private final Linear outProject;
  private final Dropout drop;

  AxisGmlp(
      MixingAxis axis,
      int channels,
      List<Integer> size,
      int factor,
      boolean bias,
      double dropout,
      Rng rng) {
    this.axis = axis;
    this.size = size;
    int hidden = channels * factor;
    norm = child("LayerNorm", new LayerNorm(channels, Maxim.EPS));
    inProject = child("in_project", FlaxInit.narrow(channels, hidden, bias, rng));
    gate = child(axis.title() + "GatingUnit", new Gate(axis, hidden / 2, size, bias, rng));
    outProject = child("out_project", FlaxInit.narrow(hidden / 2, channels, bias, rng));
    drop = child("dropout", new Dropout(dropout));
  }

  /** One half of the channels gates the other: [B, windows, pixels, 2 C] to [..., C]. */
  private static final class Gate extends UnaryLayer {
    private final MixingAxis axis;
    private final LayerNorm norm;
    private final Linear dense;

    Gate(MixingAxis axis, int channels, List<Integer> size, boolean bias, Rng rng) {
      this.axis = axis;
      int n = MixingAxis.positions(size);
      norm = child("intermediate_layernorm", new LayerNorm(channels, Maxim.EPS));
      dense = child("Dense_0", FlaxInit.narrow(n, n, bias, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor[] halves = x.chunk(2, -1);
      Tensor gate = axis.mix(norm.forward(halves[1]), dense.weight(), dense.bias());
      return halves[0].addcmul(halves[0], gate, 1); // u * (v + 1)
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    return scoped(
        () -> {
          Tensor windows = axis.cut(x, size);
          Tensor hidden =
              scoped(() -> gate.forward(inProject.forward(norm.forward(windows)).geluTanh()));
          Tensor y = windows.add(drop.forward(outProject.forward(hidden)));
          return axis.join(y, x, size);
        });
  }
}
