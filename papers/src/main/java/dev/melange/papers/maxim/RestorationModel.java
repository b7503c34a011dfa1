package dev.melange.papers.maxim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.Checkpoints;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Description;
import dev.melange.io.Provenance;
import dev.melange.nn.ModelOrigin;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A trained network and what it was trained for, in one file; or a published checkpoint.
 *
 * <pre>{@code
 * try (RestorationModel model = RestorationModel.load(Path.of("denoise.safetensors"))) { ... }
 * try (RestorationModel model =
 *     RestorationModel.published(Path.of("SIDD.npz"), RestorationTask.DENOISE)) { ... }
 * }</pre>
 */
public final class RestorationModel implements AutoCloseable {
  private static final Description DESCRIPTION =
      new Description("melange.restore", "train the network again");

  private final Maxim network;
  private final RestorationTask task;

  /**
   * Puts the parts together; the model owns the network.
   *
   * @param network trained; switched to inference mode
   * @param task what it was trained for
   */
  public RestorationModel(Maxim network, RestorationTask task) {
    network.eval();
    this.network = network;
    this.task = task;
  }

  /**
   * Reads a file that {@link #save} wrote.
   *
   * @throws IllegalArgumentException if the file holds other weights
   * @throws CorruptFileException if the file is damaged
   */
  public static RestorationModel load(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(
          file.toString(),
          null,
          (Files.isDirectory(file) ? "is a folder" : "no such file")
              + "; expected the restorer.safetensors of melange train restore");
    }
    Map<String, String> metadata = Checkpoints.metadata(file);
    Optional<Provenance> provenance = Provenance.of(file, metadata);
    Optional<JsonNode> description = DESCRIPTION.read(file, metadata);
    if (description.isEmpty() || provenance.isEmpty()) {
      throw new IllegalArgumentException(
          file
              + " holds no network for restoring photographs; make one with melange train restore, or"
              + " give a published checkpoint (.npz)");
    }
    RestorationTask task = RestorationTask.of(description.get().path("task").asText());
    Maxim network = network(file, provenance.get());
    try {
      Checkpoints.load(network, file);
      return new RestorationModel(network, task);
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private static Maxim network(Path file, Provenance provenance) {
    if (Catalogue.model(provenance.model()).create(provenance.config(), new Rng(0))
        instanceof Maxim network) {
      return network;
    }
    throw new IllegalArgumentException(
        "%s is of the model %s, which restores no photographs".formatted(file, provenance.model()));
  }

  /**
   * Reads a published checkpoint ({@code .npz}) of the network that was published for the task.
   *
   * @throws IllegalArgumentException if it holds another network
   */
  public static RestorationModel published(Path file, RestorationTask task) throws IOException {
    int stages = task.publishedModel().endsWith("3") ? 3 : 2;
    Maxim network = create(task.publishedModel(), MaximPaper.published(32, stages), new Rng(0));
    try (Scope scope = Scope.open()) {
      network.load(FlaxCheckpoint.read(file));
      return new RestorationModel(network, task);
    } catch (IllegalArgumentException e) {
      network.close();
      throw new IllegalArgumentException(
          "%s is no checkpoint of %s, which was published for %s: %s"
              .formatted(file, task.publishedModel(), task, e.getMessage()),
          e);
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /** A network with initial weights that knows what it was made from. */
  static Maxim create(String model, MaximConfig config, Rng rng) {
    try (Scope scope = Scope.open()) {
      Maxim network = new Maxim(config, rng);
      network.origin(new ModelOrigin(model, Configs.toJson(config)));
      return network;
    }
  }

  /** The network. */
  public Maxim network() {
    return network;
  }

  /** What it was trained for. */
  public RestorationTask task() {
    return task;
  }

  /**
   * Writes network and task to one file, atomically.
   *
   * @param file a safetensors file
   * @param provenance where the weights come from
   */
  public void save(Path file, Provenance provenance) throws IOException {
    ObjectNode description = JsonNodeFactory.instance.objectNode().put("task", task.toString());
    Checkpoints.save(network, file, DESCRIPTION.metadata(description, provenance));
  }

  @Override
  public void close() {
    network.close();
  }
}
