package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Suggestions;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.bert.MiniLm;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.papers.gpt.SmallGpt;
import dev.melange.papers.seminmf.FeatureSummary;
import dev.melange.papers.seminmf.InspectedModel;
import dev.melange.papers.seminmf.Inspection;
import dev.melange.report.Table;
import dev.melange.tensor.Engine;
import dev.melange.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds semi-NMF features of a language model in a text. */
@Command(
    name = "inspect",
    description =
        "Find features of a language model in a text: groups of MLP neurons that act together"
            + " (semi-NMF), the places where each is strong, and what the model writes when it is"
            + " pushed along one.",
    footer = {
      "  melange inspect                                    a small GPT on the bundled novel",
      "  melange inspect --text letters.txt --model minilm  sentence encoder, your own text",
      "  melange inspect --layer 1 --features 40 --top 5",
      "  melange inspect --steer 3 --prompt 'I think that'  write along feature 3",
      "  melange inspect --steer 3 --strength 8 --json",
      "  melange inspect geometry --model classifier.safetensors --data pets/"
    },
    subcommands = InspectGeometryCommand.class)
final class InspectCommand extends Subcommand {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
  private static final int SHOWN = 6; // tokens per feature on the terminal

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      defaultValue = SmallGpt.NAME,
      description =
          "gpt-small (characters; trained on first use, about a minute), minilm (a sentence"
              + " encoder), or a file of a character model. Default: ${DEFAULT-VALUE}.")
  private String model;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "The text, UTF-8. Default: the bundled novel.")
  private Path text;

  @Option(
      names = "--layer",
      paramLabel = "L",
      description = "The layer, from 0. Default: the one in the middle.")
  private Integer layer;

  @Option(
      names = "--features",
      paramLabel = "K",
      defaultValue = "20",
      description = "How many features. Default: ${DEFAULT-VALUE}.")
  private int features;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "10",
      description = "Contexts per feature. Default: ${DEFAULT-VALUE}.")
  private int top;

  @Option(
      names = "--sparsity",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description = "Share of the neurons in a feature. Default: ${DEFAULT-VALUE}.")
  private double sparsity;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "300",
      description = "Of the factorisation. Default: ${DEFAULT-VALUE}.")
  private int iterations;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "6400",
      description =
          "Most tokens to look at, evenly spread over a longer text. Default: ${DEFAULT-VALUE}.")
  private int tokens;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "0",
      description = "Seed of the start. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--steer",
      paramLabel = "FEATURE",
      description = "Write texts while the model is pushed along this feature, and against it.")
  private Integer steer;

  @Option(
      names = "--strength",
      paramLabel = "A",
      description =
          "How far to push. Default: as far as changes predictions at the text by a KL of 0.5"
              + " nats.")
  private Double strength;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What the steered texts begin with. Default: 'I think that'.")
  private String prompt;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for report.html and features.json. Default: runs/inspect/ and the time.")
  private Path out;

  @Override
  protected int run(Console console, Cancellation cancellation) throws Exception {
    if (steer == null && (strength != null || prompt != null)) {
      throw new IllegalArgumentException(
          "--strength and --prompt say how to steer; give --steer FEATURE with them");
    }
    Inspection.Push push =
        steer == null
            ? null
            : new Inspection.Push(steer, strength, prompt == null ? "I think that" : prompt);
    String source = text == null ? "the bundled novel" : text.toString();
    String content = read(source);
    Engine.get();
    try (var section = cancellation.section();
        InspectedModel inspected = open(console, cancellation)) {
      int chosen = layer == null ? (inspected.layers() - 1) / 2 : layer;
      Inspection.Options options =
          new Inspection.Options(chosen, features, sparsity, iterations, top, tokens, seed);
      Inspection found;
      try (Fitting fitting = new Fitting(console, iterations, cancellation)) {
        found = Inspection.run(inspected, source, content, options, push, fitting);
        fitting.converged();
      }
      Path folder = Files.createDirectories(out == null ? defaultFolder() : out);
      Path report = folder.resolve("report.html");
      found.report(source).write(report);
      ObjectNode json = found.toJson().put("report", report.toString());
      AtomicFiles.write(folder.resolve("features.json"), json.toPrettyString());
      console.result(() -> json, () -> print(console, found, report));
    }
    return ExitCode.OK;
  }

  private String read(String source) throws IOException {
    String content =
        TextFile.read(
            text == null
                ? DataSets.standard().where("austen-emma").source("austen-emma.txt.gz")
                : Source.of(text));
    if (content.isBlank()) {
      throw new DataException(source + " is empty; give a text");
    }
    return content;
  }

  private InspectedModel open(Console console, Cancellation cancellation) throws IOException {
    if (model.equals(MiniLm.NAME)) {
      return InspectedModel.of(MiniLm.load());
    }
    if (model.equals(SmallGpt.NAME)) {
      return InspectedModel.of(model, small(console, cancellation));
    }
    Path file = Path.of(model);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "unknown model '%s'%s; expected gpt-small, minilm or a file of a character model"
              .formatted(
                  model, Suggestions.didYouMean(model, List.of(SmallGpt.NAME, MiniLm.NAME))));
    }
    return InspectedModel.of(file.getFileName().toString(), CharGpt.load(file));
  }

  private static CharGpt small(Console console, Cancellation cancellation) throws IOException {
    SmallGpt small = new SmallGpt();
    if (small.find().isPresent()) {
      return small.load(new TrainingListener() {}, cancellation);
    }
    console.note("gpt-small is not there yet; training it once on the bundled novel");
    try (Bar bar = new Bar(console)) {
      return small.load(bar, cancellation);
    }
  }

  /** The factorisation's progress, shown once it has begun. */
  private static final class Fitting implements IntConsumer, AutoCloseable {
    private final Console console;
    private final int total;
    private final Cancellation cancellation;
    private Progress progress;

    Fitting(Console console, int total, Cancellation cancellation) {
      this.console = console;
      this.total = total;
      this.cancellation = cancellation;
    }

    @Override
    public void accept(int done) {
      if (cancellation.getAsBoolean()) {
        throw new CancellationException("the inspection was stopped");
      }
      if (progress == null) {
        progress = console.progress("fitting", total, "iterations");
      }
      progress.at(done);
    }

    /** It may end early, when nothing improves any more. */
    void converged() {
      progress.at(total);
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }

  /** The training's progress. */
  private static final class Bar implements TrainingListener, AutoCloseable {
    private final Console console;
    private Progress progress = Progress.none();

    Bar(Console console) {
      this.console = console;
    }

    @Override
    public void started(long totalSteps, long firstStep) {
      progress = console.progress("training", totalSteps, "steps");
    }

    @Override
    public void step(StepRecord step) {
      progress.message(String.format(Locale.ROOT, "loss %.3f", step.loss()));
      progress.at(step.step());
    }

    @Override
    public void close() {
      progress.close();
    }
  }

  private static Path defaultFolder() {
    return Path.of("runs", "inspect", LocalDateTime.now(ZoneId.systemDefault()).format(NAME));
  }

  private static void print(Console console, Inspection found, Path report) {
    if (!found.unknown().isEmpty()) {
      console.note(
          "%d characters that %s does not know were left out: %s"
              .formatted(
                  found.unknown().codePointCount(0, found.unknown().length()),
                  found.model(),
                  found.unknown()));
    }
    Table.Builder table =
        Table.titled(
                String.format(
                    Locale.ROOT,
                    "%s, layer %d: %,d tokens, %.1f %% of the variance explained",
                    found.model(),
                    found.layer(),
                    found.tokens(),
                    100 * found.explainedVariance()))
            .number("feature", "%d")
            .number("strongest at (%)", "%.1f")
            .number("purity", "%.2f")
            .text("tokens")
            .text("strongest context");
    for (FeatureSummary feature : found.features()) {
      table.row(
          feature.feature(),
          100 * feature.share(),
          feature.purity(),
          String.join(" ", feature.shownTokens(SHOWN)),
          feature.contexts().isEmpty() ? "" : feature.contexts().get(0).shown());
    }
    console.table(table.build());
    found.steeringTable().ifPresent(console::table);
    console.line("Report: " + report);
  }
}
