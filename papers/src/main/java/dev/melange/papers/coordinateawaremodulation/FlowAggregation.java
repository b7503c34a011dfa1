package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * A frame that is mixed with its neighbours, which are warped by flows (FFNeRV's aggregation, on
 * which the paper's videos build).
 */
public final class FlowAggregation {
  /** Configuration of {@code field/flow-aggregation}: no options. */
  public record Config() {}

  /**
   * The parts and the whole.
   *
   * @param warped the neighbours where the flows take them, [n, 3, H, W]
   * @param aggregated their mixture, [1, 3, H, W]
   * @param frame the mixture with the frame of its own, [1, 3, H, W]
   */
  public record Aggregated(Tensor warped, Tensor aggregated, Tensor frame) {}

  private FlowAggregation() {}

  /**
   * Mixes a frame with its neighbours.
   *
   * @param frames neighbours, [n, 3, H, W]
   * @param flow from the pixels of the frame to those of each neighbour, across and down, in pixels
   *     of its own resolution, [n, 2, h, w]
   * @param logits of the neighbours' weights at each place, [1, n, h, w]
   * @param head colours of the frame and the logits of its own and of the mixture's weights, [1, 5,
   *     H, W]
   */
  public static Aggregated of(Tensor frames, Tensor flow, Tensor logits, Tensor head) {
    long n = frames.size(0);
    long height = frames.size(2);
    long width = frames.size(3);
    if (flow.size(0) != n || logits.size(1) != n || head.size(0) != 1) {
      throw new IllegalArgumentException(
          "aggregation needs a flow and a logit for each of %d frames, and one frame's head; got flow %s, agg_logits %s and head_out %s"
              .formatted(
                  n,
                  Arrays.toString(flow.shape()),
                  Arrays.toString(logits.shape()),
                  Arrays.toString(head.shape())));
    }
    double factor = (double) width / (double) flow.size(3);
    Tensor warped = warp(frames, Nn.resizeBilinear(flow, height, width, false).mul(factor));
    Tensor weights = Nn.resizeBilinear(logits, height, width, false).softmax(1); // [1, n, H, W]
    Tensor aggregated = weights.transpose(0, 1).mul(warped).sumKeep(0);
    Tensor fusion = head.narrow(1, 3, 2).softmax(1);
    Tensor own = fusion.narrow(1, 0, 1).mul(head.narrow(1, 0, 3));
    return new Aggregated(warped, aggregated, own.add(fusion.narrow(1, 1, 1).mul(aggregated)));
  }

  // Places are scaled as if -1 and 1 were centres of pixels and sampled as if they were the edges
  // of the image, as in the official code.
  private static Tensor warp(Tensor frames, Tensor flow) {
    long height = frames.size(2);
    long width = frames.size(3);
    Tensor across = place(flow.select(1, 0), Tensor.arange(width).unsqueeze(0), width);
    Tensor down = place(flow.select(1, 1), Tensor.arange(height).unsqueeze(1), height);
    return Nn.gridSample(frames, Tensor.stack(3, across, down), false);
  }

  // Clamped to the centres of the outer pixels, so that the border goes on outside.
  private static Tensor place(Tensor flow, Tensor pixels, long size) {
    Tensor moved = flow.add(pixels.to(DType.F64).to(flow.dtype()).to(flow.device()));
    double outermost = 1 - 1.0 / (double) size;
    return moved.div(((double) size - 1) / 2).sub(1.0).clamp(-outermost, outermost);
  }
}
