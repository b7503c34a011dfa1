package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The residual block of {@link ResNet}: two 3x3 convolutions, or as a bottleneck 1x1, 3x3, 1x1 with
 * four times the width at the end; each is followed by batch normalisation, and all but the last by
 * ReLU. Where size or width change, a strided 1x1 convolution with norm takes the place of the
 * identity. Names are those of torchvision.
 */
public final class ResidualBlock extends UnaryLayer {
  private final List<Conv2d> convs = new ArrayList<>();
  private final List<BatchNorm> norms = new ArrayList<>();
  private final Sequential downsample;

  /**
   * A block whose last norm starts at one.
   *
   * @param in channels of the input
   * @param width channels inside, and of a plain block's output
   * @param stride of the (first) 3x3 convolution
   * @param bottleneck whether the block has three convolutions and four times the width at the end
   */
  public ResidualBlock(long in, long width, long stride, boolean bottleneck, Rng rng) {
    long out = bottleneck ? 4 * width : width;
    if (bottleneck) {
      add(conv(in, width, 1, 1, rng));
      add(conv(width, width, 3, stride, rng));
      add(conv(width, out, 1, 1, rng));
    } else {
      add(conv(in, width, 3, stride, rng));
      add(conv(width, width, 3, 1, rng));
    }
    downsample =
        in == out && stride == 1
            ? null
            : child(
                "downsample", new Sequential(conv(in, out, 1, stride, rng), new BatchNorm(out)));
  }

  /** A convolution without bias that keeps the size at stride 1, Kaiming normal over fan_out. */
  static Conv2d conv(long in, long out, long kernel, long stride, Rng rng) {
    Conv2d conv =
        new Conv2d(
            Conv2d.Spec.of(in, out, kernel).stride(stride).padding(kernel / 2).bias(false), rng);
    // fan_out counts the filter's pixels: out * kernel * kernel
    Init.normal(conv.weight(), 0, Math.sqrt(2.0 / (double) (out * kernel * kernel)), rng);
    return conv;
  }

  /** The norm just before the sum. */
  public BatchNorm lastNorm() {
    return norms.get(norms.size() - 1);
  }

  private void add(Conv2d conv) {
    convs.add(child("conv" + (convs.size() + 1), conv));
    norms.add(child("bn" + convs.size(), new BatchNorm(conv.spec().out())));
  }

  /** Maps [N, in, H, W] to [N, width or 4 width, H / stride, W / stride], sizes rounded up. */
  @Override
  public Tensor forward(Tensor x) {
    Tensor y = x;
    for (int i = 0; i < convs.size(); i++) {
      y = norms.get(i).forward(convs.get(i).forward(y));
      if (i < convs.size() - 1) {
        y = y.relu();
      }
    }
    return y.add(downsample == null ? x : downsample.forward(x)).relu();
  }
}
