package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.AtomicFiles;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageInput;
import dev.melange.papers.Vision;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains an image classifier on a folder of images. */
@Command(
    name = "image",
    description =
        "Train an image classifier on a folder or zip file of images, one folder per class"
            + " (CLASS/x.jpg, or train/CLASS/x.jpg and valid/CLASS/x.jpg), or on a named data set."
            + " Writes classifier.safetensors, report.html, config.json and metrics.csv. Ctrl-C"
            + " saves; --resume goes on.",
    footer = {
      "  melange train image --data photos/",
      "  melange train image --model mixer_s16 --data photos.zip --size 64 --mix mixup,cutmix",
      "  melange train image --data scans/ --channels 1 --epochs 50 --out runs/scans",
      "  melange train image --data photos/ --weights runs/pets/classifier.safetensors",
      "  melange train image --resume runs/scans"
    })
final class TrainImageCommand extends Subcommand {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
  private static final Path RUNS = Path.of("runs", "train-image");
  private static final String CONFIG = "config.json";

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "An image model that 'melange models' lists. Default: that of --weights, or"
              + " poolformer_s12.")
  private String model;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a key of the model's configuration; may be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--data",
      paramLabel = "FOLDER|ZIP|SET",
      description = "The images, in one folder per class; or a named set, such as digits.")
  private String data;

  @Option(
      names = "--valid",
      paramLabel = "FOLDER",
      description =
          "Validation images. Default: the split 'valid' or 'test' of --data, or a share.")
  private String valid;

  @Option(
      names = "--valid-share",
      paramLabel = "SHARE",
      defaultValue = "0.2",
      description = "Share of each class for validation. Default: ${DEFAULT-VALUE}.")
  private double validShare;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Side of the square that the model sees. Default: that of --weights, or 64.")
  private Integer size;

  @Option(
      names = "--channels",
      paramLabel = "1|3",
      description =
          "Convert all images to grey (1) or colour (3). Default: 3, and images of other channels"
              + " are refused.")
  private Integer channels;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the images. Default: 10 to 60, so that there are about 600 steps.")
  private Integer epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images per step. Default: up to 64, less for few images.")
  private Integer batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description = "Highest learning rate. Default: 1e-3, with --weights 2e-4.")
  private Double lr;

  @Option(
      names = "--mix",
      paramLabel = "POLICY",
      defaultValue = "none",
      description =
          "How images are mixed: none, mixup, cutmix, resizemix, ..., with alpha (cutmix:0.2), or"
              + " several to draw from (mixup:0.8,cutmix:1); decoupled or decoupled-POLICY for"
              + " decoupled mixup. Default: ${DEFAULT-VALUE}.")
  private String mix;

  @Option(
      names = "--augment",
      paramLabel = "none|flip|rand",
      defaultValue = "flip",
      description =
          "flip: mirroring and mild crops; rand: strong crops, RandAugment, random erasing."
              + " Default: ${DEFAULT-VALUE}.")
  private String augment;

  @Option(
      names = "--smoothing",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "Label smoothing. Default: ${DEFAULT-VALUE}.")
  private double smoothing;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Start from these weights (safetensors, .pt, .pth); classes may differ.")
  private Path weights;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of all randomness. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of this training. Default: runs/train-image/TIME.")
  private Path out;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "DIR",
      description =
          "Go on with the training in DIR, in --out, or the newest that has not ended, with its"
              + " settings.")
  private String resume;

  @Option(
      names = "--device",
      paramLabel = "cpu|cuda",
      description = "Where to compute. Default: cpu, or MELANGE_DEVICE.")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worker threads. Default: one per core, or MELANGE_THREADS.")
  private Integer threads;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    startEngine();
    if (resume != null) {
      Path folder = resumed();
      ImageTraining settings = read(folder.resolve(CONFIG));
      requireSame(settings, folder);
      console.note("going on with the training in " + folder);
      return train(settings, folder, console, cancellation);
    }
    if (data == null) {
      throw new IllegalArgumentException(
          "--data is missing: a folder or zip file with one folder of images per class");
    }
    return train(null, null, console, cancellation);
  }

  private void startEngine() {
    Engine.Plan plan = Engine.Plan.defaults();
    Engine.start(
        new Engine.Plan(
            device == null ? plan.device() : Device.of(device),
            threads == null ? plan.workers() : threads,
            threads == null ? plan.intraOp() : threads,
            plan.precision()));
  }

  /** Trains in a folder, or in a new one with the options' settings if there is none. */
  private int train(
      ImageTraining resumedSettings, Path resumedFolder, Console console, Cancellation cancellation)
      throws IOException {
    ImageTraining settings = resumedSettings == null ? settings(1, 1) : resumedSettings;
    ImageInput input = input(settings);
    try (TrainingPhotos photos = TrainingPhotos.open(settings, input, console)) {
      Path folder = resumedFolder;
      if (folder == null) {
        settings = withDefaults(photos.train().size());
        ImageTrainingRun.createModel(settings, photos.classes().size()).close();
        folder = newFolder();
        AtomicFiles.write(folder.resolve(CONFIG), Configs.toJson(settings).toPrettyString() + "\n");
      }
      ImageTrainingRun run = new ImageTrainingRun(settings, input, photos, folder, console);
      ObjectNode result = run.train(cancellation);
      console.result(() -> result, () -> run.print(result));
      return ExitCode.OK;
    }
  }

  private static ImageInput input(ImageTraining settings) throws IOException {
    Optional<ImageInput> known =
        settings.weights() == null
            ? Optional.empty()
            : ImageClassifier.input(Path.of(settings.weights()));
    ImageInput usual =
        ImageInput.of(settings.modelChannels(), settings.size(), settings.channels() != null);
    // weights expect their own normalisation
    return known
        .filter(given -> given.channels() == usual.channels())
        .map(
            given ->
                new ImageInput(
                    usual.channels(),
                    usual.size(),
                    usual.crop(),
                    usual.convert(),
                    given.normalize()))
        .orElse(usual);
  }

  /** The options' settings; those that depend on the number of images are given. */
  private ImageTraining settings(int epochCount, int batchSize) throws IOException {
    String name = model;
    Integer side = size;
    Integer planes = channels;
    if (weights != null) {
      if (name == null) {
        name = Checkpoints.provenance(weights).map(Provenance::model).orElse(null);
        if (name == null) {
          throw new IllegalArgumentException(
              weights + " does not say of which model it is; name it with --model");
        }
      }
      Optional<ImageInput> known = ImageClassifier.input(weights);
      side = side == null ? known.map(ImageInput::size).orElse(null) : side;
      planes =
          planes == null
              ? known
                  .filter(i -> i.convert() || i.channels() == 1)
                  .map(ImageInput::channels)
                  .orElse(null)
              : planes;
    }
    String chosen = name == null ? "poolformer_s12" : name;
    Vision.model(chosen);
    return new ImageTraining(
        chosen,
        set,
        data,
        valid,
        validShare,
        side == null ? 64 : side,
        planes,
        epochCount,
        batchSize,
        lr == null ? (weights == null ? 1e-3 : 2e-4) : lr,
        mix.equals("none") ? "vanilla" : mix,
        augment,
        smoothing,
        weights == null ? null : weights.toString(),
        seed);
  }

  private ImageTraining withDefaults(int images) throws IOException {
    int few = Math.max(2, Integer.highestOneBit(Math.max(1, images / 3)));
    int batchSize = Math.min(images, batch == null ? Math.min(64, few) : batch);
    int steps = Math.max(1, images / Math.max(1, batchSize));
    int passes = epochs == null ? Math.max(10, Math.min(60, (600 + steps - 1) / steps)) : epochs;
    return settings(passes, batchSize);
  }

  private Path newFolder() throws IOException {
    if (out != null) {
      if (Files.exists(out.resolve(CONFIG))) {
        throw new IllegalArgumentException(
            out
                + " holds a training already; go on with it (--resume "
                + out
                + ") or choose another --out");
      }
      return Files.createDirectories(out);
    }
    String time = LocalDateTime.now(ZoneId.systemDefault()).format(NAME);
    Path folder = RUNS.resolve(time);
    for (int number = 2; Files.exists(folder); number++) {
      folder = RUNS.resolve(time + "-" + number);
    }
    return Files.createDirectories(folder);
  }

  private Path resumed() throws IOException {
    if (!resume.isEmpty()) {
      return requireRun(Path.of(resume));
    }
    if (out != null) {
      return requireRun(out);
    }
    if (Files.isDirectory(RUNS)) {
      try (Stream<Path> all = Files.list(RUNS)) {
        Optional<Path> newest =
            all.filter(run -> Files.exists(run.resolve(CONFIG)))
                .filter(run -> !Files.exists(run.resolve(ImageTrainingRun.RESULT)))
                .max(Comparator.comparing(Path::toString));
        if (newest.isPresent()) {
          return newest.get();
        }
      }
    }
    throw new IllegalArgumentException(
        "there is no unfinished training in " + RUNS + "; name its folder with --resume DIR");
  }

  private static Path requireRun(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(CONFIG))) {
      throw new NoSuchFileException(
          folder.toString(), null, "is not the folder of a training: it has no " + CONFIG);
    }
    return folder;
  }

  private static ImageTraining read(Path file) throws IOException {
    JsonNode json = new ObjectMapper().readTree(Files.readString(file));
    return Configs.read(ImageTraining.class, json, file.toString());
  }

  /** What is given besides --resume must be what the training has. */
  private void requireSame(ImageTraining had, Path folder) throws IOException {
    ImageTraining asked =
        new ImageTraining(
            model == null ? had.model() : model,
            set.isEmpty() ? had.set() : set,
            data == null ? had.data() : data,
            valid == null ? had.valid() : valid,
            isGiven("--valid-share") ? validShare : had.valid_share(),
            size == null ? had.size() : size,
            channels == null ? had.channels() : channels,
            epochs == null ? had.epochs() : epochs,
            batch == null ? had.batch() : batch,
            lr == null ? had.lr() : lr,
            isGiven("--mix") ? (mix.equals("none") ? "vanilla" : mix) : had.mix(),
            isGiven("--augment") ? augment : had.augment(),
            isGiven("--smoothing") ? smoothing : had.smoothing(),
            weights == null ? had.weights() : weights.toString(),
            isGiven("--seed") ? seed : had.seed());
    ObjectNode before = Configs.toJson(had);
    ObjectNode now = Configs.toJson(asked);
    List<String> differing =
        before.properties().stream()
            .filter(entry -> !entry.getValue().equals(now.get(entry.getKey())))
            .map(
                entry ->
                    entry.getKey() + " " + entry.getValue() + ", not " + now.get(entry.getKey()))
            .toList();
    if (!differing.isEmpty()) {
      throw new IllegalArgumentException(
          "the training in %s has %s; --resume goes on with the settings it began with"
              .formatted(folder, String.join("; ", differing)));
    }
  }

  private boolean isGiven(String option) {
    return spec().commandLine().getParseResult().hasMatchedOption(option);
  }
}
