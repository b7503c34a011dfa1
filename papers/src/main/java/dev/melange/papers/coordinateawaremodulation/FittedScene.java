package dev.melange.papers.coordinateawaremodulation;

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
import dev.melange.train.Inference;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A scene as a radiance field, of which pictures can be rendered from anywhere. */
public final class FittedScene implements AutoCloseable {
  private static final String ORIGIN = "scene";
  private static final int RAYS = 1024; // rendered at once
  private static final long LARGEST = 64_000_000;

  private final SceneField field;
  private final CamNerf.Config config;
  private final VolumeRendering.Camera camera;
  private final SceneFit.Options options;
  private final Map<String, String> data;
  private final TrainingResult training; // null if loaded

  FittedScene(
      SceneField field,
      CamNerf.Config config,
      VolumeRendering.Camera camera,
      SceneFit.Options options,
      Map<String, String> data,
      TrainingResult training) {
    this.field = field;
    this.config = config;
    this.camera = camera;
    this.options = options;
    this.data = Map.copyOf(data);
    this.training = training;
  }

  /**
   * A rendered picture.
   *
   * @param colours red, green and blue of each pixel, row by row
   * @param depth distance of what each pixel shows, row by row
   * @param opacity 0 for background, 1 for what is opaque, row by row
   */
  public record Picture(float[] colours, float[] depth, float[] opacity) {}

  private record SceneInfo(String kind, int height, int width, double focal) {}

  /** plain, planes, view, time or dynamic. */
  public String kind() {
    return field.kind();
  }

  /** The camera of the pictures that it was fitted to. */
  public VolumeRendering.Camera camera() {
    return camera;
  }

  /** The options of the fit. */
  public SceneFit.Options options() {
    return options;
  }

  /** The network's configuration. */
  public CamNerf.Config config() {
    return config;
  }

  /** Trainable numbers of the network. */
  public long parameterCount() {
    return field.network().parameterCount();
  }

  /** How the training went; nothing if the field was loaded. */
  public Optional<TrainingResult> training() {
    return Optional.ofNullable(training);
  }

  /**
   * Renders a picture.
   *
   * @param from its camera, of any size
   * @param cameraToWorld rotation and position, 4 x 4 row by row
   * @param time in [0, 1]; ignored by fields of scenes that do not move
   */
  public Picture render(VolumeRendering.Camera from, double[] cameraToWorld, double time) {
    if ((long) from.height() * from.width() > LARGEST) {
      throw new IllegalArgumentException(
          "a picture of %d x %d is larger than %,d pixels"
              .formatted(from.height(), from.width(), LARGEST));
    }
    field.network().eval();
    PosedImages.Rays rays = PosedImages.rays(from, cameraToWorld);
    int pixels = from.height() * from.width();
    float[] colours = new float[3 * pixels];
    float[] depth = new float[pixels];
    float[] opacity = new float[pixels];
    float when = Double.isNaN(time) ? 0 : (float) time;
    for (int first = 0; first < pixels; first += RAYS) {
      int count = Math.min(RAYS, pixels - first);
      try (Scope scope = Scope.open()) {
        Tensor all = Tensor.of(rays.origins(), pixels, 3).narrow(0, first, count);
        Tensor directions = Tensor.of(rays.directions(), pixels, 3).narrow(0, first, count);
        Map<String, Tensor> batch =
            Map.of(
                "origin",
                all,
                "direction",
                directions,
                "time",
                Tensor.full(when, count, 1),
                "edges",
                RayBatches.edges(options, count, null));
        float[] values = Inference.run(TensorBatch.of(batch), this::shown).toFloats();
        for (int i = 0; i < count; i++) {
          System.arraycopy(values, 5 * i, colours, 3 * (first + i), 3);
          opacity[first + i] = values[5 * i + 3];
          depth[first + i] = values[5 * i + 4];
        }
      }
    }
    return new Picture(colours, depth, opacity);
  }

  private Tensor shown(TensorBatch batch) {
    Tensor edges = batch.get("edges");
    var rendering = render(batch, edges);
    if (options.fine() > 0) {
      Tensor even =
          Tensor.linspace(0, 1, options.fine(), edges.dtype())
              .to(edges.device())
              .unsqueeze(0)
              .expand(edges.size(0), options.fine());
      rendering = render(batch, SceneField.finer(edges, rendering.weights(), even));
    }
    return Tensor.cat(1, rendering.color(), rendering.opacity(), rendering.depth());
  }

  private VolumeRendering.Rendering render(TensorBatch batch, Tensor edges) {
    return field.render(
        batch.get("origin"),
        batch.get("direction"),
        batch.get("time"),
        edges,
        options.background());
  }

  /** PSNR in dB of one picture. */
  public static double psnr(Picture rendered, PosedImages.View view) {
    double squares = 0;
    for (int i = 0; i < view.colours().length; i++) {
      double difference = Math.max(0, Math.min(1, rendered.colours[i])) - view.colours()[i];
      squares += difference * difference;
    }
    return -10 * Math.log10(squares / view.colours().length);
  }

  /**
   * Mean PSNR in dB.
   *
   * @param most of the pictures, from the first on
   */
  public double psnr(PosedImages images, int most) {
    return images.views().stream()
        .limit(most)
        .mapToDouble(view -> psnr(render(images.camera(), view.cameraToWorld(), view.time()), view))
        .average()
        .orElseThrow();
  }

  /**
   * Saves the weights with all that {@link #load} needs and where they come from.
   *
   * @param file a safetensors file, replaced atomically
   * @param hashes SHA-256 of the data by name; may be empty
   */
  public void save(Path file, Map<String, String> hashes) throws IOException {
    ObjectNode origin = JsonNodeFactory.instance.objectNode();
    origin.set(
        ORIGIN,
        Configs.toJson(
            new SceneInfo(field.kind(), camera.height(), camera.width(), camera.focal())));
    Provenance provenance =
        new Provenance(
            field.kind().equals("dynamic") ? "cam_dynamic_nerf" : "cam_nerf_" + field.kind(),
            Configs.toJson(config),
            hashes.isEmpty() ? data : hashes,
            options.seed(),
            Configs.toJson(options),
            origin);
    Weights.write(file, field.network().state(), provenance.toMetadata());
  }

  /**
   * A scene that was saved.
   *
   * @throws CorruptFileException if the file holds none
   */
  public static FittedScene load(Path file) throws IOException {
    try (SafeTensorsFile weights = SafeTensorsFile.open(file);
        Scope scope = Scope.open()) {
      Provenance provenance = Provenance.of(file, weights.metadata()).orElse(null);
      JsonNode origin = provenance == null ? null : provenance.origin().get(ORIGIN);
      if (origin == null) {
        throw new CorruptFileException(
            file, "is not a fitted scene", "fit one with: melange fit-scene");
      }
      SceneInfo info = Configs.read(SceneInfo.class, origin, file + " (" + ORIGIN + ")");
      CamNerf.Config config =
          Configs.read(CamNerf.Config.class, provenance.config(), file.toString());
      SceneFit.Options options =
          Configs.read(SceneFit.Options.class, provenance.hyperparameters(), file.toString());
      SceneField field = SceneField.create(info.kind, config, new Rng(0));
      boolean done = false;
      try {
        field.network().load(Weights.read(weights));
        field.network().to(Engine.get().device());
        var camera = new VolumeRendering.Camera(info.height, info.width, info.focal);
        done = true;
        return new FittedScene(field, config, camera, options, provenance.data(), null);
      } finally {
        if (!done) {
          field.close();
        }
      }
    }
  }

  @Override
  public void close() {
    field.close();
  }
}
