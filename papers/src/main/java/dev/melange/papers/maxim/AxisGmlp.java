package dev.melange.papers.maxim;

import dev.melange.nn.Dropout;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * A gated MLP along one axis of the windows of an image, with a norm and a residual connection of
 * its own or without: [B, H, W, C] to the same shape (paper, figure 3 and supplement).
 */
final class AxisGmlp extends UnaryLayer {
  private final MixingAxis axis;
  private final List<Integer> size;
  private final LayerNorm norm; // null in a backbone that has its own
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
    this(axis, channels, size, factor, bias, dropout, true, rng);
  }

  private AxisGmlp(
      MixingAxis axis,
      int channels,
      List<Integer> size,
      int factor,
      boolean bias,
      double dropout,
      boolean residual,
      Rng rng) {
    this.axis = axis;
    this.size = size;
    int hidden = channels * factor;
    norm = residual ? child("LayerNorm", new LayerNorm(channels, Maxim.EPS)) : null;
    inProject = child("in_project", FlaxInit.narrow(channels, hidden, bias, rng));
    gate = child(axis.title() + "GatingUnit", new Gate(axis, hidden / 2, size, bias, rng));
    outProject = child("out_project", FlaxInit.narrow(hidden / 2, channels, bias, rng));
    drop = child("dropout", new Dropout(dropout));
  }

  /** Without norm and residual connection, as a token mixer. */
  static AxisGmlp mixer(MixingAxis axis, int channels, List<Integer> size, Rng rng) {
    return new AxisGmlp(axis, channels, size, 2, true, 0, false, rng);
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
              scoped(
                  () -> {
                    Tensor normed = norm == null ? windows : norm.forward(windows);
                    return gate.forward(inProject.forward(normed).geluTanh());
                  });
          Tensor y = drop.forward(outProject.forward(hidden));
          return axis.join(norm == null ? y : windows.add(y), x, size);
        });
  }
}
