package dev.melange.papers.affnet;

import dev.melange.nn.Init;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The baseline of the adaptive filter: a learned mask for the spectrum, the same for all images,
 * and the input added. [B, C, H, W] to the same shape, for one size.
 */
final class StaticFilter extends UnaryLayer {
  private static final double INITIAL_STD = 0.02;

  private final int channels;
  private final int height;
  private final int width;
  private final Tensor weight; // [C, 2, H, W/2+1], real and imaginary part
  private final Spectrum spectrum = new Spectrum();

  /** A filter whose mask is N(0, 0.02^2). */
  StaticFilter(int channels, int height, int width, Rng rng) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    weight =
        parameter(
            "weight",
            Init.normal(Tensor.empty(channels, 2, height, width / 2 + 1), 0, INITIAL_STD, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    if (x.dim() != 4 || x.size(1) != channels || x.size(2) != height || x.size(3) != width) {
      throw new IllegalArgumentException(
          "the static filter was made for maps [B, %d, %d, %d], got %s; make it for images of their size"
              .formatted(channels, height, width, Arrays.toString(x.shape())));
    }
    return scoped(
            () -> {
              Tensor mask = weight.flatten(0, 1).unsqueeze(0);
              return spectrum.inverse(AffTokenMixer.product(spectrum.of(x), mask), width);
            })
        .add(x);
  }
}
