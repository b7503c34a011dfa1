package dev.melange.papers.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.io.CorruptFileException;
import dev.melange.papers.Catalogue;
import dev.melange.train.EpochRecord;
import dev.melange.train.Trainer;
import dev.melange.train.TrainerRun;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingStopped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldFitTest {
  private static final long SEED = 5;

  @TempDir private Path folder;

  private static Signal signal(Signal.Kind kind) {
    List<Integer> sizes =
        switch (kind) {
          case LINE -> List.of(64);
          case IMAGE -> List.of(16, 12);
          case VIDEO -> List.of(3, 14, 18);
        };
    int channels = kind == Signal.Kind.LINE ? 1 : 3;
    Signal.Shape shape =
        new Signal.Shape(
            sizes,
            Collections.nCopies(channels, "value"),
            Collections.nCopies(channels, 0.0),
            Collections.nCopies(channels, 1.0),
            0);
    float[] values = new float[channels * (int) shape.points()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.5 + 0.4 * Math.sin(0.11 * i));
    }
    return new Signal("waves", shape, values);
  }

  private static FieldFit.Options options(int steps) {
    return new FieldFit.Options(steps, 4096, null, 15, SEED);
  }

  private static FittedField fit(Signal signal, String name, int steps, TrainerRun run)
      throws IOException {
    SignalModel model = Catalogue.signalModel(name);
    Map<String, String> small =
        switch (name) {
          case "siren", "finer", "fourier", "wire" ->
              Map.of("hidden_features", "32", "hidden_layers", "1");
          case "ffn" -> Map.of("hidden_features", "32", "num_frequencies", "16", "sigma", "2");
          case "grid" -> signal.kind() == Signal.Kind.IMAGE ? Map.of("grid", "[8, 8]") : Map.of();
          default ->
              signal.kind() == Signal.Kind.IMAGE
                  ? Map.of("hidden_features", "32", "num_frequencies", "16", "sigma", "2")
                  : Map.of();
        };
    Record config = FieldFit.config(model, signal, small);
    return FieldFit.fit(signal, model, config, options(steps), run);
  }

  @ParameterizedTest
  @CsvSource({
    "LINE, cam",
    "LINE, siren",
    "LINE, finer",
    "LINE, fourier",
    "LINE, wire",
    "LINE, grid",
    "IMAGE, cam",
    "IMAGE, ffn",
    "IMAGE, grid",
    "IMAGE, siren",
    "IMAGE, wire",
    "VIDEO, cam",
    "VIDEO, siren",
    "VIDEO, fourier",
    "VIDEO, grid"
  })
  void learnsAndIsReadBackAsItWas(Signal.Kind kind, String model) throws IOException {
    Signal signal = signal(kind);
    Path file = folder.resolve("field.safetensors");
    Path compact = folder.resolve("field.gz");
    try (FittedField field = fit(signal, model, 60, Trainer::fit)) {
      List<EpochRecord> history = field.training().orElseThrow().history();
      assertThat(history.get(history.size() - 1).metrics().get("psnr"))
          .isGreaterThan(history.get(0).metrics().get("psnr"));
      field.save(file, Map.of("waves", "0".repeat(64)));
      long bytes = CompactFields.save(field, 8, compact, Map.of());
      assertThat(bytes).isEqualTo(Files.size(compact)).isLessThan(Files.size(file));
      CompactFields.save(field, 16, folder.resolve("fine.gz"), Map.of());
      Signal decoded = field.decode();
      try (FittedField loaded = FittedField.load(file, Catalogue::signalModel);
          FittedField rounded =
              FittedField.load(folder.resolve("fine.gz"), Catalogue::signalModel);
          FittedField coarse = FittedField.load(compact, Catalogue::signalModel)) {
        assertThat(loaded.decode().values()).isEqualTo(decoded.values());
        assertThat(signal.psnr(rounded.decode())).isCloseTo(signal.psnr(decoded), within(0.2));
        assertThat(coarse.decode().values()).isNotEqualTo(decoded.values());
      }
    }
  }

  @Test
  void goesOnToTheSameFieldAfterAnInterruption() throws IOException {
    for (Signal.Kind kind : Signal.Kind.values()) {
      Signal signal = signal(kind);
      Path checkpoints = folder.resolve(kind + "/checkpoints");
      AtomicLong steps = new AtomicLong();
      TrainingListener counting =
          new TrainingListener() {
            @Override
            public void step(StepRecord step) {
              steps.set(step.step());
            }
          };
      assertThatThrownBy(
              () ->
                  fit(
                      signal,
                      "cam",
                      40,
                      trainer ->
                          trainer
                              .checkpoints(checkpoints)
                              .listener(counting)
                              .cancellation(() -> steps.get() >= 23)
                              .fit()))
          .isInstanceOf(TrainingStopped.class);
      try (FittedField resumed =
              fit(signal, "cam", 40, trainer -> trainer.checkpoints(checkpoints).fit());
          FittedField whole = fit(signal, "cam", 40, Trainer::fit)) {
        assertThat(resumed.decode().values()).as("%s", kind).isEqualTo(whole.decode().values());
      }
    }
  }

  @Test
  void decodesAtOtherResolutions() throws IOException {
    try (FittedField field = fit(signal(Signal.Kind.IMAGE), "siren", 60, Trainer::fit)) {
      Signal larger = field.decode(List.of(31, 23)); // every second point lies where it was
      Signal same = field.decode();
      assertThat(larger.values()[2 * 23 + 4]).isCloseTo(same.values()[12 + 2], within(1e-5f));
      assertThatThrownBy(() -> field.decode(List.of(31)))
          .hasMessageContaining("number of axes differs");
    }
    try (FittedField video = fit(signal(Signal.Kind.VIDEO), "cam", 20, Trainer::fit)) {
      assertThat(video.decode(List.of(5, 14, 18)).values()).hasSize(3 * 5 * 14 * 18);
      assertThatThrownBy(() -> video.decode(List.of(5, 28, 36)))
          .hasMessageContaining("their own size, 14 x 18");
    }
  }

  @Test
  void refusesWhatDoesNotFit() throws IOException {
    Signal line = signal(Signal.Kind.LINE);
    assertThatThrownBy(() -> FieldFit.config(Catalogue.signalModel("ffn"), line, Map.of()))
        .hasMessageContaining("ffn cannot be fitted to this line of 64 samples");
    SignalModel grid = Catalogue.signalModel("grid");
    Record plane = FieldFit.config(grid, line, Map.of("grid", "[8, 8]"));
    assertThatThrownBy(() -> FieldFit.fit(line, grid, plane, options(1), Trainer::fit))
        .hasMessageContaining("1 of this line of 64 samples, 1 channel, got [8, 8]");
    assertThatThrownBy(() -> Catalogue.signalModel("sirene"))
        .hasMessageContaining("no signal model 'sirene'")
        .hasMessageContaining("siren");
    assertThatThrownBy(
            () ->
                FieldFit.config(
                    Catalogue.signalModel("siren"), line, Map.of("hiden_features", "3")))
        .hasMessageContaining("hidden_features");
  }

  @Test
  void refusesDamagedFiles() throws IOException {
    Path compact = folder.resolve("field.gz");
    try (FittedField field = fit(signal(Signal.Kind.LINE), "siren", 15, Trainer::fit)) {
      CompactFields.save(field, 6, compact, Map.of());
    }
    byte[] bytes = Files.readAllBytes(compact);
    Files.write(compact, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> FittedField.load(compact, Catalogue::signalModel))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("cut off or damaged");
  }
}
