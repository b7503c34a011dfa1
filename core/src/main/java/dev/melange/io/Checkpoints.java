package dev.melange.io;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.Layer;
import dev.melange.nn.LoadReport;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Weights of models in files: safetensors, written with their {@link Provenance}; PyTorch's {@code
 * .pt} and {@code .pth} can be read as well.
 *
 * <pre>{@code
 * Checkpoints.save(model, Path.of("poolformer.safetensors"));
 * Checkpoints.load(model, Path.of("poolformer.safetensors"));
 * }</pre>
 */
public final class Checkpoints {
  // The parts of training checkpoints that hold the weights, as the usual training scripts name
  // them.
  private static final List<String> PARTS = List.of("state_dict", "model", "model_state_dict");

  private Checkpoints() {}

  /**
   * Writes a model's weights, atomically, with what it was made from.
   *
   * @param model the model; its parameters and buffers are written
   * @param file a safetensors file
   */
  public static void save(Layer model, Path file) throws IOException {
    Map<String, String> metadata =
        model
            .origin()
            .map(
                origin -> {
                  ObjectNode nothing = JsonNodeFactory.instance.objectNode();
                  return new Provenance(
                          origin.model(), origin.config(), Map.of(), 0, nothing, nothing)
                      .toMetadata();
                })
            .orElse(Map.of());
    save(model, file, metadata);
  }

  /**
   * Writes a model's weights, atomically, with what is known of how they were made.
   *
   * @param provenance model, data, seed and settings
   */
  public static void save(Layer model, Path file, Provenance provenance) throws IOException {
    save(model, file, provenance.toMetadata());
  }

  /** Writes a model's weights, atomically, with texts of the caller's. */
  public static void save(Layer model, Path file, Map<String, String> metadata) throws IOException {
    Weights.write(file, model.state(), metadata);
  }

  /**
   * Copies weights from a file into a model. Every name and shape must match, both ways.
   *
   * @param model the model
   * @param file a safetensors or PyTorch file
   * @throws IllegalArgumentException listing all missing, unexpected and mis-shaped names
   * @throws CorruptFileException if the file is neither
   */
  public static void load(Layer model, Path file) throws IOException {
    try (Scope scope = Scope.open()) {
      model.load(read(file));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Copies those weights from a file that match by name and shape.
   *
   * @return what was loaded, missing, unexpected and mis-shaped
   */
  public static LoadReport loadMatching(Layer model, Path file) throws IOException {
    try (Scope scope = Scope.open()) {
      return model.loadMatching(read(file));
    }
  }

  /**
   * The weights in a file. Of a PyTorch checkpoint with more than weights, those under {@code
   * state_dict}, {@code model} or {@code model_state_dict}.
   *
   * @param file a safetensors or PyTorch file
   * @return tensors by name, owned by the current scope
   */
  public static Map<String, Tensor> read(Path file) throws IOException {
    requireFile(file);
    if (!isZip(file)) {
      try (TensorFile weights = SafeTensorsFile.open(file)) {
        return Weights.read(weights);
      }
    }
    try (TorchFile weights = TorchFile.open(file)) {
      Optional<String> part = PARTS.stream().filter(weights.topLevelKeys()::contains).findFirst();
      if (part.isEmpty()) {
        return Weights.read(weights);
      }
      String prefix = part.get() + ".";
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (String name : weights.names()) {
        if (name.startsWith(prefix)) {
          tensors.put(name.substring(prefix.length()), Weights.read(weights, name));
        }
      }
      return tensors;
    }
  }

  /** The texts in the header of a safetensors file; none for a PyTorch file. */
  public static Map<String, String> metadata(Path file) throws IOException {
    requireFile(file);
    if (isZip(file)) {
      return Map.of();
    }
    try (SafeTensorsFile weights = SafeTensorsFile.open(file)) {
      return Map.copyOf(weights.metadata());
    }
  }

  /** Where the weights in a file come from, if it says so. */
  public static Optional<Provenance> provenance(Path file) throws IOException {
    return Provenance.of(file, metadata(file));
  }

  private static void requireFile(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file; expected weights");
    }
  }

  // PyTorch writes zip files; the first byte of a safetensors file is a length's.
  private static boolean isZip(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(4);
      return head.length == 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    }
  }
}
