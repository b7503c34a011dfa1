package dev.melange.papers.finalmlp;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** The cross networks of DCN (v1), DCNv2 (v2) and DCN-Mix (mix): [B, D] to [B, D]. */
public final class CrossNet extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param kind v1 (a vector per layer), v2 (a matrix) or mix (low-rank experts with a gate)
   * @param input_dim D
   * @param num_layers number of layers
   * @param low_rank rank of an expert (mix)
   * @param num_experts experts per layer (mix)
   */
  public record Config(
      @Default("v2") @OneOf({"v1", "v2", "mix"}) String kind,
      int input_dim,
      @Default("3") int num_layers,
      @Default("32") int low_rank,
      @Default("4") int num_experts) {
    /** Checks the sizes. */
    public Config {
      boolean mixes = kind.equals("mix");
      if (input_dim < 1 || num_layers < 0 || (mixes && (low_rank < 1 || num_experts < 1))) {
        throw new IllegalArgumentException(
            "input_dim, low_rank and num_experts must be at least 1 and num_layers not negative, got %d, %d, %d and %d"
                .formatted(input_dim, low_rank, num_experts, num_layers));
      }
    }
  }

  private final Config config;
  private final Linear[] weights;
  private final Tensor[] biases;
  private final Tensor[] left;
  private final Tensor[] right;
  private final Tensor[] core;
  private final Linear[] gating;

  /** A network with initial weights. */
  public CrossNet(Config c, Rng rng) {
    config = c;
    int n = c.num_layers();
    int d = c.input_dim();
    boolean mix = c.kind().equals("mix");
    weights = new Linear[mix ? 0 : n];
    biases = new Tensor[n];
    left = new Tensor[n];
    right = new Tensor[n];
    core = new Tensor[n];
    gating = new Linear[mix ? c.num_experts() : 0];
    int e = c.num_experts();
    int r = c.low_rank();
    for (int l = 0; l < n; l++) {
      switch (c.kind()) {
        case "v1" -> {
          weights[l] = child("cross_net." + l + ".weight", Tower.linear(d, 1, false, rng));
          biases[l] = parameter("cross_net." + l + ".bias", Tensor.zeros(d));
        }
        case "v2" -> weights[l] = child("cross_layers." + l, Tower.linear(d, d, true, rng));
        default -> {
          left[l] = expert("U_list." + l, e, d, r, rng);
          right[l] = expert("V_list." + l, e, d, r, rng);
          core[l] = expert("C_list." + l, e, r, r, rng);
          biases[l] = parameter("bias." + l, Tensor.zeros(d, 1));
        }
      }
    }
    for (int i = 0; i < gating.length; i++) {
      gating[i] = child("gating." + i, Tower.linear(d, 1, false, rng));
    }
  }

  private Tensor expert(String name, int experts, int rows, int columns, Rng rng) {
    return parameter(name, Init.xavierNormal(Tensor.empty(experts, rows, columns), 1, rng));
  }

  @Override
  public Tensor forward(Tensor x0) {
    Tensor x = x0;
    for (int l = 0; l < config.num_layers(); l++) {
      x =
          switch (config.kind()) {
            case "v1" -> x.add(weights[l].forward(x).mul(x0)).add(biases[l]);
            case "v2" -> x.add(x0.mul(weights[l].forward(x)));
            default -> mixed(l, x0, x);
          };
    }
    return x;
  }

  private Tensor mixed(int l, Tensor x0, Tensor x) {
    Tensor low = Tensor.einsum("bd,edr->ber", x, right[l]).tanh();
    Tensor turned = Tensor.einsum("ers,bes->ber", core[l], low).tanh();
    Tensor high = Tensor.einsum("edr,ber->bed", left[l], turned).add(biases[l].reshape(-1));
    Tensor experts = x0.unsqueeze(1).mul(high);
    Tensor[] scores = new Tensor[gating.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = gating[i].forward(x);
    }
    Tensor gate = Tensor.cat(1, scores).softmax(1);
    return Tensor.einsum("be,bed->bd", gate, experts).add(x);
  }
}
