package dev.melange.papers.fresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.papers.Catalogue;
import dev.melange.papers.fields.FieldFit;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalModel;
import dev.melange.tensor.Rng;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrequencyChoiceTest {
  private static final long SEED = 3;
  private static final Map<String, String> SMALL =
      Map.of("hidden_features", "32", "hidden_layers", "1");

  private static Signal waves(List<Integer> sizes, double frequency) {
    Signal.Shape shape =
        new Signal.Shape(
            sizes, List.of("value"), Collections.nCopies(1, 0.0), Collections.nCopies(1, 1.0), 0);
    int last = sizes.get(sizes.size() - 1);
    float[] values = new float[(int) shape.points()];
    for (int i = 0; i < values.length; i++) {
      double x = (double) (i % last) / last;
      double y = (double) (i / last % last) / last;
      values[i] = (float) (0.5 + 0.25 * Math.sin(2 * Math.PI * frequency * (x + y)));
    }
    return new Signal("waves", shape, values);
  }

  private static FrequencyChoice choose(Signal signal) {
    SignalModel model = Catalogue.signalModel("siren");
    Record config = FieldFit.config(model, signal, SMALL);
    return FrequencyChoice.of(signal, model, config, List.of(5.0, 60.0), new Rng(SEED));
  }

  @ParameterizedTest
  @EnumSource(Signal.Kind.class)
  void choosesHigherFrequenciesForFinerSignals(Signal.Kind kind) {
    List<Integer> sizes =
        switch (kind) {
          case LINE -> List.of(128);
          case IMAGE -> List.of(48, 48);
          case VIDEO -> List.of(3, 32, 32);
        };
    assertThat(choose(waves(sizes, 1)).value()).isEqualTo(5);
    assertThat(choose(waves(sizes, 9)).value()).isEqualTo(60);
  }

  @Test
  void changesTheConfigurationAndShowsWhy() {
    FrequencyChoice choice = choose(waves(List.of(32, 40), 6));
    Siren.Config config = new Siren.Config(2, 32, 1, 1, 30, 30, true, false);
    Siren.Config chosen = (Siren.Config) choice.applyTo(config);
    assertThat(chosen.omega_0()).isEqualTo(choice.value());
    assertThat(choice.table().rows()).hasSize(2);
    assertThat(choice.target()).hasSameSizeAs(choice.spectra()[0]);
  }

  @Test
  void refusesModelsWithoutASetting() {
    Signal line = waves(List.of(64), 2);
    SignalModel cam = Catalogue.signalModel("cam");
    assertThatThrownBy(
            () -> FrequencyChoice.of(line, cam, cam.config(line.shape()), List.of(), new Rng(SEED)))
        .hasMessageContaining("cam has no frequency setting");
  }
}
