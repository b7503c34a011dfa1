package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.image.Pipeline;
import dev.melange.io.AtomicFiles;
import dev.melange.io.Provenance;
import dev.melange.io.Weights;
import dev.melange.mix.MixTraining;
import dev.melange.mix.Vanilla;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Adam;
import dev.melange.optim.Mode;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.FineTuning;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageCorruption;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageInput;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.MixPicture;
import dev.melange.papers.Mixing;
import dev.melange.papers.maxformer.SpikingProfile;
import dev.melange.report.ImageGrid;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Trains an image classifier, keeps its best weights, and writes what came of it. */
final class ImageTrainingRun {
  static final String RESULT = "result.json";
  static final String CORRUPTED = "corrupted";
  static final String CHECKPOINTS = "checkpoints";
  private static final String WEIGHTS = "classifier.safetensors";
  private static final String MIXING = "mixing.safetensors";
  private static final String REPORT = "report.html";
  private static final int EVALUATION_BATCH = 64;
  private static final double WEIGHT_CLIP = 5;
  private static final double WEIGHT_DECAY = 0.05;

  private final ImageTraining settings;
  private final ImageInput input;
  private final TrainingPhotos photos;
  private final Path folder;
  private final Console console;
  private boolean robustness;

  ImageTrainingRun(
      ImageTraining settings,
      ImageInput input,
      TrainingPhotos photos,
      Path folder,
      Console console) {
    this.settings = settings;
    this.input = input;
    this.photos = photos;
    this.folder = folder;
    this.console = console;
  }

  /**
   * Refuses what cannot be trained before there is a folder for it.
   *
   * @throws IllegalArgumentException if the model, its learned mixing or the memory for them cannot
   *     be had; says why
   */
  static void check(ImageTraining settings, ImageInput input, int classes) throws IOException {
    ImageMemory.require(settings, classes);
    try (ImageModel model = ImageStart.of(settings, classes).model();
        MixTraining mixing = mixing(settings, input, model)) {
      mixing.policy().name();
    }
  }

  /** How the model sees its images: the weights of a file expect their own normalisation. */
  static ImageInput input(ImageTraining settings) throws IOException {
    Optional<ImageInput> known =
        settings.weights() == null
            ? Optional.empty()
            : ImageClassifier.input(Path.of(settings.weights()));
    ImageInput usual =
        ImageInput.of(settings.modelChannels(), settings.size(), settings.channels() != null);
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

  /** Also tries the classifier on corrupted validation images. */
  ImageTrainingRun withRobustness() {
    robustness = true;
    return this;
  }

  /**
   * Trains, or goes on, and writes weights, report and result.
   *
   * @param task what the progress is called
   * @return the result
   * @throws CancellationException if the user wants to stop, after a checkpoint
   */
  ObjectNode train(String task, Cancellation cancellation) throws IOException {
    ImageStart start = ImageStart.of(settings, photos.classes().size());
    start.tell(console);
    try (ImageModel model = start.model();
        MixTraining mixing = mixing(settings, input, model)) {
      Pipeline training = input.training(settings.augment());
      Minibatches train =
          ImageBatches.training(photos.train(), training, settings.batch(), settings.seed());
      Minibatches valid =
          ImageBatches.evaluation(photos.valid(), input.evaluation(), EVALUATION_BATCH);
      ImageTrainingProgress progress = new ImageTrainingProgress(console, task);
      TrainingResult result = fit(progress, model, mixing, train, valid, cancellation);
      ImageEvaluation evaluation = ImageEvaluation.of(model, valid);
      ImageClassifier classifier = new ImageClassifier(model, input, photos.classes());
      classifier.save(folder.resolve(WEIGHTS), provenance(model));
      if (!mixing.learners().isEmpty()) {
        Weights.write(folder.resolve(MIXING), mixing.learnedState(), Map.of("mix", settings.mix()));
      }
      MetricsFile.write(folder, "epoch", result.history(), List.of("valid_loss", "accuracy"));
      Optional<SpikingProfile> spikes = spikes(model, valid);
      ObjectNode json = json(model, result, evaluation);
      ImageSpeed.add(json, progress.stepSeconds(), settings.batch(), model, input);
      if (robustness) {
        ObjectNode corrupted = json.putObject(CORRUPTED);
        ImageCorruption.accuracies(model, valid, input.normalize()).forEach(corrupted::put);
      }
      if (start.file() != null) {
        json.set("init", start.toJson());
      }
      spikes.ifPresent(
          profile ->
              json.put("mean_firing_rate", profile.meanRate())
                  .put("estimated_mj_per_image", profile.energy().millijoules()));
      ImageTrainingReport.write(
          folder.resolve(REPORT),
          settings,
          photos,
          input,
          result,
          evaluation,
          spikes,
          picture(mixing, train),
          json);
      AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
      return json;
    }
  }

  /** The training on mixed images; with the policy {@code vanilla} it mixes nothing. */
  private static MixTraining mixing(ImageTraining settings, ImageInput input, ImageModel model) {
    model.to(Engine.get().device());
    return Mixing.parse(settings.mix())
        .with(
            model,
            new long[] {input.channels(), input.size(), input.size()},
            input.normalize(),
            settings.seed());
  }

  /** Images of the first training batch as they are mixed at the end of the training. */
  private Optional<ImageGrid> picture(MixTraining mixing, Minibatches train) {
    if (mixing.policy() instanceof Vanilla) {
      return Optional.empty();
    }
    try (Minibatches.Epoch epoch = train.epoch(0, 0);
        Scope scope = Scope.open()) {
      TensorBatch batch = epoch.next().to(Engine.get().device());
      return Optional.of(
          MixPicture.of(mixing, batch, photos.classes(), input.normalize(), settings.seed()));
    }
  }

  /** What a spiking network does with the first validation images. */
  private static Optional<SpikingProfile> spikes(ImageModel model, Minibatches valid) {
    if (!SpikingProfile.isSpiking(model)) {
      return Optional.empty();
    }
    model.eval();
    try (Minibatches.Epoch epoch = valid.epoch(0, 0);
        Scope scope = Scope.open()) {
      TensorBatch batch = epoch.next().to(Engine.get().device());
      return Optional.of(SpikingProfile.of(model, batch.get(ImageBatches.IMAGE)));
    }
  }

  private TrainingResult fit(
      ImageTrainingProgress progress,
      ImageModel model,
      MixTraining mixing,
      Minibatches train,
      Minibatches valid,
      Cancellation cancellation)
      throws IOException {
    long total = Math.max(2, (long) settings.epochs() * train.batches());
    try (progress;
        Cancellation.Section section = cancellation.section();
        Optimizer fineTuning = fineTuning(model, mixing)) {
      Trainer trainer =
          mixing
              .trainer(objective(model))
              .data(train, valid)
              .schedule(
                  Schedule.cosine(
                      settings.lr(),
                      Math.max(1, total / 10),
                      settings.lr() / 100,
                      total,
                      settings.lr() / 100))
              .epochs(settings.epochs())
              .clipNorm(WEIGHT_CLIP)
              .metrics(() -> metrics(ImageEvaluation.of(model, valid)))
              .monitor("score", Mode.MAX)
              .restoreBest()
              .seed(settings.seed())
              .checkpoints(folder.resolve(CHECKPOINTS))
              .listener(progress)
              .cancellation(cancellation);
      if (fineTuning != null) {
        trainer.optimizer(fineTuning);
      }
      return trainer.fit();
    }
  }

  /** The optimiser if the body is to learn more slowly than the classifier; otherwise null. */
  private Optimizer fineTuning(ImageModel model, MixTraining mixing) {
    if (settings.body_lr() == 1) {
      return null;
    }
    List<ParameterGroup> groups =
        new ArrayList<>(new FineTuning(settings.body_lr()).groups(model, WEIGHT_DECAY));
    groups.addAll(mixing.learnedGroups(WEIGHT_DECAY));
    return Adam.adamW(groups);
  }

  /** Mixed batches of decoupled mixup have a loss of their own, without label smoothing. */
  private Objective objective(ImageModel model) {
    Objective plain = new ImageLoss(model, settings.smoothing());
    Mixing mixing = Mixing.parse(settings.mix());
    if (mixing.eta() == 0) {
      return plain;
    }
    Objective mixed = mixing.loss().objective(model);
    return batch -> batch.has("lam") ? mixed.loss(batch) : plain.loss(batch);
  }

  /** The score is the number of correct images; of equal ones the more probable classes win. */
  private static Map<String, Double> metrics(ImageEvaluation evaluation) {
    double nll = evaluation.negativeLogLikelihood();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", evaluation.accuracy(1));
    metrics.put("nll", nll);
    metrics.put("score", evaluation.accuracy(1) * evaluation.labels().length - nll / (1 + nll));
    return metrics;
  }

  private Provenance provenance(ImageModel model) throws IOException {
    ObjectNode origin = Json.object();
    origin.put("command", "train image");
    return new Provenance(
        settings.model(),
        model.origin().orElseThrow().config(),
        Map.of(settings.data(), photos.hash()),
        settings.seed(),
        Configs.toJson(settings),
        origin,
        Provenance.libraryVersion(),
        settings.weights() == null
            ? Map.of()
            : Map.of(settings.weights(), sha256(Path.of(settings.weights()))));
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private ObjectNode json(ImageModel model, TrainingResult result, ImageEvaluation evaluation) {
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("weights", folder.resolve(WEIGHTS).toString());
    json.put("report", folder.resolve(REPORT).toString());
    json.put("model", settings.model());
    json.put("parameters", model.parameterCount());
    json.put("training_images", photos.train().size());
    json.put("validation_images", photos.valid().size());
    photos.classes().forEach(json.putArray("classes")::add);
    json.put("epochs", result.history().size());
    json.put("best_epoch", result.bestEpoch());
    json.put("accuracy", evaluation.accuracy(1));
    if (photos.classes().size() > 5) {
      json.put("top5", evaluation.accuracy(5));
    }
    json.put("nll", evaluation.negativeLogLikelihood());
    json.put("ece", evaluation.calibration().expectedError());
    json.put("training_loss", result.last().loss());
    ArrayNode accuracies = json.putArray("accuracy_by_epoch");
    result.history().forEach(epoch -> accuracies.add(epoch.metrics().get("accuracy")));
    return json;
  }

  void print(JsonNode result) {
    console.line(
        console.bold(
            String.format(
                Locale.ROOT,
                "validation accuracy %.1f %% (%d images), best epoch %d of %d",
                100 * result.get("accuracy").asDouble(),
                photos.valid().size(),
                result.get("best_epoch").asInt(),
                result.get("epochs").asInt())));
    console.line("weights: " + result.get("weights").asText());
    console.line("report:  " + result.get("report").asText());
    console.line(
        "use it:  melange predict image --weights " + result.get("weights").asText() + " IMAGES");
  }
}
