package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.Dataset;
import dev.melange.data.Shuffle;
import dev.melange.data.image.LabelledImage;
import dev.melange.io.AtomicFiles;
import dev.melange.io.Provenance;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.optim.Sgd;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageInput;
import dev.melange.papers.Vision;
import dev.melange.papers.hardnegativemixing.ContrastiveEvaluation;
import dev.melange.papers.hardnegativemixing.ContrastiveTraining;
import dev.melange.papers.hardnegativemixing.ContrastiveViews;
import dev.melange.papers.hardnegativemixing.LinearProbe;
import dev.melange.papers.hardnegativemixing.MocoModel;
import dev.melange.papers.hardnegativemixing.ProjectedModel;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Trains an image model without labels, and writes what came of it. */
final class PretrainingRun {
  static final String RESULT = "result.json";
  private static final String WEIGHTS = "encoder.safetensors";
  private static final String REPORT = "report.html";
  private static final int EVALUATION_BATCH = 64;
  private static final int EVALUATIONS = 20;
  // more would take longer than the training between two evaluations
  private static final int MOST_BANK = 5000;
  private static final int MOST_TEST = 2000;
  private static final double SGD_MOMENTUM = 0.9;
  private static final double SGD_DECAY = 1e-4;
  private static final double ADAM_DECAY = 0.05;
  private static final double CLIP = 5;
  private static final long PROJECTION = 1;
  private static final long QUEUE = 2;

  private final Pretraining settings;
  private final ImageInput input;
  private final TrainingPhotos photos;
  private final Path folder;
  private final Console console;

  PretrainingRun(
      Pretraining settings, ImageInput input, TrainingPhotos photos, Path folder, Console console) {
    this.settings = settings;
    this.input = input;
    this.photos = photos;
    this.folder = folder;
    this.console = console;
  }

  Console console() {
    return console;
  }

  Path folder() {
    return folder;
  }

  /** Refuses what cannot be trained. */
  static void requirePossible(Pretraining settings, TrainingPhotos photos) {
    if (settings.oracle() && !photos.labelled()) {
      throw new IllegalArgumentException(
          "--oracle needs to know which images are of one class, but %s has no class folders"
              .formatted(settings.data()));
    }
    encoder(settings).close();
    ImageMemory.require(settings.asTraining(), 2);
  }

  private static ProjectedModel encoder(Pretraining settings) {
    ImageModel model =
        Vision.create(
            settings.model(),
            options ->
                options
                    .channels(settings.modelChannels())
                    .size(settings.size())
                    .classes(2)
                    .seed(settings.seed())
                    .set(settings.set()));
    try {
      return new ProjectedModel(model, settings.dim(), new Rng(settings.seed()).fork(PROJECTION));
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private ContrastiveEvaluation evaluation() {
    Dataset<LabelledImage> bank = some(photos.train(), MOST_BANK);
    Dataset<LabelledImage> test = some(photos.valid(), MOST_TEST);
    boolean labelled = photos.labelled();
    return new ContrastiveEvaluation(
        labelled ? ImageBatches.evaluation(bank, input.evaluation(), EVALUATION_BATCH) : null,
        labelled ? ImageBatches.evaluation(test, input.evaluation(), EVALUATION_BATCH) : null,
        ContrastiveViews.evaluation(test, ContrastiveViews.pipeline(input), EVALUATION_BATCH),
        labelled ? photos.classes().size() : 0);
  }

  private Dataset<LabelledImage> some(Dataset<LabelledImage> images, int most) {
    return images.size() <= most
        ? images
        : images.subset(Arrays.copyOf(Shuffle.permutation(images.size(), settings.seed()), most));
  }

  /**
   * Trains, or goes on, and writes weights, report and result.
   *
   * @throws java.util.concurrent.CancellationException if the user wants to stop, after a
   *     checkpoint
   */
  ObjectNode train(Cancellation cancellation) throws IOException {
    console.note(
        "%s with %s: %,d training and %,d validation images%s, %d epochs in batches of %d, a queue of %,d keys"
            .formatted(
                settings.model(),
                settings.method(),
                photos.train().size(),
                photos.valid().size(),
                photos.labelled()
                    ? " (%d classes, for evaluation only)".formatted(photos.classes().size())
                    : " without classes",
                settings.epochs(),
                settings.batch(),
                settings.queue()));
    ContrastiveEvaluation evaluation = evaluation();
    try (MocoModel<ProjectedModel> model =
        new MocoModel<>(
            () -> encoder(settings),
            settings.dim(),
            settings.queue(),
            new Rng(settings.seed()).fork(QUEUE))) {
      model.to(Engine.get().device());
      TrainingResult result;
      try (FitProgress progress = new FitProgress(console, "training");
          Cancellation.Section section = cancellation.section();
          Optimizer optimizer = optimizer(model)) {
        result = fit(model, optimizer, evaluation, progress, cancellation);
      }
      ProjectedModel encoder = model.query();
      ImageClassifier.saveBody(
          encoder.body(), input, folder.resolve(WEIGHTS), provenance(encoder.model()));
      MetricsFile.write(
          folder, "epoch", result.history(), List.copyOf(result.last().metrics().keySet()));
      ObjectNode json = json(encoder, result);
      if (photos.labelled()) {
        json.put("linear", evaluation.probe(encoder, LinearProbe.STANDARD, settings.seed()));
      }
      PretrainingReport.write(
          folder.resolve(REPORT), settings, photos, input, encoder, result, json);
      AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
      return json;
    }
  }

  private Optimizer optimizer(MocoModel<ProjectedModel> model) {
    return settings.optimizer().equals("sgd")
        ? Sgd.of(ParameterGroup.all(model, SGD_DECAY), Sgd.Config.withMomentum(SGD_MOMENTUM))
        : Adam.adamW(ParameterGroup.noDecayOnVectors(model, ADAM_DECAY, name -> false));
  }

  private TrainingResult fit(
      MocoModel<ProjectedModel> model,
      Optimizer optimizer,
      ContrastiveEvaluation evaluation,
      FitProgress progress,
      Cancellation cancellation)
      throws IOException {
    Minibatches batches =
        ContrastiveViews.training(
            photos.train(), ContrastiveViews.pipeline(input), settings.batch(), settings.seed());
    ContrastiveTraining<ProjectedModel> training =
        new ContrastiveTraining<>(settings.objective(), model, photos.labelled());
    Path checkpoints = folder.resolve("checkpoints");
    if (!Files.exists(checkpoints.resolve("last.safetensors"))) {
      training.fillQueue(batches, (batch, rng) -> batch, settings.seed());
    }
    long total = Math.max(2, (long) settings.epochs() * batches.batches());
    long warmUp = settings.optimizer().equals("sgd") ? 0 : Math.max(1, total / 20);
    return training
        .trainer()
        .data(batches)
        .optimizer(optimizer)
        .schedule(Schedule.cosine(settings.lr(), warmUp, 0, total, 0))
        .epochs(settings.epochs())
        .clipNorm(CLIP)
        .metrics(() -> metrics(model, evaluation))
        .evaluateEvery(Math.max(1, settings.epochs() / EVALUATIONS))
        .seed(settings.seed())
        .checkpoints(checkpoints)
        .listener(progress)
        .cancellation(cancellation)
        .fit();
  }

  private Map<String, Double> metrics(
      MocoModel<ProjectedModel> model, ContrastiveEvaluation evaluation) {
    MocoModel.Counted counted = model.takeCounts();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("proxy_accuracy", counted.proxyAccuracy());
    metrics.put("proxy_accuracy_real", counted.proxyAccuracyReal());
    putKnown(metrics, PretrainingReport.FALSE_HARD, counted.falseHard());
    putKnown(metrics, PretrainingReport.FALSE_MIXED, counted.falseMixed());
    metrics.putAll(evaluation.figures(model, settings.temperature()));
    return metrics;
  }

  /** Without classes it is not known which negatives are false, and not all steps mix. */
  private static void putKnown(Map<String, Double> metrics, String name, double share) {
    if (!Double.isNaN(share)) {
      metrics.put(name, share);
    }
  }

  private Provenance provenance(ImageModel model) {
    return new Provenance(
        settings.model(),
        model.origin().orElseThrow().config(),
        Map.of(settings.data(), photos.hash()),
        settings.seed(),
        Configs.toJson(settings),
        Json.object().put("command", "pretrain image"));
  }

  private ObjectNode json(ProjectedModel encoder, TrainingResult result) {
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("weights", folder.resolve(WEIGHTS).toString());
    json.put("report", folder.resolve(REPORT).toString());
    json.put("model", settings.model());
    json.put("method", settings.method());
    json.put(
        "parameters",
        encoder.body().keySet().stream()
            .filter(encoder.model().parameters()::containsKey)
            .mapToLong(name -> encoder.model().parameters().get(name).numel())
            .sum());
    json.put("training_images", photos.train().size());
    json.put("validation_images", photos.valid().size());
    json.put("epochs", result.history().size());
    json.put("training_loss", result.last().loss());
    result.last().metrics().forEach(json::put);
    ArrayNode losses = json.putArray("loss_by_epoch");
    result.history().forEach(epoch -> losses.add(epoch.loss()));
    return json;
  }

  void print(JsonNode result) {
    StringBuilder summary =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "alignment %.3f, uniformity %.3f",
                result.get("alignment").asDouble(),
                result.get("uniformity").asDouble()));
    if (result.has("linear")) {
      summary.append(
          String.format(
              Locale.ROOT,
              "; validation images classified by nearest neighbours %.1f %%, by a linear classifier %.1f %%",
              100 * result.get("knn").asDouble(),
              100 * result.get("linear").asDouble()));
    }
    console.line(console.bold(summary.toString()));
    console.line("weights: " + result.get("weights").asText());
    console.line("report:  " + result.get("report").asText());
    console.line(
        "use it:  melange train image --init "
            + result.get("weights").asText()
            + " --data LABELLED");
  }
}
