package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.nn.ImageModel;
import dev.melange.nn.LoadReport;
import dev.melange.papers.Vision;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model at the beginning of its training, with random weights or those of a file.
 *
 * @param model the model
 * @param file where weights come from; null for random ones
 * @param used weights that were taken from the file
 * @param resized those of them that were made to fit images of another size
 * @param fresh weights of the model that the file does not give, at their random initial values
 * @param dropped weights of the file that the model has no use for
 * @param body whether more than the classifier is fresh
 */
record ImageStart(
    ImageModel model,
    String file,
    List<String> used,
    List<String> resized,
    List<String> fresh,
    List<String> dropped,
    boolean body) {
  private static final int SHOWN = 6;

  /**
   * Makes the model that settings ask for.
   *
   * @throws IllegalArgumentException if it cannot be made so, or if less than half of its weights
   *     are in the file
   */
  static ImageStart of(ImageTraining settings, int classes) throws IOException {
    Path file = settings.weights() == null ? null : Path.of(settings.weights());
    ObjectNode stored =
        file == null
            ? null
            : Checkpoints.provenance(file)
                .filter(known -> known.model().equals(settings.model()))
                .map(Provenance::config)
                .orElse(null);
    ImageModel model =
        Vision.create(
            settings.model(),
            options ->
                options
                    .channels(settings.modelChannels())
                    .size(settings.size())
                    .classes(classes)
                    .seed(settings.seed())
                    .base(stored)
                    .fineTuned(file != null)
                    .set(settings.set()));
    if (file == null) {
      return new ImageStart(model, null, List.of(), List.of(), List.of(), List.of(), false);
    }
    try {
      return load(model, file, classes);
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static ImageStart load(ImageModel model, Path file, int classes) throws IOException {
    LoadReport report = Checkpoints.loadMatching(model, file);
    List<String> fresh = new ArrayList<>(model.state().keySet());
    fresh.removeAll(report.loaded());
    if (report.loaded().size() < fresh.size()) {
      throw new IllegalArgumentException(
          file + ": " + report.message(model.origin().orElseThrow().model()));
    }
    List<String> dropped = new ArrayList<>(fresh);
    dropped.removeAll(report.missing()); // those of another shape
    dropped.addAll(report.unexpected());
    boolean body = fresh.stream().anyMatch(name -> !isClassifier(model.state().get(name), classes));
    return new ImageStart(
        model, file.toString(), report.loaded(), report.fitted(), fresh, dropped, body);
  }

  private static boolean isClassifier(Tensor tensor, int classes) {
    return tensor.dim() <= 2 && tensor.dim() > 0 && tensor.size(0) == classes;
  }

  /** Says which weights were used; louder if more than a new classifier is to be learned anew. */
  void tell(Console console) {
    if (file == null) {
      return;
    }
    String text =
        "%s: %d weights used%s; new: %s; of the file not used: %s"
            .formatted(
                file,
                used.size(),
                resized.isEmpty() ? "" : ", resized of them: " + names(resized),
                names(fresh),
                names(dropped));
    if (body) {
      console.warn(text);
    } else {
      console.note(text);
    }
  }

  private static String names(List<String> all) {
    if (all.isEmpty()) {
      return "none";
    }
    String shown = String.join(", ", all.subList(0, Math.min(SHOWN, all.size())));
    return all.size() > SHOWN ? shown + " and %d more".formatted(all.size() - SHOWN) : shown;
  }

  /** What {@link #tell} says, with all names. */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("file", file);
    json.put("used", used.size());
    resized.forEach(json.putArray("resized")::add);
    fresh.forEach(json.putArray("new")::add);
    dropped.forEach(json.putArray("dropped")::add);
    return json;
  }
}
