package dev.melange.papers.raftmlp;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A level of the pyramid: an embedding, then blocks. [B, C, h, w] to [B, D, ceil(h/p), ceil(w/p)].
 */
final class RaftLevel extends UnaryLayer {
  private final int patch;
  private final PatchEmbedding embedding;
  private final List<RaftBlock> blocks = new ArrayList<>();

  RaftLevel(RaftMlpConfig config, int level, Rng rng) {
    RaftMlpConfig.Level spec = config.layers().get(level);
    patch = spec.patch_size();
    embedding = child("fn", new PatchEmbedding(config, level, rng));
    for (int d = 0; d < spec.depth(); d++) {
      blocks.add(child("fn." + (2 + d), new RaftBlock(config, level, rng)));
    }
  }

  /** The map that enters the first block. */
  Tensor embed(Tensor x) {
    return embedding.forward(Grids.resized(x, whole(x.size(2)), whole(x.size(3))));
  }

  private long whole(long length) {
    return (length + patch - 1) / patch * patch;
  }

  /** The embedded map through all blocks. */
  Tensor mix(Tensor embedded) {
    Tensor y = embedded;
    for (RaftBlock block : blocks) {
      Tensor in = y;
      y = scoped(() -> block.forward(in));
    }
    return y;
  }

  /** The blocks in order. */
  List<RaftBlock> blocks() {
    return blocks;
  }

  @Override
  public Tensor forward(Tensor x) {
    return mix(scoped(() -> embed(x)));
  }
}
