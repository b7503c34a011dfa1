package dev.melange.papers.tsmixer;

import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Corrects each step of a forecast by all channels around it: the 2k + 1 steps (zeros beyond the
 * ends) of all channels, gated, lead linearly to a correction (section on cross-channel
 * reconciliation; not in the official release). Component {@code
 * layer/cross-channel-reconciliation}.
 */
public final class CrossChannelReconciliation extends UnaryLayer {
  /**
   * Sizes.
   *
   * @param num_channels C
   * @param context_length steps looked at on either side, k
   */
  public record Config(int num_channels, int context_length) {
    /** Checks the sizes. */
    public Config {
      if (num_channels < 1 || context_length < 0) {
        throw new IllegalArgumentException(
            "num_channels must be at least 1 and context_length at least 0, got %d and %d"
                .formatted(num_channels, context_length));
      }
    }

    int window() {
      return 2 * context_length + 1;
    }
  }

  private final Config config;
  private final SoftmaxGate gate;
  private final Linear projection;

  /** A layer with initial weights from the stream. */
  public CrossChannelReconciliation(Config config, Rng rng) {
    this.config = config;
    int size = config.window() * config.num_channels();
    gate = child("gating_block", new SoftmaxGate(size, rng));
    projection = child("projection", TsInit.linear(size, config.num_channels(), rng));
  }

  /** A forecast [B, H, C] with its correction, [B, H, C]. */
  @Override
  public Tensor forward(Tensor forecast) {
    if (forecast.dim() != 3 || forecast.size(2) != config.num_channels()) {
      throw new IllegalArgumentException(
          "the reconciliation is for forecasts [B, H, %d], got %s"
              .formatted(config.num_channels(), Arrays.toString(forecast.shape())));
    }
    int k = config.context_length();
    Tensor around =
        Nn.pad(forecast, 0, 0, k, k)
            .unfold(1, config.window(), 1) // [B, H, C, w]
            .transpose(2, 3)
            .flatten(2, 3); // time first
    return forecast.add(projection.forward(gate.forward(around)));
  }
}
