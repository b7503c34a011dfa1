package dev.melange.papers.raftmlp;

import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * Patches as positions: [B, C, h, w], with h and w multiples of the patch size p, to [B, D, h/p,
 * w/p]. A linear map of the pixels of a patch, or of several patches of different sizes around one
 * centre (zeros beyond the border), which is the sum of one convolution per size.
 */
final class PatchEmbedding extends UnaryLayer {
  private final int patch;
  private final long channels;
  private final List<Integer> kernels; // null for patches of one size
  private final Linear linear;

  PatchEmbedding(RaftMlpConfig config, int level, Rng rng) {
    RaftMlpConfig.Level spec = config.layers().get(level);
    patch = spec.patch_size();
    channels = config.channelsBefore(level);
    boolean several = config.embedding_type().equals("emb_cross_mlp");
    kernels = several ? spec.embedding_kernels() : null;
    long inputs = channels * (several ? spec.crossScaleInputs() : (long) patch * patch);
    linear = child(several ? "0.fc" : "1", new Linear(inputs, spec.dim(), rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    if (kernels == null) {
      // the pixels of a patch are ordered (row, column, channel)
      Tensor filter = linear.weight().reshape(-1, patch, patch, channels).permute(0, 3, 1, 2);
      return convolved(x, filter, linear.bias(), 0);
    }
    Tensor sum = null;
    long from = 0;
    for (int kernel : kernels) {
      // the pixels of a window are ordered (channel, row, column)
      long count = channels * kernel * kernel;
      Tensor filter = linear.weight().narrow(1, from, count).reshape(-1, channels, kernel, kernel);
      int padding = (kernel - patch) / 2;
      Tensor part = convolved(x, filter, sum == null ? linear.bias() : null, padding);
      sum = sum == null ? part : sum.add(part);
      from += count;
    }
    return sum;
  }

  private Tensor convolved(Tensor x, Tensor filter, Tensor bias, long padding) {
    long[] stride = {patch, patch};
    return Nn.conv2d(x, filter, bias, stride, new long[] {padding, padding}, new long[] {1, 1}, 1);
  }
}
