package dev.melange.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.CorruptFileException;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.Weights;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The whole state of a training in one safetensors file: tensors named {@code model/...}, {@code
 * optimizer/...}, {@code ema/...}, {@code best/...}, and in the metadata where the training stands
 * and the settings that a resumed run must share.
 */
final class CheckpointFile {
  private static final String FORMAT = "melange-training-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;

  CheckpointFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  boolean exists() {
    return Files.exists(path);
  }

  /** Replaces the file. */
  void write(TrainingState state, ObjectNode settings, Map<String, Map<String, Tensor>> groups)
      throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    groups.forEach(
        (group, own) -> own.forEach((name, tensor) -> tensors.put(group + "/" + name, tensor)));
    Weights.write(
        path,
        tensors,
        Map.of(
            "format", FORMAT,
            "state", JSON.writeValueAsString(state.toJson()),
            "settings", JSON.writeValueAsString(settings)));
  }

  /** What a file holds. */
  record Content(TrainingState state, Map<String, Map<String, Tensor>> groups) {
    /** The tensors of a group by name; empty if there is none. */
    Map<String, Tensor> group(String name) {
      return groups.getOrDefault(name, Map.of());
    }
  }

  /**
   * Reads the file.
   *
   * @param settings those of the training that wants to go on
   * @throws IllegalArgumentException if the file was written with other settings; tells which
   */
  Content read(ObjectNode settings) throws IOException {
    try (SafeTensorsFile file = SafeTensorsFile.open(path);
        var guard = Autograd.noGrad()) {
      if (!FORMAT.equals(file.metadata().get("format"))) {
        throw new CorruptFileException(
            path, "is not a training checkpoint of Melange", "choose another folder");
      }
      compare(JSON.readTree(file.metadata().getOrDefault("settings", "{}")), settings);
      TrainingState state =
          TrainingState.fromJson(JSON.readTree(file.metadata().getOrDefault("state", "{}")));
      Map<String, Map<String, Tensor>> groups = new LinkedHashMap<>();
      Weights.read(file)
          .forEach(
              (name, tensor) -> {
                int slash = name.indexOf('/');
                groups
                    .computeIfAbsent(name.substring(0, slash), key -> new LinkedHashMap<>())
                    .put(name.substring(slash + 1), tensor);
              });
      return new Content(state, groups);
    }
  }

  private void compare(JsonNode saved, ObjectNode wanted) {
    for (var entry : wanted.properties()) {
      String before = saved.path(entry.getKey()).asText(); // as text: types widen when read back
      if (!before.equals(entry.getValue().asText())) {
        throw new IllegalArgumentException(
            "%s was written by a training with another '%s': %s, now %s; resume with the same settings or choose another folder"
                .formatted(path, entry.getKey(), before, entry.getValue().asText()));
      }
    }
  }
}
