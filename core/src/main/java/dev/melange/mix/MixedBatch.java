package dev.melange.mix;

import dev.melange.nn.ImageModel;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;

/**
 * A batch to train on: mixed images and the two labels of each.
 *
 * @param image [N, C, H, W]; not yet mixed if {@code layer} is above 0
 * @param label of the first images, int64 [N]
 * @param labelB of the partners, int64 [N]
 * @param lam the first label's weight, without dimension or [N], 0 to 1
 * @param layer 0, or after which stage of the network the hidden maps are to be mixed
 * @param index where in the batch each partner is, int64 [N]; null if {@code layer} is 0
 */
public record MixedBatch(
    Tensor image, Tensor label, Tensor labelB, Tensor lam, int layer, Tensor index) {

  /** Reads what {@link #into} wrote, also from a part of the batch. */
  public static MixedBatch of(TensorBatch batch) {
    boolean hidden = batch.has("mix_layer");
    return new MixedBatch(
        batch.get("image"),
        batch.get("label"),
        batch.get("label_b"),
        batch.get("lam"),
        hidden ? (int) batch.get("mix_layer").item() : 0,
        hidden ? batch.get("mix_index") : null);
  }

  /** The batch with its images and labels replaced by these. */
  public TensorBatch into(TensorBatch batch) {
    TensorBatch result =
        batch.with("image", image).with("label", label).with("label_b", labelB).with("lam", lam);
    return layer == 0
        ? result
        : result.with("mix_layer", Tensor.scalar(layer, DType.I64)).with("mix_index", index);
  }

  /** The target distributions {@code lam onehot(a) + (1 - lam) onehot(b)}, float32 [N, classes]. */
  public Tensor target(int classes) {
    return MixLabels.soft(label, labelB, lam.to(DType.F32), classes);
  }

  /**
   * The model's logits; hidden maps are mixed on the way if the policy asked for it.
   *
   * @throws IllegalArgumentException if hidden maps are to be mixed after a stage that the model
   *     does not have, or this is only a part of the batch
   */
  public Tensor logits(ImageModel model) {
    if (layer == 0) {
      return model.forward(image);
    }
    if (index.max().item() >= image.size(0)) {
      throw new IllegalArgumentException(
          "manifoldmix needs the whole batch at once, got a part of %d images whose partners lie outside; train with wholeBatch()"
              .formatted(image.size(0)));
    }
    return ManifoldMix.forward(model, image, layer, lam, index);
  }
}
