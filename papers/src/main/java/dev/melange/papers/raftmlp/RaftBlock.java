package dev.melange.papers.raftmlp;

import dev.melange.nn.ChannelLayerNorm;
import dev.melange.nn.DropPath;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** Token mixing, then an MLP over the channels with a residual path; [B, D, h, w]. */
final class RaftBlock extends UnaryLayer {
  private final int dim;
  private final double dropPathRate;
  private UnaryLayer mixer;
  private List<String> mixerParts; // names of the children that belong to it
  private final LayerNorm norm;
  private final ResidualMlp channels;

  RaftBlock(RaftMlpConfig config, int level, Rng rng) {
    RaftMlpConfig.Level spec = config.layers().get(level);
    dim = spec.dim();
    dropPathRate = config.drop_path_rate();
    boolean rafts = config.token_mixing_type().equals("ser_pm");
    mixer = rafts ? raftMixer(config, level, rng) : globalMixer(config, level, rng);
    // its parts are registered here, so that they are named as those of the block
    mixer.children().forEach(this::child);
    mixerParts = List.copyOf(mixer.children().keySet());
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

  /** The token mixer with its norms and residual paths. */
  UnaryLayer mixer() {
    return mixer;
  }

  /** Puts a mixer of maps without norm and residual path in the place of this block's own. */
  void replaceMixer(UnaryLayer layer) {
    mixer = replaceChildren(mixerParts, "0", new NormedMixer(dim, layer, dropPathRate));
    mixerParts = List.of("0");
  }

  /** {@code x + mixer(norm(x))}, with stochastic depth. */
  private static final class NormedMixer extends UnaryLayer {
    private final ChannelLayerNorm norm;
    private final UnaryLayer mixer;
    private final DropPath dropPath;

    NormedMixer(int dim, UnaryLayer mixer, double dropPathRate) {
      norm = child("norm", new ChannelLayerNorm(dim, 1e-5));
      this.mixer = child("mixer", mixer);
      dropPath = child("drop", new DropPath(dropPathRate));
    }

    @Override
    public Tensor forward(Tensor x) {
      return x.add(dropPath.forward(mixer.forward(norm.forward(x))));
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed = scoped(() -> mixer.forward(x)).permute(0, 2, 3, 1); // [B, h, w, D]
    return scoped(() -> mixed.add(channels.forward(norm.forward(mixed))).permute(0, 3, 1, 2));
  }
}
