package dev.melange.papers.mambamixer;

import dev.melange.component.Default;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Init;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Mixes the positions of an image by selection: a filter, then four selective scans along and
 * against the rows and columns ({@link CrossScan}), whose sum is normalised and gated. [B, H, W,
 * d_model] to the same shape, for any H and W.
 */
public class Ss2d extends UnaryLayer {
  /**
   * Configuration of {@code layer/ss2d}.
   *
   * @param d_model features of the input and the output
   * @param d_state states of each inner channel
   * @param d_conv side of the filter, odd
   * @param expand inner channels as a multiple of the features
   * @param dt_rank rank of the projections to the step sizes
   */
  public record Config(
      int d_model,
      @Default("16") int d_state,
      @Default("3") int d_conv,
      @Default("2") double expand,
      @Default("\"auto\"") DtRank dt_rank) {
    /** Checks that the filter keeps the size of the image. */
    public Config {
      if (d_conv % 2 == 0) {
        throw new IllegalArgumentException(
            "d_conv must be odd, so that the filter has a centre; got " + d_conv);
      }
    }

    /** As the configuration of a block. */
    MambaConfig block() {
      return new MambaConfig(d_model, d_state, d_conv, expand, dt_rank, false);
    }
  }

  private static final int DIRECTIONS = 4;

  private final MambaConfig config;
  private final Linear inProj;
  private final Conv2d conv;
  private final Tensor coefficients; // [4, R + 2N, D]
  private final Tensor steps; // [4, D, R]
  private final Tensor stepBias; // [4, D]
  private final Tensor logRates; // [4 D, N]
  private final Tensor skips; // [4 D]
  private final LayerNorm outNorm;
  private final Linear outProj;

  /** A layer with Mamba's initial weights for each direction. */
  public Ss2d(Config config, Rng rng) {
    this.config = config.block();
    int inner = this.config.d_inner();
    int rank = this.config.rank();
    int side = config.d_conv;
    inProj = child("in_proj", new Linear(config.d_model, 2L * inner, false, rng));
    Conv2d.Spec filter = Conv2d.Spec.of(inner, inner, side).padding(side / 2).groups(inner);
    conv = child("conv2d", new Conv2d(filter, rng));
    double bound = 1 / Math.sqrt((double) inner);
    coefficients =
        parameter(
            "x_proj_weight",
            Init.uniform(
                Tensor.empty(DIRECTIONS, rank + 2L * config.d_state, inner), -bound, bound, rng));
    steps =
        parameter(
            "dt_projs_weight",
            MambaInit.stepWeight(Tensor.empty(DIRECTIONS, inner, rank), rank, rng));
    stepBias = parameter("dt_projs_bias", MambaInit.stepBias(rng, DIRECTIONS, inner));
    logRates = parameter("A_logs", MambaInit.logRates((long) DIRECTIONS * inner, config.d_state));
    skips = parameter("Ds", Tensor.ones((long) DIRECTIONS * inner));
    outNorm = child("out_norm", new LayerNorm(inner));
    outProj = child("out_proj", new Linear(inner, config.d_model, false, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    if (x.dim() != 4 || x.size(3) != config.d_model()) {
      throw new IllegalArgumentException(
          "Ss2d expects [B, H, W, %d], got %s"
              .formatted(config.d_model(), Arrays.toString(x.shape())));
    }
    long rows = x.size(1);
    long columns = x.size(2);
    Tensor[] parts = inProj.forward(x).chunk(2, 3);
    SelectiveScan.Arguments arguments = arguments(parts[0]);
    Tensor y =
        CrossScan.merge(
            SelectiveScan.out(arguments).unflatten(1, DIRECTIONS, config.d_inner()),
            rows,
            columns); // [B, D, H W]
    Tensor normed = outNorm.forward(y.transpose(1, 2)).unflatten(1, rows, columns);
    return outProj.forward(normed.mul(parts[1].silu()));
  }

  // The projections see each position alone. So they are computed once for all directions, row by
  // row, and their results are put in the order of the sequences.
  private SelectiveScan.Arguments arguments(Tensor projected) {
    long inner = config.d_inner();
    long states = config.d_state();
    long rank = config.rank();
    Tensor map = conv.forward(projected.permute(0, 3, 1, 2)).silu(); // [B, D, H, W]
    long rows = map.size(2);
    long columns = map.size(3);
    Tensor all = Nn.linear(map.flatten(2, 3).transpose(1, 2), coefficients.flatten(0, 1), null);
    Tensor[] of = all.unflatten(2, DIRECTIONS, rank + 2 * states).unbind(2); // [B, H W, R + 2N]
    Tensor[] delta = new Tensor[DIRECTIONS];
    Tensor[] b = new Tensor[DIRECTIONS];
    Tensor[] c = new Tensor[DIRECTIONS];
    for (int k = 0; k < DIRECTIONS; k++) {
      Tensor[] parts = of[k].split(new long[] {rank, states, states}, 2);
      delta[k] = asMap(Nn.linear(parts[0], steps.get(k), null), rows, columns);
      b[k] = asMap(parts[1], rows, columns);
      c[k] = asMap(parts[2], rows, columns);
    }
    return new SelectiveScan.Arguments(
        CrossScan.scan(map).flatten(1, 2),
        CrossScan.scan(delta[0], delta[1], delta[2], delta[3]).flatten(1, 2),
        logRates.exp().neg(),
        CrossScan.scan(b[0], b[1], b[2], b[3]),
        CrossScan.scan(c[0], c[1], c[2], c[3]),
        skips,
        null,
        stepBias.reshape(DIRECTIONS * inner),
        true);
  }

  private static Tensor asMap(Tensor tokens, long rows, long columns) {
    return tokens.transpose(1, 2).unflatten(2, rows, columns);
  }

  /**
   * The mean step size dt at each place for each direction: large where the layer reads its input,
   * small where it keeps its state. [B, H, W, d_model] to [B, 4, H, W].
   */
  public Tensor stepMaps(Tensor x) {
    long rows = x.size(1);
    long columns = x.size(2);
    SelectiveScan.Arguments in = arguments(inProj.forward(x).chunk(2, 3)[0]);
    Tensor dt = in.delta().add(in.deltaBias().unsqueeze(1)).softplus();
    Tensor mean = dt.unflatten(1, DIRECTIONS, config.d_inner()).meanKeep(2); // [B, 4, 1, L]
    Tensor[] maps = new Tensor[DIRECTIONS];
    for (int k = 0; k < DIRECTIONS; k++) {
      Tensor row = mean.select(1, k); // [B, 1, L]
      Tensor ahead = k < 2 ? row : row.flip(2);
      maps[k] =
          k % 2 == 0
              ? ahead.unflatten(2, rows, columns)
              : ahead.unflatten(2, columns, rows).transpose(2, 3);
    }
    return Tensor.cat(1, maps);
  }
}
