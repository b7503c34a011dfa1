package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.ContentHash;
import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.Shuffle;
import dev.melange.data.Source;
import dev.melange.io.AtomicFiles;
import dev.melange.io.Provenance;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Model;
import dev.melange.papers.maxim.Maxim;
import dev.melange.papers.maxim.MaximConfig;
import dev.melange.papers.maxim.PhotoFolder;
import dev.melange.papers.maxim.PhotoPair;
import dev.melange.papers.maxim.RestorationExamples;
import dev.melange.papers.maxim.RestorationExamples.Score;
import dev.melange.papers.maxim.RestorationModel;
import dev.melange.papers.maxim.RestorationPictures;
import dev.melange.papers.maxim.RestorationTask;
import dev.melange.papers.maxim.RestorationTraining;
import dev.melange.papers.maxim.Restorer;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** Trains a network that restores photographs, and writes what came of it. */
final class RestoreTrainingRun {
  static final String RESULT = "result.json";
  private static final String WEIGHTS = "restorer.safetensors";
  private static final String REPORT = "report.html";
  private static final int EXAMPLE_SIZE = 192;
  private static final int MOST_VALIDATED = 16;
  private static final int PICTURES = 4;
  private static final int CELL = 200;

  private final RestoreTraining settings;
  private final Path folder;
  private final Console console;

  RestoreTrainingRun(RestoreTraining settings, Path folder, Console console) {
    this.settings = settings;
    this.folder = folder;
    this.console = console;
  }

  /** The configuration of the network. */
  static MaximConfig network(RestoreTraining settings) {
    return (MaximConfig) model(settings).config(settings.set());
  }

  private static Model model(RestoreTraining settings) {
    Model entry = Catalogue.model(settings.model());
    if (!entry.component().name().equals("vision/maxim")) {
      throw new IllegalArgumentException(
          settings.model()
              + " does not restore photographs; those that do are "
              + Catalogue.models("maxim*").stream().map(Model::name).toList());
    }
    return entry;
  }

  /** A network with initial weights; other token mixers than its own are made for the patches. */
  static Maxim createNetwork(RestoreTraining settings) {
    int side = settings.training().patch();
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> patch = Map.of("x", Tensor.zeros(1, 3, side, side));
      return (Maxim) model(settings).build(settings.set(), patch, new Rng(settings.seed())).layer();
    }
  }

  static PhotoFolder photos(RestoreTraining settings) throws IOException {
    PhotoFolder photos =
        settings.data() != null
            ? PhotoFolder.of(Path.of(settings.data()))
            : PhotoFolder.pairs(Path.of(settings.degraded()), Path.of(settings.targets()));
    if (photos.size() < 2) {
      throw new DataException(
          "training needs at least two photographs, one of them for validation, got "
              + photos.size());
    }
    return photos;
  }

  /**
   * Trains, or goes on, and writes weights, report and result.
   *
   * @throws CancellationException if the user wants to stop, after a checkpoint
   */
  ObjectNode train(PhotoFolder photos, Cancellation cancellation) throws IOException {
    int[] order = Shuffle.permutation(photos.size(), settings.seed());
    int held =
        Math.max(1, Math.min(MOST_VALIDATED, (int) (photos.size() * settings.valid_share())));
    Dataset<PhotoPair> valid = photos.subset(Arrays.copyOf(order, held));
    Dataset<PhotoPair> train = photos.subset(Arrays.copyOfRange(order, held, order.length));
    RestorationTask task = settings.restoration();
    try (RestorationModel model = new RestorationModel(createNetwork(settings), task)) {
      Maxim network = model.network();
      network.to(Engine.get().device());
      Restorer restorer = new Restorer(network, new Restorer.Options(0, 0, 1));
      int side = network.madeFor().map(Maxim.ImageSize::height).orElse(EXAMPLE_SIZE);
      RestorationExamples examples =
          RestorationExamples.of(
              valid, settings.maker(), side, task == RestorationTask.DERAIN, settings.seed());
      console.note(
          "%s, %,d parameters, to %s: %,d training and %,d validation photographs, %,d steps"
              .formatted(
                  settings.model(),
                  network.parameterCount(),
                  task,
                  train.size(),
                  valid.size(),
                  settings.training().steps()));
      TrainingResult result = fit(network, train, examples, restorer, cancellation);
      network.eval();
      List<Score> scores = examples.scores(restorer);
      model.save(folder.resolve(WEIGHTS), provenance(network, photos));
      MetricsFile.write(folder, "evaluation", result.history(), List.of("psnr", "ssim"));
      ObjectNode json = json(network, result, scores, train.size());
      report(examples, side, restorer, result, scores, json);
      AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
      return json;
    }
  }

  private TrainingResult fit(
      Maxim network,
      Dataset<PhotoPair> train,
      RestorationExamples examples,
      Restorer restorer,
      Cancellation cancellation)
      throws IOException {
    RestorationTraining training =
        new RestorationTraining(settings.training(), settings.maker(), settings.seed());
    return Fitting.run(
        console,
        cancellation,
        "train restore",
        folder,
        run -> training.fit(network, train, () -> examples.metrics(restorer), run));
  }

  private Provenance provenance(Maxim network, PhotoFolder photos) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (int i = 0; i < photos.size(); i++) {
      for (Path file : photos.files(i)) {
        hashes.put(file.toString(), ContentHash.of(Source.of(file)).sha256());
      }
    }
    return new Provenance(
        settings.model(),
        network.origin().orElseThrow().config(),
        hashes,
        settings.seed(),
        settings.toJson(),
        Json.object().put("command", "train restore"));
  }

  private ObjectNode json(
      Maxim network, TrainingResult result, List<Score> scores, int trainingPhotos) {
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("weights", folder.resolve(WEIGHTS).toString());
    json.put("report", folder.resolve(REPORT).toString());
    json.put("task", settings.task());
    json.put("model", settings.model());
    json.put("parameters", network.parameterCount());
    json.put("training_photographs", trainingPhotos);
    json.put("validation_photographs", scores.size());
    json.put("steps", settings.training().steps());
    json.put("best_step", result.history().get(result.bestEpoch() - 1).step());
    json.put("training_loss", result.last().loss());
    json.put("psnr_before", RestorationExamples.mean(scores, Score::psnrBefore));
    json.put("psnr_after", RestorationExamples.mean(scores, Score::psnrAfter));
    double ssim = RestorationExamples.mean(scores, Score::ssimAfter);
    if (!Double.isNaN(ssim)) {
      json.put("ssim_before", RestorationExamples.mean(scores, Score::ssimBefore));
      json.put("ssim_after", ssim);
    }
    return json;
  }

  private void report(
      RestorationExamples examples,
      int side,
      Restorer restorer,
      TrainingResult result,
      List<Score> scores,
      JsonNode json)
      throws IOException {
    Report report = new Report("%s, trained to %s".formatted(settings.model(), settings.task()));
    report.subtitle(summary(json));
    Table.Builder table =
        Table.titled("Validation photographs (their middle, at most %d pixels)".formatted(side))
            .text("photograph")
            .number("PSNR before (dB)", "%.2f")
            .number("PSNR after (dB)", "%.2f")
            .number("SSIM before", "%.4f")
            .number("SSIM after", "%.4f");
    for (Score score : scores) {
      table.row(
          score.id(), score.psnrBefore(), score.psnrAfter(), score.ssimBefore(), score.ssimAfter());
    }
    report.table(table.build());
    report.images(RestorationPictures.grid("Before and after", examples, restorer, PICTURES, CELL));
    report.section("Training");
    double[] steps = result.history().stream().mapToDouble(EpochRecord::step).toArray();
    report.charts(
        Chart.xy("Loss")
            .x("step")
            .y("loss")
            .line(
                "training",
                steps,
                result.history().stream().mapToDouble(EpochRecord::loss).toArray())
            .build(),
        Chart.xy("PSNR on the validation photographs")
            .x("step")
            .y("PSNR (dB)")
            .line(
                "restored",
                steps,
                result.history().stream().mapToDouble(e -> e.metrics().get("psnr")).toArray())
            .build());
    Map<String, Object> facts = new LinkedHashMap<>();
    settings.toJson().properties().forEach(e -> facts.put(e.getKey(), e.getValue()));
    report.section("Settings").facts(facts);
    report.write(folder.resolve(REPORT));
  }

  private static String summary(JsonNode json) {
    return String.format(
        Locale.ROOT,
        "PSNR %.2f -> %.2f dB on %d validation photographs, best weights of step %d of %d",
        json.get("psnr_before").asDouble(),
        json.get("psnr_after").asDouble(),
        json.get("validation_photographs").asInt(),
        json.get("best_step").asInt(),
        json.get("steps").asInt());
  }

  void print(JsonNode result) {
    console.line(console.bold(summary(result)));
    if (result.get("psnr_after").asDouble() < result.get("psnr_before").asDouble()) {
      console.warn(
          "the network makes the validation photographs worse; train it longer with --steps, and on"
              + " more photographs");
    }
    console.line("weights: " + result.get("weights").asText());
    console.line("report:  " + result.get("report").asText());
    console.line(
        "use it:  melange restore --task %s --model %s PHOTO -o OUT.png"
            .formatted(result.get("task").asText(), result.get("weights").asText()));
  }
}
