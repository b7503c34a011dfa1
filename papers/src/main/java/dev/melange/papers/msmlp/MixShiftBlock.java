package dev.melange.papers.msmlp;

import dev.melange.component.Default;
import dev.melange.nn.DropPath;
import dev.melange.nn.Init;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * A block: {@code x + gamma MLP(norm(mix-shift(x)))}, with a learned factor per channel and
 * stochastic depth. [B, C, H, W] to the same shape, for maps of any size.
 */
public final class MixShiftBlock extends UnaryLayer {
  /**
   * Configuration of {@code layer/mix-shift-block}.
   *
   * @param dim channels C
   * @param shift_size number G of groups of channels
   * @param shift_dist distance by which each group is rolled, [G]
   * @param mix_size odd side of the neighbourhood of each group, [G]
   * @param mlp_ratio hidden over outer width of the MLP, cut to a whole number of channels
   * @param layer_scale_init_value initial value of the factors; none if not above 0
   */
  public record Config(
      int dim,
      int shift_size,
      List<Integer> shift_dist,
      List<Integer> mix_size,
      @Default("4.0") double mlp_ratio,
      @Default("1e-6") double layer_scale_init_value) {
    /** Checks that the groups fit. */
    public Config {
      shift_dist = List.copyOf(shift_dist);
      mix_size = List.copyOf(mix_size);
      if (dim < 1 || shift_size < 1) {
        throw new IllegalArgumentException(
            "dim and shift_size must be at least 1, got %d and %d".formatted(dim, shift_size));
      }
      requireRow("shift_dist", shift_dist, shift_size);
      requireRow("mix_size", mix_size, shift_size);
      if (mix_size.stream().anyMatch(size -> size < 1 || size % 2 == 0)) {
        throw new IllegalArgumentException("mix_size must be odd and positive, got " + mix_size);
      }
      MixShift.requireGroups("a block", dim, shift_size);
      if (!((int) (mlp_ratio * dim) >= 1)) {
        throw new IllegalArgumentException(
            "mlp_ratio %s of %d channels leaves no hidden channel".formatted(mlp_ratio, dim));
      }
    }

    private static void requireRow(String key, List<Integer> row, int groups) {
      if (row.size() != groups) {
        throw new IllegalArgumentException(
            "%s must have one element for each of the %d groups of shift_size, got %s"
                .formatted(key, groups, row));
      }
    }
  }

  private UnaryLayer mixer;
  private List<String> mixerParts; // names of the children that belong to it
  private final LayerNorm norm;
  private final Linear expand;
  private final Linear contract;
  private final Tensor gamma; // [C] or null
  private final DropPath dropPath;

  /** A block with initial weights, without stochastic depth. */
  public MixShiftBlock(Config config, Rng rng) {
    this(config, 0, rng);
  }

  /**
   * A block with initial weights.
   *
   * @param dropPathRate probability of dropping the branch of a sample in training, [0, 1)
   */
  public MixShiftBlock(Config config, double dropPathRate, Rng rng) {
    int hidden = (int) (config.mlp_ratio * config.dim);
    gamma =
        config.layer_scale_init_value > 0
            ? parameter("gamma", Tensor.full(config.layer_scale_init_value, config.dim))
            : null;
    mixer = new MixShift(config.dim, config.shift_dist, config.mix_size, rng);
    // its parts are registered here, so that they are named as those of the block
    mixer.children().forEach(this::child);
    mixerParts = List.copyOf(mixer.children().keySet());
    norm = child("norm", new LayerNorm(config.dim, 1e-6));
    expand = child("pwconv1", linear(config.dim, hidden, rng));
    contract = child("pwconv2", linear(hidden, config.dim, rng));
    dropPath = child("drop_path", new DropPath(dropPathRate));
  }

  /** Truncated normal weights of deviation 0.02, no bias at first. */
  static Linear linear(int in, int out, Rng rng) {
    Linear linear = new Linear(in, out, rng);
    Init.truncatedNormal(linear.weight(), 0.02, rng);
    Init.constant(linear.bias(), 0);
    return linear;
  }

  /** The token mixer: a {@link MixShift}, if it was not replaced. */
  public UnaryLayer mixer() {
    return mixer;
  }

  /** Puts another token mixer, [B, C, h, w] to the same shape, in the place of this block's own. */
  void replaceMixer(UnaryLayer layer) {
    mixer = replaceChildren(mixerParts, "mixer", layer);
    mixerParts = List.of("mixer");
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed = scoped(() -> mixer.forward(x));
    return scoped(
        () -> {
          Tensor tokens = norm.forward(mixed.permute(0, 2, 3, 1)); // [B, H, W, C]
          Tensor branch = contract.forward(expand.forward(tokens).gelu());
          Tensor scaled = gamma == null ? branch : branch.mul(gamma);
          return x.add(dropPath.forward(scaled).permute(0, 3, 1, 2));
        });
  }
}
