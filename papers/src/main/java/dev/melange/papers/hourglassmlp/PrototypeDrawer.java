package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Normalize;
import dev.melange.io.Checkpoints;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Description;
import dev.melange.io.Provenance;
import dev.melange.io.Weights;
import dev.melange.papers.ImageInput;
import dev.melange.report.Tile;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.TrainerRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Draws for an image the prototype of its class with an Hourglass MLP, and so tells the class: that
 * of the nearest prototype (the paper's generative classification).
 *
 * <pre>{@code
 * try (PrototypeDrawer drawer =
 *     PrototypeDrawer.fit(train, valid, classes, options, Map.of(), Trainer::fit)) {
 *   PrototypeDrawer.Drawing drawing = drawer.draw(List.of(photo)).get(0);
 *   System.out.println(classes.get(drawing.nearest()));
 * }
 * }</pre>
 */
public final class PrototypeDrawer implements AutoCloseable {
  private static final String PROTOTYPES = "prototypes";
  private static final Description DESCRIPTION =
      new Description("melange.prototypes", "make it again with: melange prototypes fit");
  private static final Normalize SIGNED = new Normalize(new float[] {0.5f}, new float[] {0.5f});
  private static final int USUAL_STEPS = 600;
  private static final long MOST_WEIGHTS = 1L << 28; // 1 GiB of them

  /**
   * What is learned and how.
   *
   * @param channels of the images, 1 or 3
   * @param convert whether images of other channels are converted; otherwise they are refused
   * @param size side of the square that the network sees and draws, in pixels
   * @param prototype {@code mean}: the mean of a class's training images; {@code sample}: the first
   *     of them
   * @param width of the skip connection; null for twice the numbers of an image
   * @param bottleneck width inside the blocks
   * @param depth number of blocks
   * @param epochs passes over the images; null for 12, or more if that makes less than 600 steps
   * @param batch images per step; all if there are fewer
   * @param learning_rate the peak
   * @param seed of the initial weights and of the order
   */
  public record Options(
      @Default("3") int channels,
      @Default("false") boolean convert,
      @Default("24") int size,
      @Default("mean") @OneOf({"mean", "sample"}) String prototype,
      @Default("null") Integer width,
      @Default("128") int bottleneck,
      @Default("4") int depth,
      @Default("null") Integer epochs,
      @Default("128") int batch,
      @Default("1e-3") double learning_rate,
      @Default("0") long seed) {
    /** Checks the sizes that the network does not check. */
    public Options {
      if (batch < 1 || (epochs != null && epochs < 1) || !(learning_rate > 0)) {
        throw new IllegalArgumentException(
            "batch, epochs and learning_rate must be positive, got %d, %s and %s"
                .formatted(batch, epochs, learning_rate));
      }
      if (channels != 1 && channels != 3) {
        throw new IllegalArgumentException("images have 1 or 3 channels, got " + channels);
      }
      if (size < 1 || size > 4096) {
        throw new IllegalArgumentException("size is 1 to 4096 pixels, got " + size);
      }
      long numbers = (long) channels * size * size;
      long skip = width == null ? 2 * numbers : width;
      if (skip > 0 && 2.0 * skip * numbers > MOST_WEIGHTS) {
        throw new IllegalArgumentException(
            "images of %d x %d pixels and a width of %d take %,d weights, more than %,d; choose a smaller size or width"
                .formatted(size, size, skip, 2 * skip * numbers, MOST_WEIGHTS));
      }
    }

    ImageInput input() {
      return new ImageInput(channels, size, 1, convert, SIGNED);
    }

    HourglassConfig network() {
      int numbers = channels * size * size;
      return HourglassConfig.hourglass(
          numbers, numbers, width == null ? 2 * numbers : width, bottleneck, depth, false);
    }

    int epochs(int batches) {
      return epochs == null ? Math.max(12, (USUAL_STEPS + batches - 1) / batches) : epochs;
    }
  }

  /**
   * How good the drawings for the validation images are.
   *
   * @param psnr mean against the prototypes of the true classes, in dB
   * @param accuracy share of images whose class has the nearest prototype, in per cent
   */
  public record Quality(double psnr, double accuracy) {}

  /**
   * What was drawn for an image.
   *
   * @param seen the image as the network saw it
   * @param drawn what it drew
   * @param nearest class of the nearest prototype
   * @param distances mean squared differences to all prototypes, pixels in [0, 1]
   */
  public record Drawing(Tile seen, Tile drawn, int nearest, double[] distances) {
    /** Copies the distances. */
    public Drawing {
      distances = distances.clone();
    }

    @Override
    public double[] distances() {
      return distances.clone();
    }
  }

  private final Options options;
  private final HourglassMlp network;
  private final Tensor prototypes; // [K, D] in [-1, 1], on the CPU
  private final List<String> classes;
  private final Quality quality;
  private final Provenance provenance;

  PrototypeDrawer(
      Options options,
      HourglassMlp network,
      Tensor prototypes,
      List<String> classes,
      Quality quality,
      Provenance provenance) {
    network.eval();
    this.options = options;
    this.network = network;
    this.prototypes = prototypes;
    this.classes = List.copyOf(classes);
    this.quality = quality;
    this.provenance = provenance;
  }

  /**
   * Learns from images.
   *
   * @param train images of all classes
   * @param valid images that only the quality is measured with
   * @param classes names of the classes
   * @param data SHA-256 of the images by name, for the provenance; may be empty
   * @param run runs the trainer
   * @throws IllegalArgumentException if a class has no training image
   */
  public static PrototypeDrawer fit(
      Dataset<LabelledImage> train,
      Dataset<LabelledImage> valid,
      List<String> classes,
      Options options,
      Map<String, String> data,
      TrainerRun run)
      throws IOException {
    return PrototypeFitting.fit(train, valid, classes, options, data, run);
  }

  /** What it draws and how it was trained. */
  public Options options() {
    return options;
  }

  /** The names of the classes. */
  public List<String> classes() {
    return classes;
  }

  /** How well it did on the validation images; empty for one from a file. */
  public Optional<Quality> quality() {
    return Optional.ofNullable(quality);
  }

  /** The prototype of a class. */
  public Tile prototype(int number) {
    try (Scope scope = Scope.open()) {
      return tile(prototypes.get(number));
    }
  }

  /**
   * Draws.
   *
   * @param images of any size
   * @throws DataException if an image has other channels and is not to be converted
   */
  public List<Drawing> draw(List<Image> images) {
    List<Drawing> drawings = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      Tensor seen = ImageBatches.tensor(images, options.input().evaluation()).flatten(1, -1);
      Tensor drawn = PrototypeDrawing.draw(network, seen);
      Tensor label = Tensor.of(new long[images.size()], images.size());
      // in [-1, 1] differences are twice as large
      Tensor distances =
          GenerativeClassification.of(drawn, prototypes, label).distance().to(DType.F64).div(4);
      for (int i = 0; i < images.size(); i++) {
        double[] all = distances.get(i).toDoubles();
        drawings.add(new Drawing(tile(seen.get(i)), tile(drawn.get(i)), least(all), all));
      }
    }
    return drawings;
  }

  private static int least(double[] values) {
    int least = 0;
    for (int i = 1; i < values.length; i++) {
      least = values[i] < values[least] ? i : least;
    }
    return least;
  }

  private Tile tile(Tensor vector) {
    int side = options.size();
    return Tile.chw(Restoration.pixels(vector).toFloats(), options.channels(), side, side);
  }

  /** Writes network, prototypes and options to one file, atomically. */
  public void save(Path file) throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("options", Configs.toJson(options));
    classes.forEach(json.putArray("classes")::add);
    Map<String, Tensor> tensors = new LinkedHashMap<>(network.state());
    tensors.put(PROTOTYPES, prototypes);
    Weights.write(file, tensors, DESCRIPTION.metadata(json, provenance));
  }

  /**
   * Reads a file that {@link #save} wrote.
   *
   * @throws IllegalArgumentException if it holds other weights
   * @throws CorruptFileException if it is damaged
   */
  public static PrototypeDrawer load(Path file) throws IOException {
    Map<String, String> metadata = Checkpoints.metadata(file);
    Optional<JsonNode> json = DESCRIPTION.read(file, metadata);
    Optional<Provenance> provenance = Provenance.of(file, metadata);
    if (json.isEmpty() || provenance.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no network that draws prototypes; make one with: melange prototypes fit");
    }
    Options options = Configs.read(Options.class, json.get().path("options"), file.toString());
    List<String> classes = new ArrayList<>();
    json.get().path("classes").forEach(name -> classes.add(name.asText()));
    HourglassMlp network = new HourglassMlp(options.network(), new Rng(0));
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>(Checkpoints.read(file));
      Tensor prototypes = tensors.remove(PROTOTYPES);
      long[] expected = {classes.size(), options.network().d_out()};
      if (prototypes == null || !Arrays.equals(prototypes.shape(), expected)) {
        throw new CorruptFileException(
            file,
            "its prototypes have the shape %s, expected %s"
                .formatted(
                    prototypes == null ? "of none" : Arrays.toString(prototypes.shape()),
                    Arrays.toString(expected)),
            DESCRIPTION.remedy());
      }
      network.load(tensors);
      network.to(Engine.get().device());
      return new PrototypeDrawer(
          options, network, scope.keep(prototypes), classes, null, provenance.get());
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  @Override
  public void close() {
    network.close();
    prototypes.close();
  }
}
