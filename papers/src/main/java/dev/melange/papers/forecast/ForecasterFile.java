package dev.melange.papers.forecast;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.Weights;
import dev.melange.nn.Layer;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** A {@link Forecaster} in one file: its weights, and in their metadata all else. */
final class ForecasterFile {
  private static final String ORIGIN = "forecaster";

  private ForecasterFile() {}

  static void save(Forecaster forecaster, Path file, Map<String, String> data) throws IOException {
    ObjectNode origin = Configs.toJson(forecaster.fitted());
    ObjectNode wrapped = origin.objectNode();
    wrapped.set(ORIGIN, origin);
    Provenance provenance =
        new Provenance(
            forecaster.name(),
            Configs.toJson(forecaster.model().config()),
            data,
            forecaster.seed(),
            Configs.toJson(forecaster.recipe()),
            wrapped);
    Weights.write(file, forecaster.model().layer().state(), provenance.toMetadata());
  }

  static Forecaster load(Path file) throws IOException {
    try (SafeTensorsFile weights = SafeTensorsFile.open(file)) {
      Provenance provenance =
          Provenance.of(file, weights.metadata())
              .orElseThrow(() -> notAForecaster(file, "it does not say what it holds"));
      JsonNode origin = provenance.origin().get(ORIGIN);
      if (origin == null || !ForecastMethod.names().contains(provenance.model())) {
        throw notAForecaster(file, "it holds " + provenance.model());
      }
      ForecastMethod method = ForecastMethod.of(provenance.model());
      FittedSeries fitted = Configs.read(FittedSeries.class, origin, file + " (" + ORIGIN + ")");
      Record config = Configs.read(method.configType(), provenance.config(), file.toString());
      Recipe recipe = Configs.read(Recipe.class, provenance.hyperparameters(), file.toString());
      ForecastModel model = method.create(config, new Rng(0));
      try {
        load(model.layer(), weights);
      } catch (RuntimeException | IOException e) {
        model.close();
        throw e;
      }
      model.layer().to(Engine.get().device());
      return new Forecaster(provenance.model(), fitted, model, recipe, provenance.seed(), null);
    }
  }

  private static void load(Layer layer, SafeTensorsFile weights) throws IOException {
    try {
      Scope.run(
          () -> {
            try {
              layer.load(Weights.read(weights));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static CorruptFileException notAForecaster(Path file, String what) {
    return new CorruptFileException(
        file, "is not a saved forecaster: " + what, "fit one with: melange forecast");
  }
}
