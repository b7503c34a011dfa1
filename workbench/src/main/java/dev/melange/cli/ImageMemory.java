package dev.melange.cli;

import dev.melange.nn.ImageModel;
import dev.melange.papers.ModelChoice;
import dev.melange.papers.ModelCost;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Refuses trainings and predictions that cannot fit into the machine's memory, before anything is
 * allocated.
 */
final class ImageMemory {
  private static final double GIB = 1 << 30;
  // Smaller batches fit everywhere; finding out would take longer than their first step.
  private static final long ALWAYS_FITS = 64L * 256 * 256;
  private static final int PROBE = 64;
  private static final int TENSORS_AT_ONCE = 3;

  private ImageMemory() {}

  /**
   * Estimates the memory of a training step from the same model at a smaller size.
   *
   * @throws IllegalArgumentException if it is more than the machine has
   */
  static void require(ImageTraining settings, int classes) {
    require(settings, classes, installed());
  }

  static void require(ImageTraining settings, int classes, long available) {
    long pixels = (long) settings.size() * settings.size() * settings.batch();
    if (pixels <= ALWAYS_FITS) {
      return;
    }
    // a divisor of the size, so that it can be cut into the same patches
    int probe = settings.size();
    while (probe > PROBE && probe % 2 == 0) {
      probe /= 2;
    }
    if (probe > 4 * PROBE) {
      return;
    }
    double scale = (double) settings.size() / probe;
    double bytes;
    try (var model =
        new ModelChoice(settings.model(), settings.model(), settings.set())
            .create(settings.modelChannels(), probe, classes, settings.seed())) {
      ModelCost cost = ModelCost.of(model, settings.modelChannels(), probe, probe);
      bytes = cost.stepBytes(0) + cost.activationBytes() * scale * scale * settings.batch();
    }
    if (bytes > available) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "training %s on images of %d x %d in batches of %d takes about %.0f GiB of memory, this machine has %.1f; choose a smaller --size or --batch",
              settings.model(),
              settings.size(),
              settings.size(),
              settings.batch(),
              bytes / GIB,
              available / GIB));
    }
  }

  /**
   * Estimates the memory of a prediction for images of another size than the model was trained
   * with. It takes at least a few times the largest tensor, which grows with a power of the size.
   *
   * @param model the model
   * @param channels channels of the images
   * @param trained side of the images of its training
   * @param side side of the images to come
   * @throws IllegalArgumentException if it is more than the machine has, or if the model takes no
   *     such images
   */
  static void requirePrediction(
      ImageModel model, int channels, int trained, int side, long available) {
    if (side <= 4 * Math.max(trained, PROBE)) {
      return;
    }
    int probe = Math.max(trained, PROBE);
    double small = largestTensor(model, channels, probe);
    double growth = Math.log(largestTensor(model, channels, 2 * probe) / small) / Math.log(2);
    double bytes = TENSORS_AT_ONCE * small * Math.pow((double) side / probe, growth);
    if (bytes > available) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "images of %d x %d take about %.0f GiB of memory, this machine has %.1f; choose a smaller --size",
              side,
              side,
              bytes / GIB,
              available / GIB));
    }
  }

  private static double largestTensor(ImageModel model, int channels, int side) {
    AtomicLong largest = new AtomicLong(1);
    try (Scope scope = Scope.open()) {
      Tensor image =
          Tensor.zeros(1, channels, side, side)
              .to(model.parameters().values().iterator().next().device());
      Autograd.noGrad(
          () ->
              OperationListener.during(
                  (name, result, operands) ->
                      largest.accumulateAndGet(result.numel() * result.dtype().bytes(), Math::max),
                  () -> model.forward(image)));
    }
    return largest.get();
  }

  static long installed() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
