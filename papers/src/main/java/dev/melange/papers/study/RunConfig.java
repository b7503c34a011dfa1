package dev.melange.papers.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataSets;
import dev.melange.io.Provenance;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a run of a study was asked to do: the same config and the same data give the same numbers.
 *
 * @param study the paper's key
 * @param scale how large
 * @param seed the seed of the first repetition
 * @param settings the study's settings, all keys
 * @param places data sets taken from elsewhere: name to path
 * @param plan device, threads and precision
 * @param library the version of this library
 * @param data the files of data that were read, by {@code set/file}; grows while the run goes on
 * @param parents SHA-256 of the weights that the run started from, by name; grows likewise
 */
public record RunConfig(
    String study,
    Scale scale,
    long seed,
    ObjectNode settings,
    Map<String, String> places,
    Engine.Plan plan,
    String library,
    Map<String, DataFile> data,
    Map<String, String> parents) {

  /**
   * A file of data that was read.
   *
   * @param place its path, or {@code bundled}
   * @param sha256 of its contents, unpacked if it is gzip
   */
  public record DataFile(String place, String sha256) {}

  /** Copies what can change. */
  public RunConfig {
    settings = settings.deepCopy();
    places = new LinkedHashMap<>(places);
    data = new LinkedHashMap<>(data);
    parents = new LinkedHashMap<>(parents);
  }

  /** A config of this version of the library. */
  public static RunConfig of(
      String study,
      Scale scale,
      long seed,
      ObjectNode settings,
      Map<String, String> places,
      Engine.Plan plan) {
    return new RunConfig(
        study,
        scale,
        seed,
        settings,
        places,
        plan,
        Provenance.libraryVersion(),
        Map.of(),
        Map.of());
  }

  /**
   * The data sets, those with a place of their own taken from there.
   *
   * @throws dev.melange.data.DataException if a set is unknown or its place does not exist
   */
  public DataSets dataSets() {
    Map<String, Path> paths = new LinkedHashMap<>();
    places.forEach((name, place) -> paths.put(name, Path.of(place)));
    return DataSets.standard().replacing(paths);
  }

  /** The same with other records of what was read. */
  RunConfig reading(Map<String, DataFile> files, Map<String, String> weights) {
    return new RunConfig(study, scale, seed, settings, places, plan, library, files, weights);
  }

  /** As JSON, from which {@link #of(JsonNode, String)} makes an equal config. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("study", study);
    json.put("scale", scale.toString());
    json.put("seed", seed);
    json.set("settings", settings.deepCopy());
    ObjectNode given = json.putObject("places");
    places.forEach(given::put);
    json.putObject("engine")
        .put("device", plan.device().toString())
        .put("workers", plan.workers())
        .put("intra_op", plan.intraOp())
        .put("precision", plan.precision().name().toLowerCase(Locale.ROOT));
    json.put("library", library);
    ObjectNode files = json.putObject("data");
    data.forEach(
        (name, file) ->
            files.putObject(name).put("place", file.place()).put("sha256", file.sha256()));
    ObjectNode weights = json.putObject("parents");
    parents.forEach(weights::put);
    return json;
  }

  /**
   * Reads a config; keys it does not know are left alone.
   *
   * @param json the JSON
   * @param source where it comes from, for messages
   * @throws IllegalArgumentException if it lacks something or holds something impossible
   */
  public static RunConfig of(JsonNode json, String source) {
    JsonNode engine = required(json, "engine", source);
    Map<String, DataFile> data = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : required(json, "data", source).properties()) {
      data.put(
          entry.getKey(),
          new DataFile(
              required(entry.getValue(), "place", source).asText(),
              required(entry.getValue(), "sha256", source).asText()));
    }
    if (!(required(json, "settings", source) instanceof ObjectNode settings)) {
      throw new IllegalArgumentException(source + ": 'settings' is not an object");
    }
    return new RunConfig(
        required(json, "study", source).asText(),
        Scale.of(required(json, "scale", source).asText()),
        required(json, "seed", source).asLong(),
        settings,
        texts(required(json, "places", source)),
        new Engine.Plan(
            Device.of(required(engine, "device", source).asText()),
            required(engine, "workers", source).asInt(),
            required(engine, "intra_op", source).asInt(),
            Engine.Precision.valueOf(
                required(engine, "precision", source).asText().toUpperCase(Locale.ROOT))),
        required(json, "library", source).asText(),
        data,
        texts(required(json, "parents", source)));
  }

  private static Map<String, String> texts(JsonNode json) {
    Map<String, String> texts = new LinkedHashMap<>();
    json.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  private static JsonNode required(JsonNode json, String key, String source) {
    JsonNode value = json.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          source + " is not the configuration of a run: it lacks '" + key + "'");
    }
    return value;
  }
}
