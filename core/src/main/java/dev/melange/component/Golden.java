package dev.melange.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.io.CorruptFileException;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.TensorFile;
import dev.melange.io.Weights;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A golden file: what a reference implementation computes for a component. Tensors are named {@code
 * weight/*}, {@code input/*}, {@code output/*}, {@code probe/*}, {@code grad/weight/*}, {@code
 * grad/input/*}.
 *
 * @param path the file
 * @param component the component's name
 * @param config its configuration
 * @param training whether it ran in training mode
 * @param rtol the tolerance of the comparison
 * @param note a remark of the file's maker; may be empty
 * @param tensors all tensors by full name
 */
public record Golden(
    Path path,
    String component,
    JsonNode config,
    boolean training,
    double rtol,
    String note,
    Map<String, Tensor> tensors) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the header says, without reading the tensors: the component's name, or null. */
  public static String componentOf(Path path) throws IOException {
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      return file.metadata().get("component");
    }
  }

  /**
   * Reads a file; its tensors belong to the current scope.
   *
   * @throws CorruptFileException if it is not a golden file
   */
  public static Golden read(Path path) throws IOException {
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      Map<String, String> metadata = file.metadata();
      String component = required(path, metadata, "component");
      String mode = required(path, metadata, "mode");
      if (!mode.equals("eval") && !mode.equals("train")) {
        throw new CorruptFileException(path, "its mode is '" + mode + "'", "write eval or train");
      }
      return new Golden(
          path,
          component,
          json(path, required(path, metadata, "config")),
          mode.equals("train"),
          number(path, required(path, metadata, "rtol")),
          metadata.getOrDefault("note", ""),
          Weights.read((TensorFile) file));
    }
  }

  private static String required(Path path, Map<String, String> metadata, String key)
      throws CorruptFileException {
    String value = metadata.get(key);
    if (value == null) {
      throw new CorruptFileException(
          path,
          "its header has no '" + key + "'",
          "export golden files with component, config, mode and rtol as metadata");
    }
    return value;
  }

  private static JsonNode json(Path path, String text) throws CorruptFileException {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CorruptFileException(
          path, "its config is not JSON: " + e.getOriginalMessage(), "export it again", e);
    }
  }

  private static double number(Path path, String text) throws CorruptFileException {
    try {
      double value = Double.parseDouble(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new CorruptFileException(
          path, "rtol is not a number: '" + text + "'", "export it again", e);
    }
    throw new CorruptFileException(path, "rtol is negative: " + text, "export it again");
  }

  /** The tensors whose name starts with a prefix, without it. */
  public Map<String, Tensor> part(String prefix) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            part.put(name.substring(prefix.length()), tensor);
          }
        });
    return part;
  }
}
