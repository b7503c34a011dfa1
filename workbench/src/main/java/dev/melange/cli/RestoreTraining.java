package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.maxim.Degradation;
import dev.melange.papers.maxim.RestorationTask;
import dev.melange.papers.maxim.RestorationTraining;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code train restore} was asked to do: with the same photographs it gives the same network.
 *
 * @param task what the network is for
 * @param model name of the network
 * @param set changed keys of its configuration
 * @param data folder of good photographs; null for pairs
 * @param degraded folder of bad photographs; null to make them from good ones
 * @param targets folder of their good partners
 * @param degradation changed keys of the task's usual degradation
 * @param valid_share share of the photographs for validation
 * @param training how it is trained
 * @param seed of the split, the first weights, the patches and the degradation
 */
record RestoreTraining(
    @OneOf({"denoise", "deblur", "derain", "dehaze", "enhance"}) String task,
    String model,
    Map<String, String> set,
    @Default("null") String data,
    @Default("null") String degraded,
    @Default("null") String targets,
    Map<String, String> degradation,
    double valid_share,
    RestorationTraining.Settings training,
    long seed) {
  /** Checks the values. */
  RestoreTraining {
    set = new LinkedHashMap<>(set);
    degradation = new LinkedHashMap<>(degradation);
    if ((data == null) == (degraded == null) || (degraded == null) != (targets == null)) {
      throw new IllegalArgumentException(
          "give --data FOLDER of good photographs, or --degraded FOLDER and --targets FOLDER of pairs");
    }
    if (degraded != null && !degradation.isEmpty()) {
      throw new IllegalArgumentException(
          "pairs of photographs are not degraded any further; leave out --degrade");
    }
    if (!(valid_share > 0 && valid_share < 1)) {
      throw new IllegalArgumentException(
          "--valid-share must be between 0 and 1, got " + valid_share);
    }
  }

  /** The task. */
  RestorationTask restoration() {
    return RestorationTask.of(task);
  }

  /** What makes the bad photographs; null for pairs. */
  Degradation maker() {
    return degraded != null
        ? null
        : new Degradation(Configs.with(restoration().degradation(), degradation, "--degrade"));
  }

  /** As JSON. */
  ObjectNode toJson() {
    return Configs.toJson(this);
  }
}
