package dev.melange.papers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.component.Suggestions;
import dev.melange.nn.ImageModel;
import dev.melange.nn.ImageModelConfig;
import dev.melange.tensor.Rng;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The catalogue's image classifiers by name.
 *
 * <pre>{@code
 * try (var model = Vision.create("poolformer_s12", options -> options.classes(10).size(64))) {
 *   Tensor logits = model.forward(images);
 * }
 * }</pre>
 */
public final class Vision {
  private Vision() {}

  /** What is to be other than in the published model. */
  public static final class Options {
    private int classes = 1000;
    private int channels = 3;
    private int height = 224;
    private int width = 224;
    private long seed;
    private boolean fineTuned;
    private ObjectNode base;
    private final Map<String, String> keys = new LinkedHashMap<>();

    private Options() {}

    /** Number of classes; 1000 by default. */
    public Options classes(int count) {
      classes = count;
      return this;
    }

    /** Channels of the images; 3 by default. */
    public Options channels(int count) {
      channels = count;
      return this;
    }

    /** Side of square images in pixels; 224 by default. */
    public Options size(int side) {
      return size(side, side);
    }

    /** Size of the images in pixels. */
    public Options size(int rows, int columns) {
      height = rows;
      width = columns;
      return this;
    }

    /** Seed of the initial weights; 0 by default. */
    public Options seed(long number) {
      seed = number;
      return this;
    }

    /**
     * A stored configuration to start from, in the place of the published one: that of a file's
     * provenance.
     */
    public Options base(ObjectNode stored) {
      base = stored;
      return this;
    }

    /**
     * Whether the model will get weights that were trained with its configuration, false by
     * default: it is then made so that they fit images of other sizes where its method says how
     * ({@link ImageModelConfig#forFineTuning}).
     */
    public Options fineTuned(boolean on) {
      fineTuned = on;
      return this;
    }

    /**
     * A key of the model's configuration, as text: {@code set("drop_path_rate", "0.1")}. With the
     * key {@code mixer} the token mixers are replaced by others of the catalogue ({@link
     * MixerChoice}).
     */
    public Options set(String key, String value) {
      keys.put(key, value);
      return this;
    }

    /** Several keys of the model's configuration, as text. */
    public Options set(Map<String, String> values) {
      keys.putAll(values);
      return this;
    }
  }

  /** All image classifiers of the catalogue. */
  public static List<Model> models() {
    return Catalogue.models().stream()
        .filter(model -> model.config() instanceof ImageModelConfig)
        .toList();
  }

  /** The model of a name as it was published, for images 3x224x224 and 1000 classes, untrained. */
  public static ImageModel create(String name) {
    return create(name, options -> {});
  }

  /**
   * The model of a name, untrained.
   *
   * @param name one of {@link #models()}
   * @param options sets what is to be other than published
   * @throws IllegalArgumentException if there is no such model (with a suggestion), or it cannot be
   *     made as asked
   */
  public static ImageModel create(String name, Consumer<Options> options) {
    Options chosen = new Options();
    options.accept(chosen);
    Model model = model(name);
    if (chosen.classes < 1 || chosen.channels < 1 || chosen.height < 1 || chosen.width < 1) {
      throw new IllegalArgumentException(
          "%s needs at least one class, channel and pixel, got %d classes, %d channels, %d x %d"
              .formatted(name, chosen.classes, chosen.channels, chosen.height, chosen.width));
    }
    Map<String, String> keys = new LinkedHashMap<>(chosen.keys);
    String mixers = MixerChoice.takeFrom(keys, model.config()).orElse(null);
    Record base = model.config();
    if (chosen.base != null) {
      ObjectNode stored = chosen.base.deepCopy();
      Optional<MixerChoice> before = MixerChoice.takeFrom(stored, base.getClass());
      mixers = mixers == null ? before.map(MixerChoice::text).orElse(null) : mixers;
      base = Configs.read(model.component().configType(), stored, name);
    }
    ImageModelConfig config = (ImageModelConfig) Configs.with(base, keys, name);
    Record made =
        chosen.fineTuned
            ? config.forFineTuning(chosen.channels, chosen.height, chosen.width, chosen.classes)
            : config.forImages(chosen.channels, chosen.height, chosen.width, chosen.classes);
    MixerChoice choice =
        mixers == null ? null : MixerChoice.parse(mixers, chosen.height, chosen.width);
    return (ImageModel) model.create(made, choice, new Rng(chosen.seed));
  }

  /**
   * The catalogue's entry of a name.
   *
   * @throws IllegalArgumentException if there is none, or it is no image classifier
   */
  public static Model model(String name) {
    List<String> names = models().stream().map(Model::name).toList();
    if (!names.contains(name)) {
      boolean other = Catalogue.models().stream().anyMatch(model -> model.name().equals(name));
      throw new IllegalArgumentException(
          "unknown image model '%s'%s%s; list them with: melange models, or in code with Vision.models()"
              .formatted(
                  name,
                  other ? ", a model that is no image classifier" : "",
                  Suggestions.didYouMean(name, names)));
    }
    return Catalogue.model(name);
  }
}
