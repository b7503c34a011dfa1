package dev.melange.papers.raftmlp;

import dev.melange.nn.LayerNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Token mixing, then an MLP over the channels with a residual path; [B, D, h, w]. */
final class RaftBlock extends UnaryLayer {
  private final UnaryLayer mixer;
  private final LayerNorm norm;
  private final ResidualMlp channels;

  RaftBlock(RaftMlpConfig config, int level, Rng rng) {
    RaftMlpConfig.Level spec = config.layers().get(level);
    boolean rafts = config.token_mixing_type().equals("ser_pm");
    mixer = rafts ? raftMixer(config, level, rng) : globalMixer(config, level, rng);
    // its parts are registered here, so that they are named as those of the block
    mixer.children().forEach(this::child);
    String name = rafts ? "5" : "3";
    norm = child(name + ".norm", new LayerNorm(spec.dim()));
    channels =
        child(
            name,
            new ResidualMlp(
                spec.dim(),
                config.channel_expansion_factor(),
                config.dropout(),
                config.drop_path_rate(),
                rng));
  }

  private static UnaryLayer raftMixer(RaftMlpConfig config, int level, Rng rng) {
    RaftMlpConfig.Level spec = config.layers().get(level);
    return new RaftMixer(
        spec.dim(),
        spec.raft_size(),
        config.grid(level),
        config.token_expansion_factor(),
        config.dropout(),
        config.drop_path_rate(),
        rng);
  }

  private static UnaryLayer globalMixer(RaftMlpConfig config, int level, Rng rng) {
    return new GlobalMixer(
        config.layers().get(level).dim(),
        config.grid(level),
        config.token_expansion_factor(),
        config.dropout(),
        config.drop_path_rate(),
        rng);
  }

  /** The token mixer: a {@link RaftMixer}, or one over all positions. */
  UnaryLayer mixer() {
    return mixer;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed = scoped(() -> mixer.forward(x)).permute(0, 2, 3, 1); // [B, h, w, D]
    return scoped(() -> mixed.add(channels.forward(norm.forward(mixed))).permute(0, 3, 1, 2));
  }
}
