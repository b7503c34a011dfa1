package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A signal over a line as a stack of linear layers without activation functions, so that all that
 * is not linear comes from the encoding and from the modulation (section 3.2). Positions [n, 1] in
 * [0, 1] to values [n, out].
 */
public final class CamLine extends UnaryLayer {
  /**
   * Configuration of {@code field/cam-1d}.
   *
   * @param kind {@code pe} encodes the position, {@code cam} modulates the layers, {@code cam_pe}
   *     does both and {@code none} neither
   * @param hidden width
   * @param num_hidden_layers layers from hidden to hidden features
   * @param out_features values at a position
   * @param grid_size cells of the modulation
   */
  public record Config(
      @OneOf({"none", "pe", "cam", "cam_pe"}) String kind,
      @Default("64") int hidden,
      @Default("3") int num_hidden_layers,
      @Default("1") int out_features,
      @Default("64") int grid_size) {
    /** Checks the sizes. */
    public Config {
      if (hidden < 1 || num_hidden_layers < 0 || out_features < 1) {
        throw new IllegalArgumentException(
            "hidden and out_features must be at least 1 and num_hidden_layers at least 0, got %d, %d and %d"
                .formatted(hidden, out_features, num_hidden_layers));
      }
    }
  }

  private static final SinusoidalEncoding.Config ENCODING =
      new SinusoidalEncoding.Config(1, 0, 16, true);

  private final SinusoidalEncoding encoding; // null without
  private final CoordinateAwareModulation.Config modulation; // null without
  private final List<Linear> layers = new ArrayList<>();
  private final List<Tensor> grids = new ArrayList<>();
  private final Linear last;

  /** A network with PyTorch's initial weights. */
  public CamLine(Config config, Rng rng) {
    encoding =
        config.kind.endsWith("pe") ? child("time_encoder", new SinusoidalEncoding(ENCODING)) : null;
    modulation =
        config.kind.startsWith("cam")
            ? new CoordinateAwareModulation.Config(1, List.of(config.grid_size), "zeros", false)
            : null;
    int in = encoding == null ? 1 : ENCODING.size();
    for (int i = 0; i <= config.num_hidden_layers; i++) {
      layers.add(child("net." + i, new Linear(in, config.hidden, rng)));
      if (modulation != null) {
        grids.add(parameter("affine." + i, CoordinateAwareModulation.identity(modulation)));
      }
      in = config.hidden;
    }
    last = child("net_last", new Linear(in, config.out_features, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor h = encoding == null ? x : encoding.forward(x);
    for (int i = 0; i < layers.size(); i++) {
      h = layers.get(i).forward(h);
      if (modulation != null) {
        Tensor centred = x.mul(2.0).sub(1.0);
        h = CoordinateAwareModulation.modulate(h, centred, grids.get(i), modulation);
      }
    }
    return last.forward(h);
  }

  /** The grids of the layers, [1, 2, G, 1] each; none without modulation. */
  List<Tensor> grids() {
    return grids;
  }
}
