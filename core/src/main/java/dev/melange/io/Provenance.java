package dev.melange.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where weights come from; kept in the metadata of their file.
 *
 * @param model the model's name, such as {@code poolformer_s12}
 * @param config the model's configuration; an empty object if it has none
 * @param data SHA-256 of the data's contents by file, such as {@code digits/digits.csv.gz}
 * @param seed the seed of the training
 * @param hyperparameters the settings of the training
 * @param origin what made the weights, with all that is needed to repeat it; an empty object if
 *     that is not known
 * @param library the version of this library
 * @param parents SHA-256 of the weights that these were made from, by name
 */
public record Provenance(
    String model,
    ObjectNode config,
    Map<String, String> data,
    long seed,
    ObjectNode hyperparameters,
    ObjectNode origin,
    String library,
    Map<String, String> parents) {
  /** The key of the metadata under which it is kept. */
  public static final String KEY = "melange.provenance";

  private static final String REMEDY =
      "the tensors can still be read; only their origin is unknown";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies everything. */
  public Provenance {
    config = config.deepCopy();
    data = new LinkedHashMap<>(data);
    hyperparameters = hyperparameters.deepCopy();
    origin = origin.deepCopy();
    parents = new LinkedHashMap<>(parents);
  }

  /** That of weights which this version of the library made from data alone. */
  public Provenance(
      String model,
      ObjectNode config,
      Map<String, String> data,
      long seed,
      ObjectNode hyperparameters,
      ObjectNode origin) {
    this(model, config, data, seed, hyperparameters, origin, libraryVersion(), Map.of());
  }

  /** The version of the library that runs: that of its jar, or {@code development build}. */
  public static String libraryVersion() {
    String version = Provenance.class.getPackage().getImplementationVersion();
    return version == null ? "development build" : version;
  }

  /** As JSON. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model", model);
    json.set("config", config.deepCopy());
    ObjectNode hashes = json.putObject("data");
    data.forEach(hashes::put);
    json.put("seed", seed);
    json.set("hyperparameters", hyperparameters.deepCopy());
    json.set("origin", origin.deepCopy());
    json.put("library", library);
    ObjectNode from = json.putObject("parents");
    parents.forEach(from::put);
    return json;
  }

  /** As metadata of a safetensors file. */
  public Map<String, String> toMetadata() {
    return Map.of(KEY, toJson().toString());
  }

  /**
   * Reads it from the metadata of a file.
   *
   * @param file the file, for messages
   * @param metadata its metadata
   * @return nothing if the file says nothing of where it comes from
   * @throws CorruptFileException if what it says cannot be read
   */
  public static Optional<Provenance> of(Path file, Map<String, String> metadata)
      throws CorruptFileException {
    String text = metadata.get(KEY);
    if (text == null) {
      return Optional.empty();
    }
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CorruptFileException(
          file, "its provenance is not JSON: " + e.getOriginalMessage(), REMEDY, e);
    }
    return Optional.of(
        new Provenance(
            required(file, json, "model").asText(),
            object(file, json, "config"),
            texts(file, json, "data"),
            required(file, json, "seed").asLong(),
            object(file, json, "hyperparameters"),
            object(file, json, "origin"),
            required(file, json, "library").asText(),
            texts(file, json, "parents")));
  }

  private static JsonNode required(Path file, JsonNode json, String key)
      throws CorruptFileException {
    JsonNode value = json.get(key);
    if (value == null) {
      throw new CorruptFileException(file, "its provenance lacks '" + key + "'", REMEDY);
    }
    return value;
  }

  private static ObjectNode object(Path file, JsonNode json, String key)
      throws CorruptFileException {
    if (required(file, json, key) instanceof ObjectNode object) {
      return object;
    }
    throw new CorruptFileException(
        file, "'" + key + "' of its provenance is not an object", REMEDY);
  }

  private static Map<String, String> texts(Path file, JsonNode json, String key)
      throws CorruptFileException {
    Map<String, String> texts = new LinkedHashMap<>();
    object(file, json, key)
        .properties()
        .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }
}
