package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.TensorEntry;
import java.util.Map;

/**
 * A file of weights as text and as JSON.
 *
 * @param file the file, open
 * @param provenance where it comes from; null if it does not say
 */
record WeightsText(SafeTensorsFile file, Provenance provenance) {

  void print(Console console) {
    console.line(console.bold(file.path().toString()));
    console.line("%,d tensors, %,d elements".formatted(file.names().size(), elements()));
    if (provenance == null) {
      console.line("It does not say where it comes from.");
      file.metadata().forEach((key, value) -> console.line(key + ": " + value));
      return;
    }
    console.line("model: " + provenance.model());
    section(console, "Configuration", provenance.config());
    console.line("");
    console.line(console.bold("Training"));
    JsonNode run = provenance.origin().path("run");
    if (run.has("study")) {
      console.line(
          "  study: %s, scale %s, trial %s"
              .formatted(
                  run.get("study").asText(),
                  run.path("scale").asText(),
                  provenance.origin().path("trial").asText()));
    }
    console.line("  seed: " + provenance.seed());
    console.line("  Melange: " + provenance.library());
    section(console, "Hyperparameters", provenance.hyperparameters());
    hashes(console, "Data (SHA-256)", provenance.data());
    hashes(console, "Made from the weights (SHA-256)", provenance.parents());
    if (run.has("study")) {
      console.note("repeat it with: melange run --like " + file.path());
    }
  }

  private long elements() {
    return file.names().stream().map(file::entry).mapToLong(TensorEntry::elements).sum();
  }

  private static void section(Console console, String title, ObjectNode json) {
    if (json.isEmpty()) {
      return;
    }
    console.line("");
    console.line(console.bold(title));
    json.properties()
        .forEach(entry -> console.line("  " + entry.getKey() + ": " + entry.getValue()));
  }

  private static void hashes(Console console, String title, Map<String, String> hashes) {
    if (hashes.isEmpty()) {
      return;
    }
    console.line("");
    console.line(console.bold(title));
    hashes.forEach((name, hash) -> console.line("  " + name + ": " + hash));
  }

  ObjectNode json() {
    ObjectNode json =
        Json.object()
            .put("file", file.path().toString())
            .put("tensors", file.names().size())
            .put("elements", elements());
    ObjectNode metadata = json.putObject("metadata");
    file.metadata()
        .forEach(
            (key, value) -> {
              if (!key.equals(Provenance.KEY)) {
                metadata.put(key, value);
              }
            });
    json.set("provenance", provenance == null ? null : provenance.toJson());
    return json;
  }
}
