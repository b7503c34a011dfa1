package dev.melange.papers.hourglassmlp;

import dev.melange.tensor.Engine;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The task of drawing the prototype of the class of an image. Vectors are in [-1, 1].
 *
 * @param prototypes one per class, [K, D]
 */
record PrototypeDrawing(Tensor prototypes) {
  static final String INPUT = "input";
  static final String LABEL = "label";
  private static final int BATCH = 500;

  /** Images [B, C, H, W] in [0, 1] as vectors [B, D]. */
  static Tensor vectors(Tensor images) {
    return images.flatten(1, -1).mul(2).sub(1);
  }

  /** What a network draws for vectors [B, D]; of the same shape, on the CPU. */
  static Tensor draw(HourglassMlp model, Tensor vectors) {
    return Inference.run(
        Minibatches.inOrder(Map.of(INPUT, vectors), BATCH),
        batch -> model.forward(batch.get(INPUT)));
  }

  /** A batch of vectors and classes as one of inputs and what is to be drawn. */
  TensorBatch pairs(TensorBatch batch) {
    return TensorBatch.of(
        Map.of(
            INPUT,
            batch.get(INPUT),
            "target",
            prototypes.to(Engine.get().device()).indexSelect(0, batch.get(LABEL))));
  }

  /**
   * How good drawings are: {@code psnr} in dB against the true prototypes, {@code accuracy} of the
   * nearest prototypes in per cent.
   *
   * @param drawn [B, D]
   * @param truth classes, int64 [B]
   */
  Map<String, Double> figures(Tensor drawn, Tensor truth) {
    GenerativeClassification result = GenerativeClassification.of(drawn, prototypes, truth);
    double psnr =
        Restoration.psnr(
            Restoration.pixels(drawn), Restoration.pixels(prototypes.indexSelect(0, truth)));
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("psnr", psnr);
    figures.put("accuracy", 100 * result.accuracy().item());
    return figures;
  }
}
