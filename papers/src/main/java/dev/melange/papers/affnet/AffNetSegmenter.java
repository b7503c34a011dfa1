package dev.melange.papers.affnet;

import dev.melange.metric.ConfusionMatrix;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * AFFNet with the head of DeepLabv3: a class for each pixel. [B, channels, H, W] to logits [B,
 * classes, H, W], for any H and W.
 *
 * <pre>{@code
 * AffNetConfig backbone = (AffNetConfig) Catalogue.model("affnet_t").config();
 * try (AffNetSegmenter model = AffNetSegmenter.of(backbone, 21, new Rng(0))) {
 *   Trainer.of(model, batch -> AffNetSegmenter.loss(model.forward(batch.get("image")), batch.get("mask"), 255))...
 * }
 * }</pre>
 *
 * <p>Weights are called {@code encoder.*}, as in {@link AffNet} with its unused classifier, and
 * {@code seg_head.*}, as in {@link DeepLabV3Head}.
 */
public final class AffNetSegmenter extends UnaryLayer {
  private static final int OUTPUT_STRIDE = 16;
  private static final int LAST_STAGE = 4;

  private final AffNet encoder;
  private final DeepLabV3Head head;

  /**
   * A network of the given parts.
   *
   * @throws IllegalArgumentException if the head is not made for the backbone's last stage
   */
  public AffNetSegmenter(AffNetConfig backbone, DeepLabV3Head.Config segmentation, Rng rng) {
    int width = backbone.widths().get(LAST_STAGE);
    if (segmentation.in_channels() != width) {
      throw new IllegalArgumentException(
          "the head must take the %d channels of the backbone's last stage, got in_channels %d"
              .formatted(width, segmentation.in_channels()));
    }
    encoder = child("encoder", new AffNet(backbone, rng));
    head = child("seg_head", new DeepLabV3Head(segmentation, rng));
  }

  /** The published form: output stride 16 and a head of 256 channels. */
  public static AffNetSegmenter of(AffNetConfig backbone, int classes, Rng rng) {
    DeepLabV3Head.Config segmentation =
        new DeepLabV3Head.Config(
            backbone.widths().get(LAST_STAGE),
            256,
            List.of(6, 12, 18),
            0.1,
            classes,
            backbone.activation(),
            OUTPUT_STRIDE);
    return new AffNetSegmenter(backbone.withOutputStride(OUTPUT_STRIDE), segmentation, rng);
  }

  /** The backbone, into which pretrained weights can be loaded. */
  public AffNet encoder() {
    return encoder;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor map = scoped(() -> encoder.forwardStages(x).get(LAST_STAGE));
    return scoped(() -> head.forward(map, x.size(2), x.size(3)));
  }

  /**
   * Mean cross entropy over the pixels that have a class.
   *
   * @param logits [B, classes, H, W]
   * @param mask the classes of the pixels, int64, [B, H, W]
   * @param ignored the value of pixels that do not count, such as 255
   */
  public static Tensor loss(Tensor logits, Tensor mask, long ignored) {
    long[] shape = logits.shape();
    if (!Arrays.equals(mask.shape(), new long[] {shape[0], shape[2], shape[3]})) {
      throw new IllegalArgumentException(
          "a mask for logits %s must be [%d, %d, %d], got %s"
              .formatted(
                  Arrays.toString(shape),
                  shape[0],
                  shape[2],
                  shape[3],
                  Arrays.toString(mask.shape())));
    }
    Tensor flat = mask.reshape(-1);
    Tensor counted = flat.ne(ignored).nonzero().squeeze(1);
    Tensor pixels = logits.permute(0, 2, 3, 1).reshape(-1, shape[1]);
    return Losses.crossEntropy(pixels.indexSelect(0, counted), flat.indexSelect(0, counted));
  }

  /** Counts of true and predicted classes of the pixels, for the mean intersection over union. */
  public static ConfusionMatrix confusion(Tensor logits, Tensor mask, long ignored) {
    long[] truth = mask.reshape(-1).toLongs();
    long[] predicted = logits.argmax(1).reshape(-1).toLongs();
    int[] counted = IntStream.range(0, truth.length).filter(i -> truth[i] != ignored).toArray();
    return ConfusionMatrix.of(
        Arrays.stream(counted).mapToLong(i -> truth[i]).toArray(),
        Arrays.stream(counted).mapToLong(i -> predicted[i]).toArray(),
        (int) logits.size(1));
  }
}
