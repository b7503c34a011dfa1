package dev.melange.papers.finalmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import dev.melange.io.CorruptFileException;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.Weights;
import dev.melange.tensor.Scope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClickPredictorTest {
  private static final List<Field> FIELDS =
      List.of(
          Field.categorical("shop", 1),
          Field.numeric("size"),
          Field.categorical("noise", 1),
          Field.sequence("tags", "|", 1));

  @TempDir private Path folder;

  private static ClickData data() {
    return ClickData.of(
        Clicks.table(1200, 3),
        new ClickColumns("clicked", null, FIELDS, null, "noise"),
        0.1,
        0.2,
        1);
  }

  private static ClickPredictor train(Architecture architecture, ClickData data) throws Exception {
    Map<String, String> small =
        architecture == Architecture.LOGISTIC_REGRESSION
            ? Map.of("embedding_regularizer", "0")
            : Map.of("embedding_dim", "4");
    return ClickPredictor.train(
        data,
        new ClickPredictor.Settings(
            architecture, small, new ClickTraining.Settings(64, 0.01, 4, 3), 1));
  }

  @ParameterizedTest
  @EnumSource
  void everyArchitectureLearnsARule(Architecture architecture) throws Exception {
    ClickData data = data();
    try (ClickPredictor predictor = train(architecture, data)) {
      ClickScores scores = predictor.evaluate(data);
      assertThat(scores.auc()).as("AUC").isGreaterThan(0.85);
      assertThat(scores.gAuc())
          .as("gAUC")
          .hasValueSatisfying(v -> assertThat(v).isBetween(0.8, 1.0));
      assertThat(scores.logLoss()).as("logloss").isLessThan(0.6);
    }
  }

  @Test
  void sameSeedGivesTheSamePredictions() throws Exception {
    ClickData data = data();
    try (ClickPredictor first = train(Architecture.FINAL_MLP, data);
        ClickPredictor second = train(Architecture.FINAL_MLP, data)) {
      assertThat(second.predict(data.test())).containsExactly(first.predict(data.test()));
    }
  }

  @Test
  void predictsTheSameAfterSavingAndLoading() throws Exception {
    Path file = folder.resolve("model.safetensors");
    Table fresh = Clicks.table(100, 9);
    try (ClickPredictor predictor = train(Architecture.FINAL_MLP, data())) {
      predictor.save(file);
      try (ClickPredictor loaded = ClickPredictor.load(file)) {
        assertThat(loaded.predict(fresh)).containsExactly(predictor.predict(fresh));
        assertThat(loaded.positive()).isEqualTo("yes");
        assertThat(loaded.label()).isEqualTo("clicked");
        assertThat(loaded.architecture()).isEqualTo(Architecture.FINAL_MLP);
      }
    }
  }

  @Test
  void predictsForUnknownCategoriesAndMissingNumbers() throws Exception {
    try (ClickPredictor predictor = train(Architecture.FINAL_MLP, data())) {
      Table odd =
          Table.of(
              "odd.csv",
              List.of("tags", "shop", "noise", "size"),
              List.of(
                  List.of("", "z|y"),
                  List.of("?", ""),
                  List.of("never", "n1"),
                  List.of("", "nan")));
      assertThat(predictor.predict(odd))
          .hasSize(2)
          .satisfies(p -> assertThat(Arrays.stream(p)).allMatch(v -> v > 0 && v < 1));
    }
  }

  @Test
  void namesAllColumnsThatAreMissing() throws Exception {
    Table bare = Table.of("new.csv", List.of("shop"), List.of(List.of("shop 1")));
    try (ClickPredictor predictor = train(Architecture.LOGISTIC_REGRESSION, data())) {
      assertThatThrownBy(() -> predictor.predict(bare))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "new.csv lacks the columns 'size', 'noise', 'tags'; the model was trained with"
                  + " 'shop', 'size', 'noise', 'tags'");
    }
  }

  @Test
  void refusesAFileWhoseConfigurationFitsNoTensor() throws Exception {
    Path file = folder.resolve("model.safetensors");
    Path changed = folder.resolve("changed.safetensors");
    try (ClickPredictor predictor = train(Architecture.FINAL_MLP, data())) {
      predictor.save(file);
    }
    try (SafeTensorsFile opened = SafeTensorsFile.open(file);
        Scope scope = Scope.open()) {
      Map<String, String> metadata = new LinkedHashMap<>(opened.metadata());
      metadata.replaceAll(
          (key, text) ->
              text.replace("\"mlp1_hidden_units\":[400]", "\"mlp1_hidden_units\":[2000000000]"));
      assertThat(metadata).isNotEqualTo(opened.metadata());
      Weights.write(changed, Weights.read(opened), metadata);
    }
    assertThatThrownBy(() -> ClickPredictor.load(changed))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("mlp1_hidden_units 2000000000")
        .hasMessageContaining("give a file that 'melange ctr fit' has written");
  }

  @Test
  void refusesWeightsThatAreNoClickModel() throws Exception {
    Path file = folder.resolve("other.safetensors");
    Weights.write(file, Collections.emptyMap(), Map.of());
    assertThatThrownBy(() -> ClickPredictor.load(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("it holds no click model");
  }

  @Test
  void findsTheFieldThatMatters() throws Exception {
    ClickData data =
        ClickData.of(
            Clicks.table(1200, 3),
            new ClickColumns("clicked", null, FIELDS.subList(0, 3), null, null),
            0.1,
            0.2,
            1);
    try (ClickPredictor predictor = train(Architecture.FINAL_MLP, data)) {
      Map<String, Double> importance = Importance.permutation(predictor.model(), data.test(), 1);
      assertThat(importance).containsOnlyKeys("shop", "size", "noise");
      assertThat(importance.get("shop")).isGreaterThan(0.2);
      assertThat(Math.abs(importance.get("noise"))).isLessThan(0.05);
      List<double[]> gates = Importance.gates((FinalMlp) predictor.model(), data.test());
      assertThat(gates).hasSize(2).allSatisfy(g -> assertThat(g).hasSize(3));
      assertThat(Arrays.stream(gates.get(0))).allMatch(gate -> gate > 0 && gate < 2);
    }
  }
}
