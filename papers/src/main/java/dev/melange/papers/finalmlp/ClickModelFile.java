package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.tabular.Encoder;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Description;
import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.Weights;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The file of a {@link ClickPredictor}: weights, provenance, fields and label. */
final class ClickModelFile {
  private static final Description DESCRIPTION =
      new Description("melange.clicks", "give a file that 'melange ctr fit' has written");

  private ClickModelFile() {}

  static void write(ClickPredictor predictor, Path file) throws IOException {
    ObjectNode clicks = JsonNodeFactory.instance.objectNode();
    clicks.put("label", predictor.label()).put("positive", predictor.positive());
    clicks.set("fields", EncoderJson.write(predictor.encoder()));
    Weights.write(
        file, predictor.model().state(), DESCRIPTION.metadata(clicks, predictor.provenance()));
  }

  static ClickPredictor read(Path path) throws IOException {
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      Optional<JsonNode> json = DESCRIPTION.read(path, file.metadata());
      Optional<Provenance> provenance = Provenance.of(path, file.metadata());
      if (json.isEmpty() || provenance.isEmpty()) {
        throw new CorruptFileException(path, "it holds no click model", DESCRIPTION.remedy());
      }
      try {
        return read(file, json.get(), provenance.get());
      } catch (IllegalArgumentException e) {
        throw new CorruptFileException(path, e.getMessage(), DESCRIPTION.remedy(), e);
      }
    }
  }

  private static ClickPredictor read(SafeTensorsFile file, JsonNode json, Provenance provenance)
      throws IOException {
    Architecture architecture = Architecture.of(provenance.model());
    Encoder encoder = EncoderJson.read(json.path("fields"));
    requirePlausible(file, provenance.config());
    Record config = architecture.read(provenance.config());
    ClickModel model = architecture.create(config, new Rng(0));
    try (Scope scope = Scope.open()) {
      if (!model.features().equals(Feature.of(encoder))) {
        throw new IllegalArgumentException(
            "its fields are %s, its model has %s".formatted(Feature.of(encoder), model.features()));
      }
      model.load(Weights.read(file));
      return new ClickPredictor(
          architecture,
          config,
          model,
          encoder,
          json.path("label").asText(),
          json.path("positive").asText(),
          provenance);
    } catch (IOException | RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /**
   * Refuses sizes in a configuration that no tensor of the file has, before memory is allocated for
   * them.
   */
  private static void requirePlausible(SafeTensorsFile file, JsonNode config) {
    Set<Long> sizes = new HashSet<>();
    for (String name : file.names()) {
      for (long size : file.entry(name).shape()) {
        sizes.add(size);
      }
    }
    requireSizes("", config, sizes, file.names().size());
  }

  private static void requireSizes(String key, JsonNode value, Set<Long> sizes, int tensors) {
    boolean size =
        key.endsWith("_units")
            || key.equals("embedding_dim")
            || key.equals("vocab_size")
            || key.equals("low_rank");
    boolean count = key.startsWith("num_") && !key.equals("num_heads");
    if (value.isInt() || value.isLong() || value.isBigInteger()) {
      if ((size && !sizes.contains(value.longValue())) || (count && value.longValue() > tensors)) {
        boolean unused = key.equals("low_rank") || key.equals("num_experts");
        if (!unused || value.longValue() > 1024) {
          throw new IllegalArgumentException(
              "its configuration says %s %s, which none of its tensors has".formatted(key, value));
        }
      }
    } else if (value.isArray()) {
      value.forEach(element -> requireSizes(key, element, sizes, tensors));
    } else if (value.isObject()) {
      value.properties().forEach(e -> requireSizes(e.getKey(), e.getValue(), sizes, tensors));
    }
  }
}
