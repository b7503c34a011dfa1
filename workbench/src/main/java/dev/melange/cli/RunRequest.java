package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import dev.melange.papers.StudySubject;
import dev.melange.papers.study.RunConfig;
import dev.melange.papers.study.RunFolder;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyRunner;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the options of {@code melange run} ask for; null and empty where nothing was given.
 *
 * @param studies the study of a key
 * @param key the paper's key
 * @param scale the scale's name
 * @param settings {@code key=value} texts
 * @param data {@code NAME=PATH} texts
 * @param seed the seed
 * @param compute where to compute
 */
record RunRequest(
    Function<String, StudySubject> studies,
    String key,
    String scale,
    List<String> settings,
    List<String> data,
    Long seed,
    ComputeOptions compute) {

  /** The config of a new run. */
  RunConfig config() {
    StudySubject subject = studies.apply(key);
    Scale chosen = scale == null ? Scale.QUICK : Scale.of(scale);
    return RunConfig.of(
        key,
        chosen,
        seed == null ? 0 : seed,
        StudyRunner.settings(subject, chosen, Configs.parseOverrides(settings)),
        places(),
        compute.plan(Engine.Plan.defaults()));
  }

  /**
   * The config of a run that repeats another, apart from what is given.
   *
   * @param model a run's folder, or weights that a run wrote
   */
  RunConfig configLike(Path model) throws IOException {
    if (scale != null) {
      throw new IllegalArgumentException(
          "--like takes the scale of the run that is repeated; leave --scale out");
    }
    RunConfig old = Files.isDirectory(model) ? RunFolder.readConfig(model) : ofWeights(model);
    requireKey(old, model);
    Map<String, String> places = new LinkedHashMap<>(old.places());
    places.putAll(places());
    return new RunConfig(
        old.study(),
        old.scale(),
        seed == null ? old.seed() : seed,
        changed(old),
        places,
        compute.plan(old.plan()),
        Provenance.libraryVersion(),
        // Other data may be given on purpose; data that are only found elsewhere must be the same.
        data.isEmpty() ? old.data() : Map.of(),
        data.isEmpty() ? old.parents() : Map.of());
  }

  /**
   * Refuses to go on with a run that was asked to do something else than what is given now.
   *
   * @param old the run's config
   * @param folder its folder
   */
  void requireAgrees(RunConfig old, Path folder) {
    requireKey(old, folder);
    requireSame("--scale", scale, old.scale(), Scale::of, folder);
    requireSame("--seed", seed, old.seed(), given -> given, folder);
    requireSame("--device", compute.device(), old.plan().device(), Device::of, folder);
    requireSame("--threads", compute.threads(), old.plan().workers(), given -> given, folder);
    ObjectNode wanted = changed(old);
    for (Map.Entry<String, JsonNode> entry : wanted.properties()) {
      requireSame(
          "--set " + entry.getKey(),
          // As text: a number read from a file may be of another type of node.
          entry.getValue().toString(),
          String.valueOf(old.settings().get(entry.getKey())),
          given -> given,
          folder);
    }
    places()
        .forEach(
            (name, place) ->
                requireSame(
                    "--data " + name,
                    place,
                    old.places().getOrDefault(name, "the usual place"),
                    given -> given,
                    folder));
  }

  private static <G, V> void requireSame(
      String option, G given, V old, Function<G, V> parse, Path folder) {
    if (given != null && !parse.apply(given).equals(old)) {
      throw new IllegalArgumentException(
          "the run in %s was begun with %s %s, got %s; leave that option out, or leave out --resume to begin a new run"
              .formatted(folder, option, old, given));
    }
  }

  private void requireKey(RunConfig old, Path source) {
    if (key != null && !key.equals(old.study())) {
      throw new IllegalArgumentException(
          "%s is of the study of %s, not of %s".formatted(source, old.study(), key));
    }
  }

  /** The settings of an earlier run with what is given changed. */
  private ObjectNode changed(RunConfig old) {
    StudySubject subject = studies.apply(old.study());
    String what = "the study of " + old.study();
    Record before =
        Configs.read(subject.study().settings(old.scale()).getClass(), old.settings(), what);
    return Configs.toJson(Configs.with(before, Configs.parseOverrides(settings), what));
  }

  private Map<String, String> places() {
    Map<String, String> places = new LinkedHashMap<>();
    Configs.parseOverrides(data)
        .forEach((name, place) -> places.put(name, Path.of(place).toAbsolutePath().toString()));
    return places;
  }

  private static RunConfig ofWeights(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try (SafeTensorsFile weights = SafeTensorsFile.open(file)) {
      Optional<JsonNode> run =
          Provenance.of(file, weights.metadata()).map(known -> known.origin().path("run"));
      if (run.isEmpty() || run.get().isMissingNode()) {
        throw new IllegalArgumentException(
            file + " does not say which run made it, so that run cannot be repeated");
      }
      return RunConfig.of(run.get(), file.toString());
    }
  }
}
