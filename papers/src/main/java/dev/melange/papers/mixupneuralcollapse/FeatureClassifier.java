package dev.melange.papers.mixupneuralcollapse;

import dev.melange.metric.Calibration;
import dev.melange.papers.LastLayer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A trained classifier seen as features and a last linear layer, in float64.
 *
 * @param features from images [N, C, H, W] to features [N, d], in inference mode
 * @param last the layer over them
 */
public record FeatureClassifier(UnaryOperator<Tensor> features, LastLayer last) {
  private static final int CHUNK = 256;

  /** Brings the last layer to float64 on the CPU. */
  public FeatureClassifier {
    last = new LastLayer(plain(last.weight()), plain(last.bias()));
  }

  private static Tensor plain(Tensor x) {
    return x.detach().to(Device.CPU).to(DType.F64);
  }

  /** The features of images, float64 [N, d]. */
  public Tensor of(Tensor images) {
    List<Tensor> chunks = new ArrayList<>();
    long n = images.size(0);
    for (long from = 0; from < n; from += CHUNK) {
      Tensor part = images.narrow(0, from, Math.min(CHUNK, n - from));
      chunks.add(Scope.run(() -> chunk(part)));
    }
    return Tensor.cat(0, chunks.toArray(Tensor[]::new));
  }

  private Tensor chunk(Tensor images) {
    return Inference.run(
            TensorBatch.of(Map.of(ImageBatches.IMAGE, images)),
            batch -> Autograd.noGrad(() -> features.apply(batch.get(ImageBatches.IMAGE))))
        .to(DType.F64);
  }

  /** Number of classes. */
  public int classes() {
    return (int) last.weight().size(0);
  }

  /** Metrics of neural collapse of labelled features. */
  public CollapseMetrics collapse(Tensor of, Tensor labels) {
    return CollapseMetrics.of(
        new CollapseMetrics.Config(classes()), of, labels, last.weight(), last.bias());
  }

  /** How well the probabilities of labelled features can be trusted. */
  public CalibrationReport calibration(Tensor of, Tensor labels) {
    return CalibrationReport.of(
        new CalibrationReport.Config(Calibration.DEFAULT_BINS), last.logits(of).softmax(1), labels);
  }

  /** Share of labelled features whose class is the most probable one. */
  public double accuracy(Tensor of, Tensor labels) {
    return last.logits(of).argmax(1).eq(labels).to(DType.F64).mean().item();
  }
}
