package dev.melange.cli;

import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import picocli.CommandLine.Option;

/** Where a command computes; to be mixed into commands that start the engine. */
final class ComputeOptions {
  @Option(
      names = "--device",
      paramLabel = "cpu|cuda",
      description = "Where to compute. Default: cpu, or MELANGE_DEVICE.")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worker threads. Default: one per core, or MELANGE_THREADS.")
  private Integer threads;

  /** The device that was given, or null. */
  String device() {
    return device;
  }

  /** The number of threads that was given, or null. */
  Integer threads() {
    return threads;
  }

  /** A plan with what was given in place of its own. */
  Engine.Plan plan(Engine.Plan before) {
    return plan(before, device, threads);
  }

  /**
   * A plan with a device and a number of threads.
   *
   * @param device null to leave it
   * @param threads null to leave it
   */
  static Engine.Plan plan(Engine.Plan before, String device, Integer threads) {
    return new Engine.Plan(
        device == null ? before.device() : Device.of(device),
        threads == null ? before.workers() : threads,
        threads == null ? before.intraOp() : threads,
        before.precision());
  }

  /** Starts the engine. */
  void start() {
    Engine.start(plan(Engine.Plan.defaults()));
  }
}
