package dev.melange.papers.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.Weights;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A signal as the weights of a network. Saved in one file, as they are or {@linkplain CompactFields
 * compactly}.
 */
public final class FittedField implements AutoCloseable {
  private static final String ORIGIN = "signal";

  private final SignalModel model;
  private final Record config;
  private final Signal.Shape shape;
  private final SignalField field;
  private final FieldFit.Options options;
  private final Map<String, String> data;
  private final TrainingResult training; // null if loaded

  FittedField(
      SignalModel model,
      Record config,
      Signal.Shape shape,
      SignalField field,
      FieldFit.Options options,
      Map<String, String> data,
      TrainingResult training) {
    this.model = model;
    this.config = config;
    this.shape = shape;
    this.field = field;
    this.options = options;
    this.data = new LinkedHashMap<>(data);
    this.training = training;
    field.trainee().eval();
  }

  /** The model's name. */
  public String model() {
    return model.name();
  }

  /** The model's configuration. */
  public Record config() {
    return config;
  }

  /** The shape of the signal that it was fitted to. */
  public Signal.Shape shape() {
    return shape;
  }

  /** The network with all that belongs to it. */
  public SignalField field() {
    return field;
  }

  /** How the training went; nothing if the field was loaded. */
  public Optional<TrainingResult> training() {
    return Optional.ofNullable(training);
  }

  /** The signal at its own resolution. */
  public Signal decode() {
    return decode(shape.sizes());
  }

  /**
   * The signal at another resolution.
   *
   * @param sizes length; rows and columns; or frames, rows and columns
   * @throws IllegalArgumentException if the model cannot be decoded at this size
   */
  public Signal decode(List<Integer> sizes) {
    Signal.Shape wanted = shape.resized(sizes);
    if (wanted.points() * wanted.channels().size() > SignalFiles.MAX_VALUES) {
      throw new IllegalArgumentException(
          "size %s has %,d values; the limit is %,d"
              .formatted(
                  sizes, wanted.points() * wanted.channels().size(), SignalFiles.MAX_VALUES));
    }
    return new Signal(model.name(), wanted, field.decode(sizes));
  }

  /**
   * Saves the weights with all that {@link #load} needs and where they come from.
   *
   * @param file a safetensors file, replaced atomically
   * @param hashes SHA-256 of the data by name; may be empty
   */
  public void save(Path file, Map<String, String> hashes) throws IOException {
    Map<String, String> known = hashes.isEmpty() ? data : hashes;
    Weights.write(file, field.network().state(), provenance(known).toMetadata());
  }

  Provenance provenance(Map<String, String> hashes) {
    ObjectNode origin = JsonNodeFactory.instance.objectNode();
    origin.set(ORIGIN, Configs.toJson(shape));
    return new Provenance(
        model.name(),
        Configs.toJson(config),
        hashes,
        options.seed(),
        Configs.toJson(options),
        origin);
  }

  Map<String, String> hashes() {
    return data;
  }

  /**
   * A field that was saved.
   *
   * @param models finds a model by name
   * @throws CorruptFileException if the file holds none
   */
  public static FittedField load(Path file, Function<String, SignalModel> models)
      throws IOException {
    if (CompactFields.isCompact(file)) {
      return CompactFields.load(file, models);
    }
    try (SafeTensorsFile weights = SafeTensorsFile.open(file);
        Scope scope = Scope.open()) {
      return of(file, weights.metadata(), Weights.read(weights), models);
    }
  }

  static FittedField of(
      Path file,
      Map<String, String> metadata,
      Map<String, Tensor> weights,
      Function<String, SignalModel> models)
      throws IOException {
    Provenance provenance =
        Provenance.of(file, metadata)
            .orElseThrow(() -> notAField(file, "it does not say what it holds"));
    JsonNode origin = provenance.origin().get(ORIGIN);
    if (origin == null) {
      throw notAField(file, "it holds " + provenance.model());
    }
    SignalModel model = models.apply(provenance.model());
    Signal.Shape shape = Configs.read(Signal.Shape.class, origin, file + " (" + ORIGIN + ")");
    Record config =
        Configs.read(model.config(shape).getClass(), provenance.config(), file.toString());
    FieldFit.Options options =
        Configs.read(FieldFit.Options.class, provenance.hyperparameters(), file.toString());
    SignalField field = model.create(config, shape, new Rng(0));
    boolean done = false;
    try {
      field.network().load(weights);
      field.trainee().to(Engine.get().device());
      FittedField loaded =
          new FittedField(model, config, shape, field, options, provenance.data(), null);
      done = true;
      return loaded;
    } finally {
      if (!done) {
        field.close();
      }
    }
  }

  private static CorruptFileException notAField(Path file, String what) {
    return new CorruptFileException(
        file, "is not a fitted field: " + what, "fit one with: melange fit-signal");
  }

  @Override
  public void close() {
    field.close();
  }
}
