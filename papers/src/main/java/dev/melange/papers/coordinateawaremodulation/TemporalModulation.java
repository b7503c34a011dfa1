package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.nn.Layer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Instance normalisation, then scale and shift of each channel by values that are interpolated over
 * time (section 4.2). Unlike {@link CoordinateAwareModulation}, each channel has its own.
 */
public final class TemporalModulation extends Layer {
  /**
   * Configuration of {@code layer/temporal-modulation}.
   *
   * @param mod_dim cells of time
   * @param channels of the maps
   * @param wbit bits of the quantised cells, 2 to 8; 32 for no quantisation
   */
  public record Config(int mod_dim, int channels, @Default("32") int wbit) {
    /** Checks the sizes. */
    public Config {
      if (mod_dim < 1 || channels < 1) {
        throw new IllegalArgumentException(
            "mod_dim and channels must be at least 1, got %d and %d".formatted(mod_dim, channels));
      }
    }
  }

  private static final double EPS = 1e-5;
  static final double INDEX_SLACK = 1e-6; // against times that rounding put just below a cell

  private final int cells;
  private final WeightQuantization quantization;
  private final Tensor scale; // [cells, C, 1, 1]
  private final Tensor shift;

  /** A layer of scales 1 and shifts 0. */
  public TemporalModulation(Config config, Rng rng) {
    cells = config.mod_dim;
    quantization = new WeightQuantization(config.wbit);
    scale = parameter("mod_grid.0", Tensor.ones(cells, config.channels, 1, 1));
    shift = parameter("mod_grid.1", Tensor.zeros(cells, config.channels, 1, 1));
  }

  /**
   * Modulates maps.
   *
   * @param x [B, C, h, w]
   * @param t time in [0, 1], [B]
   * @return [B, C, h, w]
   */
  public Tensor forward(Tensor x, Tensor t) {
    checkTimes(t);
    Tensor place = t.mul((double) (cells - 1));
    Tensor left = place.detach().add(INDEX_SLACK).floor();
    Tensor first = left.to(DType.I64);
    // behind the last cell the weight is zero up to rounding
    Tensor second = first.add(1L).clampMax(cells - 1.0).to(DType.I64);
    Tensor toSecond = place.sub(left).reshape(-1, 1, 1, 1);
    Tensor toFirst = toSecond.rsub(1);
    Tensor normal = Nn.instanceNorm(x, null, null, EPS);
    return normal
        .mul(between(scale, first, toFirst, second, toSecond))
        .add(between(shift, first, toFirst, second, toSecond));
  }

  private Tensor between(Tensor grid, Tensor first, Tensor a, Tensor second, Tensor b) {
    Tensor values = quantization.apply(grid);
    return values.indexSelect(0, first).mul(a).add(values.indexSelect(0, second).mul(b));
  }

  /** Checks that times are [B], from 0 to 1. */
  static void checkTimes(Tensor t) {
    if (t.dim() != 1) {
      throw new IllegalArgumentException("times must be [B], got " + Arrays.toString(t.shape()));
    }
    double low = t.detach().min().item();
    double high = t.detach().max().item();
    if (!(low >= 0 && high <= 1)) {
      throw new IllegalArgumentException(
          "times must be in [0, 1], got values from %s to %s; divide frame numbers by their count"
              .formatted(low, high));
    }
  }
}
