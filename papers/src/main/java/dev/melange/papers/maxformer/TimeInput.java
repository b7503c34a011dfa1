package dev.melange.papers.maxformer;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** The input of a spiking network: an image shown in every time step, or a frame per step. */
final class TimeInput {
  private TimeInput() {}

  /**
   * Images [B, c, H, W] or frames [B, T, c, H, W] to [T, B, c, H, W], channels last in memory.
   *
   * @param stride by what the model divides height and width
   * @throws IllegalArgumentException naming the model, if the input is neither or its size does not
   *     fit
   */
  static Tensor of(Tensor x, int channels, int steps, int stride, String model) {
    boolean image = x.dim() == 4 && x.size(1) == channels;
    boolean frames = x.dim() == 5 && x.size(1) == steps && x.size(2) == channels;
    if (!image && !frames) {
      throw new IllegalArgumentException(
          "%s expects images [B, %d, H, W] or %d frames [B, %d, %d, H, W], got %s%s"
              .formatted(
                  model,
                  channels,
                  steps,
                  steps,
                  channels,
                  Arrays.toString(x.shape()),
                  x.dim() == 4 ? "; convert with --channels " + channels : ""));
    }
    if (x.size(-2) % stride != 0 || x.size(-1) % stride != 0) {
      throw new IllegalArgumentException(
          "%s divides images by %d: height and width must be multiples of it, got %dx%d; resize the images"
              .formatted(model, stride, x.size(-2), x.size(-1)));
    }
    long batch = x.size(0);
    Tensor all =
        image ? x.repeat(steps, 1, 1, 1) : x.transpose(0, 1).flatten(0, 1); // [T B, c, H, W]
    // channels last: normalisation and pooling are two to four times as fast in this layout
    return all.channelsLast().unflatten(0, steps, batch);
  }
}
