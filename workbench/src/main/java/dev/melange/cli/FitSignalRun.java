package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.ContentHash;
import dev.melange.data.DataException;
import dev.melange.data.Source;
import dev.melange.data.image.ImageFiles;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.Catalogue;
import dev.melange.papers.fields.CompactFields;
import dev.melange.papers.fields.FieldFit;
import dev.melange.papers.fields.FittedField;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalFiles;
import dev.melange.papers.fields.SignalModel;
import dev.melange.papers.fresh.FrequencyChoice;
import dev.melange.tensor.Rng;
import dev.melange.train.EpochRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Fits a field and writes what came of it. */
final class FitSignalRun {
  static final String RESULT = "result.json";
  private static final String FIELD = "field.safetensors";
  private static final String COMPACT = "field-compact.gz";
  private static final String REPORT = "report.html";
  private static final int[] BITS = {4, 5, 6, 7, 8, 10, 12, 16};
  private static final double NEXT_TO_NO_LOSS = 0.5; // dB

  private final SignalFit settings;
  private final Signal signal;
  private final SignalModel model;
  private final Record config;
  private final Path folder;
  private final Console console;

  FitSignalRun(
      SignalFit settings,
      Signal signal,
      SignalModel model,
      Record config,
      Path folder,
      Console console) {
    this.settings = settings;
    this.signal = signal;
    this.model = model;
    this.config = config;
    this.folder = folder;
    this.console = console;
  }

  /**
   * A compact file that was tried.
   *
   * @param bits of a weight
   * @param bytes of the file
   * @param psnr of what it decodes to, in dB
   */
  record Compact(int bits, long bytes, double psnr) {}

  /** The SHA-256 of a file, or of the frames of a folder with their names. */
  static String hash(Path data) throws IOException {
    if (!Files.isDirectory(data)) {
      return ContentHash.of(Source.of(data)).sha256();
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(data)) {
      files =
          all.filter(file -> ImageFiles.isImageName(file.getFileName().toString()))
              .sorted()
              .toList();
    }
    StringBuilder list = new StringBuilder();
    for (Path file : files) {
      list.append(file.getFileName()).append(' ');
      list.append(ContentHash.of(Source.of(file)).sha256()).append('\n');
    }
    byte[] bytes = list.toString().getBytes(StandardCharsets.UTF_8);
    return ContentHash.of(Source.of(data.toString(), bytes)).sha256();
  }

  /** Refuses to go on with other data than a run began with. */
  static void checkUnchanged(SignalFit settings) throws IOException {
    Path data = Path.of(settings.data());
    if (Files.exists(data) && !hash(data).equals(settings.sha256())) {
      throw new DataException(
          "%s is not what it was when the run began; start a new one".formatted(data));
    }
  }

  /** Refuses to choose what a model does not have, before anything is written. */
  static void checkFrequency(SignalFit settings, SignalModel model, Signal signal) {
    if (!settings.fresh()) {
      return;
    }
    Optional<SignalModel.Frequency> frequency = model.frequency(signal.kind());
    if (frequency.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has no frequency setting that --fresh could choose for this %s; leave it out, or choose another --model, such as siren or fourier"
              .formatted(model.name(), signal.shape()));
    }
    if (settings.set().containsKey(frequency.get().key())) {
      throw new IllegalArgumentException(
          "--fresh chooses %s, but --set gives it already; leave out one of them"
              .formatted(frequency.get().key()));
    }
  }

  int run(Cancellation cancellation) throws IOException {
    Path report = folder.resolve(REPORT);
    FrequencyChoice choice = settings.fresh() ? choose() : null;
    Record chosen = choice == null ? config : choice.applyTo(config);
    try (FittedField field = fit(chosen, cancellation)) {
      field.save(folder.resolve(FIELD), Map.of(settings.data(), settings.sha256()));
      Signal decoded = field.decode();
      Path reconstruction = folder.resolve(reconstructionName());
      SignalFiles.write(decoded, reconstruction);
      double psnr = signal.psnr(decoded);
      List<Compact> tried = compress();
      double wanted = settings.psnr() == null ? psnr - NEXT_TO_NO_LOSS : settings.psnr();
      Optional<Compact> best =
          tried.stream()
              .filter(one -> one.psnr() >= wanted)
              .min(Comparator.comparingLong(Compact::bytes));
      Path compact = folder.resolve(COMPACT);
      if (best.isPresent()) {
        Files.move(file(best.get().bits()), compact, StandardCopyOption.REPLACE_EXISTING);
      }
      for (Compact one : tried) {
        Files.deleteIfExists(file(one.bits()));
      }
      List<EpochRecord> history = field.training().orElseThrow().history();
      MetricsFile.write(folder, "evaluation", history, List.of("psnr"));
      ObjectNode json = json(field, choice, psnr, tried, best.orElse(null), reconstruction);
      new FitSignalReport(signal, decoded, field, choice, tried, best.orElse(null), json)
          .write(report);
      AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
      console.result(() -> json, () -> print(json, choice));
      if (settings.psnr() != null && best.isEmpty()) {
        console.warn(
            String.format(
                Locale.ROOT,
                "no compact file reaches %.2f dB (the field itself has %.2f dB); fit it with more --steps or a larger network",
                settings.psnr(),
                psnr));
        return ExitCode.FAILED;
      }
      return ExitCode.OK;
    }
  }

  private FrequencyChoice choose() {
    console.note("comparing the spectra of untrained networks with the signal's");
    FrequencyChoice choice =
        FrequencyChoice.of(
            signal, model, config, settings.candidates(), new Rng(settings.options().seed()));
    console.note("FreSh chose %s = %s".formatted(choice.key(), choice.value()));
    return choice;
  }

  private FittedField fit(Record chosen, Cancellation cancellation) throws IOException {
    console.note(
        "%s: %s, by %s, %,d steps"
            .formatted(signal.name(), signal.shape(), model.name(), settings.options().steps()));
    return Fitting.run(
        console,
        cancellation,
        FitSignalCommand.COMMAND,
        folder,
        run -> FieldFit.fit(signal, model, chosen, settings.options(), run));
  }

  private String reconstructionName() {
    return switch (signal.kind()) {
      case LINE -> signal.shape().rate() > 0 ? "reconstruction.wav" : "reconstruction.csv";
      case IMAGE -> "reconstruction.png";
      case VIDEO -> "reconstruction";
    };
  }

  private Path file(int bits) {
    return folder.resolve("field-%d.gz".formatted(bits));
  }

  private List<Compact> compress() throws IOException {
    List<Compact> tried = new ArrayList<>();
    try (FittedField field = FittedField.load(folder.resolve(FIELD), Catalogue::signalModel)) {
      for (int bits : BITS) {
        long bytes = CompactFields.save(field, bits, file(bits), Map.of());
        try (FittedField rounded = FittedField.load(file(bits), Catalogue::signalModel)) {
          tried.add(new Compact(bits, bytes, signal.psnr(rounded.decode())));
        }
      }
    }
    return tried;
  }

  private ObjectNode json(
      FittedField field,
      FrequencyChoice choice,
      double psnr,
      List<Compact> tried,
      Compact best,
      Path reconstruction)
      throws IOException {
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("field", folder.resolve(FIELD).toString());
    json.put("report", folder.resolve(REPORT).toString());
    json.put("reconstruction", reconstruction.toString());
    json.put("signal", signal.shape().toString());
    json.put("model", model.name());
    json.set("config", Configs.toJson(field.config()));
    json.put("parameters", field.field().network().parameterCount());
    json.put("steps", settings.options().steps());
    json.put("psnr", psnr);
    if (choice != null) {
      ObjectNode fresh = json.putObject("fresh");
      fresh.put("key", choice.key());
      fresh.put("value", choice.value());
      ArrayNode rows = fresh.putArray("candidates");
      double[] means = choice.selection().means();
      for (int i = 0; i < means.length; i++) {
        rows.addObject().put("value", choice.candidates().get(i)).put("distance", means[i]);
      }
    }
    json.put("bytes_of_values", (long) signal.values().length * bytesOfValue());
    json.put("bytes_of_field", Files.size(folder.resolve(FIELD)));
    if (best != null) {
      json.put("compact", folder.resolve(COMPACT).toString());
      json.put("bytes_of_compact", best.bytes());
      json.put("psnr_of_compact", best.psnr());
      json.put("bits_of_weight", best.bits());
    }
    ArrayNode table = json.putArray("compact_files");
    for (Compact one : tried) {
      table.addObject().put("bits", one.bits()).put("bytes", one.bytes()).put("psnr", one.psnr());
    }
    return json;
  }

  // Pictures have bytes, sounds usually 16 bits, columns are counted as float32.
  private int bytesOfValue() {
    if (signal.kind() != Signal.Kind.LINE) {
      return 1;
    }
    return signal.shape().rate() > 0 ? Short.BYTES : Float.BYTES;
  }

  private void print(ObjectNode json, FrequencyChoice choice) {
    if (choice != null) {
      console.table(choice.table());
      console.line("FreSh chose %s = %s".formatted(choice.key(), choice.value()));
    }
    console.line(console.bold(FitSignalReport.summary(json)));
    console.line("field:   " + json.get("field").asText());
    if (json.has("compact")) {
      console.line("compact: " + json.get("compact").asText());
    }
    console.line("report:  " + json.get("report").asText());
    console.line(
        "decode:  melange fit-signal decode %s --size %s -o %s"
            .formatted(
                json.get("field").asText(),
                String.join("x", signal.shape().sizes().stream().map(String::valueOf).toList()),
                signal.kind() == Signal.Kind.LINE
                    ? "out.csv"
                    : signal.kind() == Signal.Kind.IMAGE ? "out.png" : "out/"));
  }
}
