package dev.melange.papers.mixupneuralcollapse;

import dev.melange.component.Default;
import dev.melange.component.Outputs;
import dev.melange.metric.Calibration;
import dev.melange.metric.Classification;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How well a classifier's probabilities can be trusted.
 *
 * @param calibration the bins of the reliability diagram, with their errors
 * @param brier mean over samples of the sum over classes of squared errors
 * @param nll mean of {@code -log p} of the labels, p at least 1e-12
 */
public record CalibrationReport(Calibration calibration, double brier, double nll) {
  private static final double LEAST = 1e-12;

  /**
   * Configuration of {@code interpret/calibration}.
   *
   * @param bins number of bins of confidence
   */
  public record Config(@Default("15") int bins) {
    /** Checks the number. */
    public Config {
      if (bins < 1) {
        throw new IllegalArgumentException("bins must be at least 1, got " + bins);
      }
    }
  }

  /**
   * Measures probabilities.
   *
   * @param probs [N, K], rows summing to 1
   * @param labels int64 [N]
   */
  public static CalibrationReport of(Config config, Tensor probs, Tensor labels) {
    if (probs.dim() != 2) {
      throw new IllegalArgumentException(
          "probs must be [N, K], got " + Arrays.toString(probs.shape()));
    }
    double[] p = probs.to(DType.F64).toDoubles();
    long[] classes = labels.toLongs();
    int k = (int) probs.size(1);
    Calibration calibration = Calibration.of(p, k, classes, config.bins);
    double sum = 0;
    for (int row = 0; row < classes.length; row++) {
      sum -= Math.log(Math.max(LEAST, p[row * k + (int) classes[row]]));
    }
    return new CalibrationReport(
        calibration, Classification.brier(p, k, classes), sum / classes.length);
  }

  /** The numbers by the names of the component's outputs. */
  Map<String, Tensor> outputs() {
    List<Calibration.Bin> bins = calibration.bins();
    return new Outputs()
        .put("ece", calibration.expectedError())
        .put("mce", calibration.maximumError())
        .put("bin_count", bins.stream().mapToDouble(Calibration.Bin::count).toArray())
        .put("bin_accuracy", bins.stream().mapToDouble(Calibration.Bin::accuracy).toArray())
        .put("bin_confidence", bins.stream().mapToDouble(Calibration.Bin::confidence).toArray())
        .put("brier", brier)
        .put("nll", nll)
        .map();
  }
}
