package dev.melange.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What files of one kind say beside where their weights come from: JSON in the metadata, such as
 * the options of what uses the weights, or the names of classes.
 *
 * <pre>{@code
 * Description clicks = new Description("melange.clicks", "fit it again");
 * Checkpoints.save(model, file, clicks.metadata(json, provenance));
 * Optional<JsonNode> read = clicks.read(file, Checkpoints.metadata(file));
 * }</pre>
 *
 * @param key of the metadata under which it is kept
 * @param remedy what a user can do about a damaged file, an imperative
 */
public record Description(String key, String remedy) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The metadata of a file that says this and where its weights come from. */
  public Map<String, String> metadata(JsonNode description, Provenance provenance) {
    Map<String, String> metadata = new LinkedHashMap<>(provenance.toMetadata());
    metadata.put(key, description.toString());
    return metadata;
  }

  /**
   * Reads it from the metadata of a file.
   *
   * @param file the file, for messages
   * @param metadata its metadata
   * @return nothing if the file is not of this kind
   * @throws CorruptFileException if it is no JSON
   */
  public Optional<JsonNode> read(Path file, Map<String, String> metadata)
      throws CorruptFileException {
    String text = metadata.get(key);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      throw new CorruptFileException(
          file, "its description is not JSON: " + e.getOriginalMessage(), remedy, e);
    }
  }
}
