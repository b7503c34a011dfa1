package dev.melange.cli;

import dev.melange.papers.ModelChoice;
import dev.melange.papers.ModelCost;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** Refuses trainings that cannot fit into the machine's memory, before anything is allocated. */
final class ImageMemory {
  private static final double GIB = 1 << 30;
  // Smaller batches fit everywhere; finding out would take longer than their first step.
  private static final long ALWAYS_FITS = 64L * 256 * 256;
  private static final int PROBE = 64;

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

  private static long installed() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
