package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.Fft;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The objective: distance of the images and of their spectra, summed over all stages and scales
 * (paper, section 3.4). The paper leaves open how the terms are averaged; the options say what is
 * possible, and the defaults are what this line of work usually does.
 */
public final class RestorationLoss {
  /**
   * Configuration.
   *
   * @param num_stages stages of the network
   * @param num_supervision_scales scales of each stage
   * @param eps the Charbonnier distance's, for values in [0, 1]
   * @param lambda weight of the spectra
   * @param charbonnier {@code element}: mean of sqrt(d^2 + eps^2) over all values; {@code global}:
   *     mean over the images of sqrt(sum d^2 + eps^2)
   * @param frequency distance of two complex numbers: {@code modulus}, or {@code real-imag} for the
   *     mean of the distances of real and imaginary part
   * @param fft_norm {@code backward} for the plain transform, {@code ortho} divides it by the root
   *     of the number of pixels
   */
  public record Config(
      int num_stages,
      int num_supervision_scales,
      @Default("1e-3") double eps,
      @Default("0.1") double lambda,
      @Default("element") @OneOf({"element", "global"}) String charbonnier,
      @Default("modulus") @OneOf({"modulus", "real-imag"}) String frequency,
      @Default("backward") @OneOf({"backward", "ortho"}) String fft_norm) {
    /** Checks the numbers. */
    public Config {
      if (num_stages < 1 || num_supervision_scales < 1 || !(eps > 0) || !(lambda >= 0)) {
        throw new IllegalArgumentException(
            "num_stages and num_supervision_scales must be at least 1, eps positive and lambda not negative, got %d, %d, %s and %s"
                .formatted(num_stages, num_supervision_scales, eps, lambda));
      }
    }

    /** The usual objective of a network. */
    public static Config of(MaximConfig network) {
      return new Config(
          network.num_stages(),
          network.num_supervision_scales(),
          1e-3,
          0.1,
          "element",
          "modulus",
          "backward");
    }
  }

  /**
   * The objective and its parts, scalars.
   *
   * @param loss {@code charbonnier + lambda * frequency}
   * @param charbonnier distance of the images
   * @param frequency distance of the spectra
   */
  public record Terms(Tensor loss, Tensor charbonnier, Tensor frequency) {}

  private final Config config;

  /** An objective. */
  public RestorationLoss(Config config) {
    this.config = config;
  }

  /**
   * Computes the objective.
   *
   * @param predictions by stage, then by scale, full size first: [B, C, H / 2^i, W / 2^i]
   * @param target [B, C, H, W]; at smaller scales the pixels that the network takes of its input
   */
  public Terms of(List<List<Tensor>> predictions, Tensor target) {
    if (predictions.size() != config.num_stages) {
      throw new IllegalArgumentException(
          "the loss is for %d stages, got predictions of %d"
              .formatted(config.num_stages, predictions.size()));
    }
    List<Tensor> targets = Maxim.scales(target, config.num_supervision_scales);
    Tensor charbonnier = null;
    Tensor frequency = null;
    for (List<Tensor> stage : predictions) {
      if (stage.size() != targets.size()) {
        throw new IllegalArgumentException(
            "the loss is for %d scales, got predictions at %d"
                .formatted(targets.size(), stage.size()));
      }
      for (int i = 0; i < targets.size(); i++) {
        requireSameShape(i, stage.get(i), targets.get(i));
        Tensor difference = stage.get(i).sub(targets.get(i));
        Tensor distance = charbonnier(difference);
        Tensor spectrum = frequency(difference);
        charbonnier = charbonnier == null ? distance : charbonnier.add(distance);
        frequency = frequency == null ? spectrum : frequency.add(spectrum);
      }
    }
    return new Terms(charbonnier.add(frequency.mul(config.lambda)), charbonnier, frequency);
  }

  private static void requireSameShape(int scale, Tensor prediction, Tensor target) {
    if (!Arrays.equals(prediction.shape(), target.shape())) {
      throw new IllegalArgumentException(
          "at scale %d the prediction has shape %s, the target %s"
              .formatted(
                  scale, Arrays.toString(prediction.shape()), Arrays.toString(target.shape())));
    }
  }

  private Tensor charbonnier(Tensor difference) {
    Tensor squares = difference.square();
    double smoothing = config.eps * config.eps;
    return config.charbonnier.equals("element")
        ? squares.add(smoothing).sqrt().mean()
        : squares.sum(1, 2, 3).add(smoothing).sqrt().mean();
  }

  private Tensor frequency(Tensor difference) {
    // the transform is linear: that of the difference is the difference of the transforms
    Tensor spectrum = Fft.fft2(difference, 2, 3, config.fft_norm);
    return config.frequency.equals("modulus")
        ? spectrum.abs().mean()
        : spectrum.real().abs().add(spectrum.imag().abs()).mean().mul(0.5);
  }
}
