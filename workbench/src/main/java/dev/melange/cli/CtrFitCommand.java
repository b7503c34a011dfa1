package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.ContentHash;
import dev.melange.data.Source;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import dev.melange.papers.finalmlp.Architecture;
import dev.melange.papers.finalmlp.ClickColumns;
import dev.melange.papers.finalmlp.ClickData;
import dev.melange.papers.finalmlp.ClickPredictor;
import dev.melange.papers.finalmlp.ClickReport;
import dev.melange.papers.finalmlp.ClickTraining;
import dev.melange.papers.finalmlp.Feature;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingStopped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a click model on a CSV file. */
@Command(
    name = "fit",
    description =
        "Train a click model on a CSV file with a header and test it on rows held out. Categories"
            + " are texts of any kind; what was not seen in training counts as unknown.",
    footer = {
      "  melange ctr fit --data clicks.csv --label clicked --out runs/clicks",
      "  melange ctr fit --data clicks.csv --label clicked --time shown_at --group user",
      "  melange ctr fit --data clicks.csv --label clicked --lists \"tags:|\" --compare",
      "  melange ctr fit --data clicks.csv --label clicked --resume runs/clicks"
    })
final class CtrFitCommand extends Subcommand {
  private static final String COMMAND = "ctr";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "CSV, plain or gzip, with a header; comma, semicolon or tab.")
  private Path data;

  @Option(
      names = "--label",
      required = true,
      paramLabel = "COL",
      description = "Column of the label: 0/1, -1/1, no/yes, false/true, or any two texts.")
  private String label;

  @Option(
      names = "--positive",
      paramLabel = "VALUE",
      description = "The label's value to predict (default: 1, yes, true, or what sorts last).")
  private String positive;

  @Option(
      names = "--model",
      defaultValue = "finalmlp",
      paramLabel = "NAME",
      description =
          "finalmlp, finalmlp-ungated, dualmlp, deepfm, dcnv2, dnn or lr (default: finalmlp).")
  private String model;

  @Option(
      names = "--compare",
      description =
          "Train dualmlp, deepfm, dcnv2 and lr (with ten times the learning rate) too and report"
              + " all beside one another.")
  private boolean compare;

  @Option(
      names = "--fields",
      split = ",",
      paramLabel = "COL",
      description =
          "Columns of categories, comma-separated. Without it all columns not named elsewhere are"
              + " used: as numbers if they have more than 20 different ones, else as categories.")
  private List<String> fields = List.of();

  @Option(
      names = "--numeric",
      split = ",",
      paramLabel = "COL",
      description = "Columns of numbers, comma-separated.")
  private List<String> numeric = List.of();

  @Option(
      names = "--lists",
      split = ",",
      paramLabel = "COL:SEP",
      description = "Columns of several categories and what separates them, such as \"tags:|\".")
  private List<String> lists = List.of();

  @Option(
      names = "--drop",
      split = ",",
      paramLabel = "COL",
      description = "Columns to leave out, comma-separated.")
  private List<String> drop = List.of();

  @Option(
      names = "--min-count",
      defaultValue = "1",
      paramLabel = "N",
      description = "Rarer categories count as unknown (default: 1).")
  private int minCount;

  @Option(
      names = "--time",
      paramLabel = "COL",
      description =
          "Test on the latest rows by this column (numbers, or dates such as 2024-05-31), not on"
              + " random ones.")
  private String time;

  @Option(
      names = "--group",
      paramLabel = "COL",
      description = "Column of groups, such as users, to report gAUC within.")
  private String group;

  @Option(
      names = "--test-share",
      defaultValue = "0.2",
      paramLabel = "X",
      description = "Share of the rows held out for the test (default: 0.2).")
  private double testShare;

  @Option(
      names = "--valid-share",
      defaultValue = "0.1",
      paramLabel = "X",
      description = "Share of the other rows that decides when to stop (default: 0.1).")
  private double validShare;

  @Option(
      names = "--epochs",
      defaultValue = "25",
      paramLabel = "N",
      description = "Most epochs; training ends sooner if AUC stops growing (default: 25).")
  private int epochs;

  @Option(
      names = "--patience",
      defaultValue = "2",
      paramLabel = "N",
      description = "Epochs in a row without a better AUC before the end (default: 2).")
  private int patience;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description =
          "Rows per step (default: 1024, or a 64th of the training rows if that is less).")
  private Integer batchSize;

  @Option(
      names = "--learning-rate",
      defaultValue = "0.001",
      paramLabel = "X",
      description = "First learning rate (default: 0.001).")
  private double learningRate;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Changes a key of the model's configuration, such as embedding_dim=16.")
  private List<String> changes = List.of();

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Seed of split, weights and order (default: 1).")
  private long seed;

  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    Path resumed = folders.resuming() ? folders.resumed(COMMAND, CtrRun.METRICS) : null;
    compute.start();
    List<Architecture> models = models();
    Source source = Source.of(data);
    Table table = Table.read(source);
    ClickColumns columns = new ClickColumns(label, positive, columns(table), time, group);
    ClickData rows = ClickData.of(table, columns, validShare, testShare, seed);
    rows.warnings().forEach(console::warn);
    // Wrong keys are found before a folder is made.
    models.get(0).config(Feature.of(rows.encoder()), Configs.parseOverrides(changes));
    String sha256 = ContentHash.of(source).sha256();
    ClickTraining.Settings training =
        new ClickTraining.Settings(batchSize(rows), learningRate, epochs, patience);
    ObjectNode config = config(sha256, training);
    CtrRun run =
        resumed == null
            ? CtrRun.begun(folders.begin(COMMAND), config)
            : CtrRun.resumed(resumed, config);
    console.note(
        "%s = %s: %,d rows to learn from, %,d to decide when to stop, %,d to test"
            .formatted(
                label,
                rows.positive(),
                rows.train().size(),
                rows.valid().size(),
                rows.test().size()));
    List<ClickPredictor> trained = new ArrayList<>();
    ClickReport report = new ClickReport(data.getFileName().toString(), rows);
    try (var section = cancellation.section()) {
      for (Architecture architecture : models) {
        ClickPredictor.Settings settings = settings(architecture, models.get(0), training);
        ClickPredictor.Trained one =
            train(console, cancellation, run, rows, settings, Map.of(source.name(), sha256));
        trained.add(one.predictor());
        report.add(one.predictor(), one.training());
      }
      run.finish(trained.get(0), rows, table, report);
    } catch (TrainingStopped e) {
      console.note("stopped; go on with the same command and: --resume " + run.folder());
      throw e;
    } finally {
      trained.forEach(ClickPredictor::close);
    }
    ObjectNode json = report.toJson();
    json.put("folder", run.folder().toString());
    console.result(
        () -> json,
        () -> {
          console.table(report.scores());
          console.line("report: " + run.folder().resolve(CtrRun.REPORT));
          console.line("model:  " + run.folder().resolve(CtrRun.MODEL));
        });
    return ExitCode.OK;
  }

  /** The options, as far as they concern a model. */
  private ClickPredictor.Settings settings(
      Architecture architecture, Architecture main, ClickTraining.Settings training) {
    if (architecture == main) {
      return new ClickPredictor.Settings(
          architecture, Configs.parseOverrides(changes), training, seed);
    }
    // Each step of Adam moves a weight by about the learning rate, and the weights of a linear
    // model have farther to go than embeddings that a network scales up.
    boolean linear = architecture == Architecture.LOGISTIC_REGRESSION;
    double rate = linear ? Math.min(1, 10 * learningRate) : learningRate;
    return new ClickPredictor.Settings(
        architecture,
        Map.of(),
        new ClickTraining.Settings(training.batch_size(), rate, epochs, patience),
        seed);
  }

  private List<Architecture> models() {
    Set<Architecture> models = new LinkedHashSet<>(List.of(Architecture.of(model)));
    if (compare) {
      models.addAll(
          List.of(
              Architecture.DUAL_MLP,
              Architecture.DEEP_FM,
              Architecture.DCN_V2,
              Architecture.LOGISTIC_REGRESSION));
    }
    return List.copyOf(models);
  }

  private int batchSize(ClickData rows) {
    return batchSize != null
        ? batchSize
        : ClickTraining.Settings.suited(rows.train().size()).batch_size();
  }

  /** What the model may see, in the order of the table. */
  private List<Field> columns(Table table) {
    Map<String, Field> named = new LinkedHashMap<>();
    fields.forEach(name -> add(named, Field.categorical(name, minCount)));
    numeric.forEach(name -> add(named, Field.numeric(name)));
    for (String list : lists) {
      int colon = list.lastIndexOf(':');
      if (colon < 1 || colon == list.length() - 1) {
        throw new IllegalArgumentException(
            "--lists takes a column and what separates its values, such as \"tags:|\", got '%s'"
                .formatted(list));
      }
      String name = list.substring(0, colon);
      add(named, Field.sequence(name, list.substring(colon + 1), minCount));
    }
    table.column(label); // the label first: without it nothing else matters
    named.keySet().forEach(table::column);
    drop.forEach(table::column);
    List<Field> chosen = new ArrayList<>();
    for (Field guess : Field.infer(table, label)) {
      String name = guess.name();
      if (named.containsKey(name)) {
        chosen.add(named.get(name));
      } else if (fields.isEmpty() && !name.equals(time) && !drop.contains(name)) {
        chosen.add(
            guess.kind() == Field.Kind.CATEGORICAL ? Field.categorical(name, minCount) : guess);
      }
    }
    if (named.containsKey(label)) {
      chosen.add(named.get(label)); // refused with its reason where the columns are checked
    }
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException("no column is left to learn from; drop fewer");
    }
    return chosen;
  }

  private void add(Map<String, Field> named, Field field) {
    if (named.putIfAbsent(field.name(), field) != null) {
      throw new IllegalArgumentException(
          "column '" + field.name() + "' is named twice in --fields, --numeric and --lists");
    }
  }

  /** What a resumed run must share. */
  private ObjectNode config(String sha256, ClickTraining.Settings training) {
    ObjectNode json = Json.object();
    json.put("command", "ctr fit").put("data", data.toString()).put("sha256", sha256);
    json.put("label", label).put("positive", positive);
    json.put("model", model).put("compare", compare);
    put(json.putArray("fields"), fields);
    put(json.putArray("numeric"), numeric);
    put(json.putArray("lists"), lists);
    put(json.putArray("drop"), drop);
    put(json.putArray("set"), changes);
    json.put("min_count", minCount).put("time", time).put("group", group);
    json.put("test_share", testShare).put("valid_share", validShare).put("seed", seed);
    json.set("training", Configs.toJson(training));
    return json;
  }

  private static void put(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }

  private static ClickPredictor.Trained train(
      Console console,
      Cancellation cancellation,
      CtrRun run,
      ClickData rows,
      ClickPredictor.Settings settings,
      Map<String, String> hashes)
      throws IOException {
    int batch = settings.training().batch_size();
    long steps = (long) settings.training().epochs() * ((rows.train().size() + batch - 1) / batch);
    String name = settings.model().key();
    try (Progress progress = console.progress("training " + name, steps, "steps")) {
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void step(StepRecord step) {
              progress.at(step.step());
            }

            @Override
            public void epoch(EpochRecord epoch) {
              progress.message(
                  String.format(
                      Locale.ROOT,
                      "epoch %d, AUC %.4f",
                      epoch.epoch(),
                      epoch.metrics().get("auc")));
            }
          };
      return ClickPredictor.train(
          rows,
          settings,
          hashes,
          trainer ->
              trainer
                  .checkpoints(run.checkpoints(name))
                  .listener(listener)
                  .cancellation(cancellation)
                  .fit());
    }
  }
}
