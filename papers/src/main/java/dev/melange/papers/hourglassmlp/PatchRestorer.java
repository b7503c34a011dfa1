package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.io.Checkpoints;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Description;
import dev.melange.io.Provenance;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TrainerRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Denoises or enlarges images of any size with an Hourglass MLP over small patches: every channel
 * by itself, patches that overlap by half, of which the mean is taken.
 *
 * <pre>{@code
 * Options options = Options.denoise();
 * try (PatchRestorer restorer = PatchRestorer.fit(photos, options, Map.of(), Trainer::fit)) {
 *   Image clean = restorer.restore(noisy);
 *   restorer.save(Path.of("clean.safetensors"));
 * }
 * }</pre>
 */
public final class PatchRestorer implements AutoCloseable {
  private static final Description DESCRIPTION =
      new Description("melange.patches", "make it again with: melange patches fit");
  private static final String MODEL = "hourglass_mlp_256";
  private static final long TEST_NOISE = 1;

  /**
   * What is learned and how.
   *
   * @param degradation what is to be undone
   * @param patch side of a restored patch in pixels, even and a multiple of the factor
   * @param width of the skip connection
   * @param bottleneck width inside the blocks
   * @param depth number of blocks
   * @param patches number of patches drawn from the images
   * @param epochs passes over them
   * @param batch patches per step
   * @param learning_rate the peak
   * @param seed of all draws
   */
  public record Options(
      Degradation degradation,
      @Default("16") int patch,
      @Default("1024") int width,
      @Default("48") int bottleneck,
      @Default("6") int depth,
      @Default("20000") int patches,
      @Default("12") int epochs,
      @Default("128") int batch,
      @Default("1e-3") double learning_rate,
      @Default("0") long seed) {
    /** Checks the sizes that the network does not check. */
    public Options {
      int factor = degradation.isNoise() ? 1 : degradation.factor();
      if (patch < 2 || patch % 2 != 0 || patch / 2 % factor != 0) {
        throw new IllegalArgumentException(
            "half a patch must be a multiple of the factor %d, got a patch of %d"
                .formatted(factor, patch));
      }
      if (patches < batch || batch < 1 || epochs < 1 || !(learning_rate > 0)) {
        throw new IllegalArgumentException(
            "patches must fill a batch, epochs and learning_rate be positive; got %d, %d, %d and %s"
                .formatted(patches, batch, epochs, learning_rate));
      }
    }

    /** The usual settings for undoing a degradation. */
    public static Options of(Degradation degradation) {
      return new Options(degradation, 16, 1024, 48, 6, 20_000, 12, 128, 1e-3, 0);
    }

    private int inputSide() {
      return degradation.isNoise() ? patch : patch / degradation.factor();
    }

    private HourglassConfig network() {
      int side = inputSide();
      return HourglassConfig.hourglass(side * side, patch * patch, width, bottleneck, depth, false);
    }
  }

  /**
   * How well patches of the test are restored: those of the right fifth of every image, which is
   * kept from training.
   *
   * @param psnr mean over the patches, in dB
   * @param before that of the degraded ones (enlarged by repeating pixels)
   */
  public record Quality(double psnr, double before) {}

  private final Options options;
  private final HourglassMlp network;
  private final Quality quality;
  private final Provenance provenance;

  private PatchRestorer(
      Options options, HourglassMlp network, Quality quality, Provenance provenance) {
    network.eval();
    this.options = options;
    this.network = network;
    this.quality = quality;
    this.provenance = provenance;
  }

  // ---- fitting ----

  /**
   * Learns from images.
   *
   * @param images at least one; each at least five patches wide and one high
   * @param data SHA-256 of the images by name, for the provenance; may be empty
   * @param run runs the trainer
   * @throws DataException if an image is too small
   */
  public static PatchRestorer fit(
      List<Image> images, Options options, Map<String, String> data, TrainerRun run)
      throws IOException {
    if (images.isEmpty()) {
      throw new DataException("there are no images to learn from");
    }
    Rng rng = new Rng(options.seed());
    HourglassMlp network = new HourglassMlp(options.network(), rng.fork(1));
    try (Scope scope = Scope.open()) {
      Tensor train = draw(images, options, options.patches(), false, rng.fork(2));
      Tensor test = draw(images, options, Math.min(2000, options.patches()), true, rng.fork(3));
      Restoration restoration = new Restoration(options.degradation(), false);
      Tensor degraded = restoration.degrade(test, new Rng(TEST_NOISE));
      restoration.fit(
          network,
          Minibatches.shuffled(Map.of(ImageBatches.IMAGE, train), options.batch(), options.seed()),
          patches -> patches,
          new Restoration.Course(options.epochs(), options.learning_rate(), options.seed()),
          () ->
              Map.of(
                  "psnr",
                  Restoration.psnr(
                      restoration.restore(network, degraded, 1, options.patch(), options.patch()),
                      test)),
          run);
      network.eval();
      Quality quality =
          new Quality(
              Restoration.psnr(
                  restoration.restore(network, degraded, 1, options.patch(), options.patch()),
                  test),
              Restoration.psnr(restoration.shown(degraded), test));
      return new PatchRestorer(options, network, quality, provenance(options, data));
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private static Provenance provenance(Options options, Map<String, String> data) {
    return new Provenance(
        MODEL,
        Configs.toJson(options.network()),
        data,
        options.seed(),
        Configs.toJson(options),
        JsonNodeFactory.instance.objectNode());
  }

  /** Patches [n, 1, p, p] in [0, 1]: of the right fifth of the images, or of the rest. */
  private static Tensor draw(
      List<Image> images, Options options, int count, boolean test, Rng rng) {
    int p = options.patch();
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      if (image.width() < 5 * p || image.height() < p) {
        throw new DataException(
            "image %d of %d is %d x %d pixels; learning takes %d x %d at least"
                .formatted(i + 1, images.size(), image.width(), image.height(), 5 * p, p));
      }
    }
    float[] values = new float[Math.multiplyExact(count, p * p)];
    for (int n = 0; n < count; n++) {
      Image image = images.get(below(images.size(), rng));
      int border = image.width() * 4 / 5;
      int left =
          test ? border + below(image.width() - border - p + 1, rng) : below(border - p + 1, rng);
      int top = below(image.height() - p + 1, rng);
      int channel = below(image.channels(), rng);
      for (int i = 0; i < p * p; i++) {
        values[n * p * p + i] = image.get(channel, top + i / p, left + i % p) / 255f;
      }
    }
    return Tensor.of(values, count, 1, p, p);
  }

  private static int below(int bound, Rng rng) {
    return (int) (rng.nextDouble() * bound);
  }

  // ---- use ----

  /** What it undoes and how it was trained. */
  public Options options() {
    return options;
  }

  /** How well it did in the test; empty for one from a file. */
  public Optional<Quality> quality() {
    return Optional.ofNullable(quality);
  }

  /**
   * Restores an image: of the same size, or larger by the factor.
   *
   * @param image at least as large as a patch of the network's input
   */
  public Image restore(Image image) {
    int side = options.inputSide();
    if (image.width() < side || image.height() < side) {
      throw new DataException(
          "the image is %d x %d pixels, the network sees patches of %d x %d"
              .formatted(image.width(), image.height(), side, side));
    }
    int factor = options.patch() / side;
    int height = image.height() * factor;
    int width = image.width() * factor;
    byte[] result =
        new byte[Math.multiplyExact(Math.multiplyExact(image.channels(), height), width)];
    for (int c = 0; c < image.channels(); c++) {
      restore(image, c, result, c * height * width);
    }
    return new Image(image.channels(), height, width, result);
  }

  /** One channel, a row of patches at a time, so that the memory is that of some rows. */
  private void restore(Image image, int channel, byte[] result, int offset) {
    int side = options.inputSide();
    int patch = options.patch();
    int factor = patch / side;
    int width = image.width() * factor;
    int[] lefts = starts(image.width(), side);
    int[] tops = starts(image.height(), side);
    float[] sums = new float[image.height() * factor * width];
    byte[] counts = new byte[sums.length];
    for (int top : tops) {
      float[] input = new float[lefts.length * side * side];
      for (int k = 0; k < lefts.length; k++) {
        for (int i = 0; i < side * side; i++) {
          input[k * side * side + i] =
              image.get(channel, top + i / side, lefts[k] + i % side) / 255f;
        }
      }
      float[] output = restored(Tensor.of(input, lefts.length, 1, side, side));
      for (int k = 0; k < lefts.length; k++) {
        for (int i = 0; i < patch * patch; i++) {
          int at = (top * factor + i / patch) * width + lefts[k] * factor + i % patch;
          sums[at] += output[k * patch * patch + i];
          counts[at]++;
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      result[offset + i] = (byte) Math.round(255 * sums[i] / counts[i]);
    }
  }

  private float[] restored(Tensor patches) {
    float[][] output = new float[1][];
    try (Scope scope = Scope.open()) {
      Restoration restoration = new Restoration(options.degradation(), false);
      output[0] =
          restoration.restore(network, patches, 1, options.patch(), options.patch()).toFloats();
    }
    return output[0];
  }

  /** Where patches begin: every half of one, and one that ends with the image. */
  private static int[] starts(int length, int side) {
    int step = Math.max(1, side / 2);
    int count = (length - side + step - 1) / step + 1;
    int[] starts = new int[count];
    Arrays.setAll(starts, i -> Math.min(i * step, length - side));
    return starts;
  }

  // ---- files ----

  /** Writes network and options to one file, atomically. */
  public void save(Path file) throws IOException {
    Checkpoints.save(network, file, DESCRIPTION.metadata(Configs.toJson(options), provenance));
  }

  /**
   * Reads a file that {@link #save} wrote.
   *
   * @throws IllegalArgumentException if it holds other weights
   * @throws CorruptFileException if it is damaged
   */
  public static PatchRestorer load(Path file) throws IOException {
    Map<String, String> metadata = Checkpoints.metadata(file);
    Optional<JsonNode> json = DESCRIPTION.read(file, metadata);
    Optional<Provenance> provenance = Provenance.of(file, metadata);
    if (json.isEmpty() || provenance.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no network for patches; make one with: melange patches fit");
    }
    Options options = Configs.read(Options.class, json.get(), file.toString());
    HourglassMlp network = new HourglassMlp(options.network(), new Rng(0));
    try {
      Checkpoints.load(network, file);
      network.to(Engine.get().device());
      return new PatchRestorer(options, network, null, provenance.get());
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
