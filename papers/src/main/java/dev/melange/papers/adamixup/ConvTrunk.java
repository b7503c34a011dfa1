package dev.melange.papers.adamixup;

import dev.melange.nn.Conv2d;
import dev.melange.nn.Dropout;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Four convolutions and a hidden layer over images in [0, 1], which are shifted to [-1, 1]. */
class ConvTrunk extends Layer {
  private final AdaMixUp.Config config;
  private final Conv2d[] convs = new Conv2d[4];
  private final Linear fc0;
  private final Dropout dropout = new Dropout(0.5);

  ConvTrunk(AdaMixUp.Config config, Rng rng) {
    this.config = config;
    for (int i = 0; i < convs.length; i++) {
      int in = i == 0 ? config.in_channels() : config.channels();
      convs[i] =
          child("conv" + i, new Conv2d(Conv2d.Spec.of(in, config.channels(), 3).padding(1), rng));
      initialize(convs[i].weight(), convs[i].bias(), rng);
    }
    int[] size = config.image_size();
    long map = (long) config.channels() * (size[0] / 4) * (size[1] / 4);
    fc0 = child("fc0", new Linear(map, config.hidden(), rng));
    initialize(fc0.weight(), fc0.bias(), rng);
    child("dropout", dropout);
  }

  private static void initialize(Tensor weight, Tensor bias, Rng rng) {
    Init.kaimingNormalFanIn(weight, Math.sqrt(2), rng);
    Init.constant(bias, 0);
  }

  /** A linear layer with weights of N(0, 0.001^2) and no bias at first. */
  static Linear smallLinear(int in, int out, Rng rng) {
    Linear layer = new Linear(in, out, rng);
    Init.normal(layer.weight(), 0, 1e-3, rng);
    Init.constant(layer.bias(), 0);
    return layer;
  }

  /**
   * Hidden features.
   *
   * @param image [N, C, H, W]
   * @param mask factors of dropout, 0 or 2, [N, hidden]; null to draw them in training
   * @return [N, hidden]
   */
  final Tensor features(Tensor image, Tensor mask) {
    int[] size = config.image_size();
    if (image.dim() != 4
        || image.size(1) != config.in_channels()
        || image.size(2) != size[0]
        || image.size(3) != size[1]) {
      throw new IllegalArgumentException(
          "AdaMixUp's network expects images [N, %d, %d, %d], got %s"
              .formatted(config.in_channels(), size[0], size[1], Arrays.toString(image.shape())));
    }
    return scoped(
        () -> {
          Tensor x = convs[0].forward(image.mul(2).sub(1)).relu();
          x = convs[1].forward(Nn.maxPool2d(x, 2, 2, 0)).relu();
          x = Nn.maxPool2d(convs[2].forward(x).relu(), 2, 2, 0);
          x = convs[3].forward(x).relu();
          x = fc0.forward(x.flatten(1, -1)).relu();
          return mask == null ? dropout.forward(x) : x.mul(mask);
        });
  }
}
