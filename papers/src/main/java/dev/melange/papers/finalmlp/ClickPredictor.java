package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import dev.melange.io.Provenance;
import dev.melange.tensor.Rng;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A click model for tables of one's own: text categories, numbers and lists in, the probability of
 * the positive label out.
 *
 * <pre>{@code
 * ClickData data =
 *     ClickData.of(Table.read(Path.of("clicks.csv")), ClickColumns.of("clicked"), 0.1, 0.2, 1);
 * try (ClickPredictor model =
 *     ClickPredictor.train(data, ClickPredictor.Settings.suited(data))) {
 *   System.out.println(model.evaluate(data).auc());
 *   double[] chances = model.predict(Table.read(Path.of("new.csv")));
 *   model.save(Path.of("clicks.safetensors"));
 * }
 * }</pre>
 *
 * <p>A category that was not in the training rows is treated as unknown, a missing number as the
 * training rows' mean. Not thread-safe while it is closed; predictions may be made by several
 * threads.
 */
public final class ClickPredictor implements AutoCloseable {
  /**
   * What to train.
   *
   * @param model the architecture
   * @param changes keys of its configuration that differ from {@link Architecture}'s, as text
   * @param training batch size, learning rate, epochs, patience
   * @param seed of initial weights, order of rows and dropout
   */
  public record Settings(
      Architecture model, Map<String, String> changes, ClickTraining.Settings training, long seed) {
    /** Strength of the penalty on embeddings unless {@code changes} says otherwise. */
    static final String EMBEDDING_REGULARIZER = "0.0005";

    /** Copies the map. */
    public Settings {
      changes = new LinkedHashMap<>(changes);
    }

    /** FinalMLP, seed 1, and a batch size that suits the number of rows. */
    public static Settings suited(ClickData data) {
      return new Settings(
          Architecture.FINAL_MLP, Map.of(), ClickTraining.Settings.suited(data.train().size()), 1);
    }
  }

  private final Architecture architecture;
  private final Record config;
  private final ClickModel model;
  private final Encoder encoder;
  private final String label;
  private final String positive;
  private final Provenance provenance;

  ClickPredictor(
      Architecture architecture,
      Record config,
      ClickModel model,
      Encoder encoder,
      String label,
      String positive,
      Provenance provenance) {
    this.architecture = architecture;
    this.config = config;
    this.model = model;
    this.encoder = encoder;
    this.label = label;
    this.positive = positive;
    this.provenance = provenance;
  }

  /** A trained predictor, and how its training went. */
  public record Trained(ClickPredictor predictor, TrainingResult training) {}

  /**
   * Trains on the training rows, and ends with the weights that were best on the validation rows.
   *
   * @throws IOException never, without checkpoints
   */
  public static ClickPredictor train(ClickData data, Settings settings) throws IOException {
    return train(data, settings, Map.of(), Trainer::fit).predictor();
  }

  /**
   * As {@link #train(ClickData, Settings)}.
   *
   * @param hashes SHA-256 of the data by file, for the provenance
   * @param runner runs the training; may add checkpoints, a listener, a cancellation
   */
  public static Trained train(
      ClickData data, Settings settings, Map<String, String> hashes, ClickTraining.Runner runner)
      throws IOException {
    Map<String, String> changes = new LinkedHashMap<>();
    changes.put("embedding_regularizer", Settings.EMBEDDING_REGULARIZER);
    changes.putAll(settings.changes());
    Architecture architecture = settings.model();
    Record config = architecture.config(Feature.of(data.encoder()), changes);
    ClickModel model = architecture.create(config, new Rng(settings.seed()));
    try {
      TrainingResult result =
          ClickTraining.fit(
              model, data.train(), data.valid(), settings.training(), settings.seed(), runner);
      Provenance provenance =
          new Provenance(
              architecture.key(),
              Configs.toJson(config),
              hashes,
              settings.seed(),
              Configs.toJson(settings.training()),
              origin(data));
      return new Trained(
          new ClickPredictor(
              architecture,
              config,
              model,
              data.encoder(),
              data.columns().label(),
              data.positive(),
              provenance),
          result);
    } catch (IOException | RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private static ObjectNode origin(ClickData data) {
    ObjectNode origin = JsonNodeFactory.instance.objectNode();
    origin.put("training_rows", data.train().size());
    origin.put("validation_rows", data.valid().size());
    origin.put("test_rows", data.test().size());
    return origin;
  }

  /** The architecture. */
  public Architecture architecture() {
    return architecture;
  }

  /** The model's configuration. */
  public Record config() {
    return config;
  }

  /** The model; owned by this predictor. */
  public ClickModel model() {
    return model;
  }

  /** What turns rows into numbers. */
  public Encoder encoder() {
    return encoder;
  }

  /** The column of the label in the training table. */
  public String label() {
    return label;
  }

  /** The label's value whose probability is predicted. */
  public String positive() {
    return positive;
  }

  /** Where the weights come from. */
  public Provenance provenance() {
    return provenance;
  }

  /**
   * The probability of the positive label of each row.
   *
   * @param table rows with the columns of the training, whatever else they have
   * @throws DataException if columns are missing, or numbers are none
   */
  public double[] predict(Table table) {
    List<String> missing =
        encoder.fields().stream().map(Field::name).filter(name -> !table.has(name)).toList();
    if (!missing.isEmpty()) {
      throw new DataException(
          "%s lacks the column%s %s; the model was trained with %s"
              .formatted(
                  table.name(),
                  missing.size() == 1 ? "" : "s",
                  quoted(missing),
                  quoted(encoder.fields().stream().map(Field::name).toList())));
    }
    return predict(encoder.encode(table));
  }

  private static String quoted(List<String> names) {
    return String.join(", ", names.stream().map(name -> "'" + name + "'").toList());
  }

  /** The probability of the positive label of each encoded row. */
  public double[] predict(EncodedTable rows) {
    return ClickTraining.predict(model, rows);
  }

  /** How well the test rows are predicted. */
  public ClickScores evaluate(ClickData data) {
    return ClickScores.of(
        ClickTraining.labels(data.test()), predict(data.test()), data.testGroups().orElse(null));
  }

  /**
   * Writes the weights, with all that {@link #load} needs, as a safetensors file.
   *
   * @throws IOException if it cannot be written
   */
  public void save(Path file) throws IOException {
    ClickModelFile.write(this, file);
  }

  /**
   * Reads a predictor that was {@link #save saved}.
   *
   * @throws IOException if the file cannot be read or is no such file
   */
  public static ClickPredictor load(Path file) throws IOException {
    return ClickModelFile.read(file);
  }

  /** Frees the model. */
  @Override
  public void close() {
    model.close();
  }
}
