package dev.melange.papers.mambamixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.component.Configs;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layers;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Vision;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MambaMixerTest {
  private static final long SEED = 7;

  @ParameterizedTest
  @CsvSource({"vim2_xs, 175554", "vim2_224, 22835956", "tsm2_ett_96, 88028"})
  void hasTheParametersOfItsDefinition(String name, long parameters) {
    try (var model = Catalogue.model(name).create(new Rng(SEED))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  @Test
  void aMambaBlockSeesNothingOfLaterSteps() {
    try (Mamba block = new Mamba(MambaConfig.of(6, 4, 4, 2), new Rng(SEED));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(SEED).normal(2, 9, 6);
      Tensor changed = x.copy();
      changed.narrow(1, 5, 4).fill_(3);
      float[] before = block.forward(x).narrow(1, 0, 5).toFloats();
      assertThat(block.forward(changed).narrow(1, 0, 5).toFloats()).isEqualTo(before);
      assertThat(block.forward(changed).toFloats()).isNotEqualTo(block.forward(x).toFloats());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void givesStepByStepWhatItGivesAtOnce(int filter) {
    try (Mamba block =
            new Mamba(new MambaConfig(6, 4, filter, 1.5, new DtRank(2), true), new Rng(SEED));
        Scope scope = Scope.open()) {
      block.to(DType.F64);
      Tensor x = new Rng(SEED).normal(2, 9, 6).to(DType.F64);
      Tensor all = block.forward(x);
      Mamba.State state = block.start(2);
      for (int i = 0; i < 9; i++) {
        Mamba.Step step = block.step(x.select(1, i), state);
        state = step.state();
        assertThat(step.output().sub(all.select(1, i)).abs().max().item()).isLessThan(1e-12);
      }
    }
  }

  @Test
  void aBlockOfBothDirectionsSeesAllSteps() {
    try (BidirectionalMamba block =
            new BidirectionalMamba(
                new BidirectionalMamba.Config(4, 3, 3, 2, DtRank.AUTO), new Rng(SEED));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(SEED).normal(1, 7, 4).requiresGrad_(true);
      block.forward(x).select(1, 3).sum().backward();
      for (float gradient : x.grad().abs().sum(2).toFloats()) {
        assertThat(gradient).isPositive();
      }
    }
  }

  @Test
  void theFirstStepSizesSpreadOverTwoOrdersOfMagnitude() {
    try (Scope scope = Scope.open()) {
      double[] steps =
          MambaInit.stepBias(new Rng(SEED), 4, 500).softplus().flatten(0, 1).toDoubles();
      double[] sorted = Arrays.stream(steps).sorted().toArray();
      assertThat(sorted[0]).isBetween(0.00099, 0.002);
      assertThat(sorted[1000]).isBetween(0.007, 0.014); // the geometric middle
      assertThat(sorted[1999]).isBetween(0.05, 0.101);
    }
  }

  @Test
  void aStackBeginsAsAResidualNetwork() {
    try (FeatureStack stack = new FeatureStack(new FeatureStack.Config(3, 5), new Rng(SEED));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(SEED).normal(2, 4, 5);
      Tensor y = x;
      for (int block = 0; block < 3; block++) {
        y = y.add(part(stack, "token", block, y));
        y = y.add(part(stack, "channel", block, y));
      }
      assertThat(stack.forward(x).sub(y).abs().max().item()).isLessThan(1e-5);
    }
  }

  private static Tensor part(FeatureStack stack, String kind, int block, Tensor x) {
    var parts = stack.children();
    var norms = (Layers<?>) parts.get(kind + "_norms");
    UnaryLayer mixer =
        kind.equals("token")
            ? stack.tokenMixers().get(block)
            : (UnaryLayer) ((Layers<?>) parts.get("channel_mixers")).get(block);
    return mixer.forward(((UnaryLayer) norms.get(block)).forward(x));
  }

  @Test
  void frozenCoefficientsAreNoTrainedParameters() {
    try (FeatureStack stack = new FeatureStack(new FeatureStack.Config(2, 5), new Rng(SEED))) {
      stack.freezeCoefficients();
      assertThat(stack.parameters())
          .allSatisfy(
              (name, tensor) ->
                  assertThat(tensor.requiresGrad())
                      .as(name)
                      .isEqualTo(!name.matches("(alpha|beta|theta|gamma)\\..*")));
    }
  }

  @Test
  void mergingTheFourSequencesOfAMapGivesItFourTimes() {
    try (Scope scope = Scope.open()) {
      Tensor x = new Rng(SEED).normal(2, 3, 4, 5).to(DType.F64);
      Tensor merged = CrossScan.merge(CrossScan.scan(x), 4, 5);
      assertThat(merged.sub(x.flatten(2, 3).mul(4)).abs().max().item()).isLessThan(1e-14);
    }
  }

  @Test
  void stepMapsLieAsTheImageDoes() {
    try (Ss2d layer = new Ss2d(new Ss2d.Config(4, 2, 1, 1, DtRank.AUTO), new Rng(SEED));
        Scope scope = Scope.open()) {
      Tensor x = Tensor.zeros(1, 3, 5, 4);
      Tensor spot = x.copy();
      spot.select(1, 2).select(1, 1).fill_(5); // with a filter of one pixel only row 2, column 1
      Tensor change = layer.stepMaps(spot).sub(layer.stepMaps(x)).abs(); // [1, 4, 3, 5]
      for (int k = 0; k < 4; k++) {
        Tensor map = change.select(1, k).get(0);
        assertThat(map.get(2).get(1).item()).isPositive();
        assertThat(map.sum().item()).isEqualTo(map.get(2).get(1).item());
      }
    }
  }

  @Test
  void isMadeForOtherImagesAndClasses() {
    try (ImageModel model =
            Vision.create("vim2_xs", options -> options.classes(5).channels(1).size(16, 24));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(SEED).normal(2, 1, 16, 24)).shape()).containsExactly(2, 5);
      model.resetClassifier(3, new Rng(SEED));
      assertThat(model.forward(new Rng(SEED).normal(2, 1, 16, 24)).shape()).containsExactly(2, 3);
      assertThatThrownBy(() -> model.forward(Tensor.zeros(2, 1, 24, 16)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expects images [B, 1, 16, 24], got [2, 1, 24, 16]");
    }
    assertThatThrownBy(() -> Vision.create("vim2_224", options -> options.size(48)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("images of 48x48")
        .hasMessageContaining("multiples of 32");
  }

  @Test
  void readsRanksAndRefusesOthers() throws IOException {
    ObjectMapper json = new ObjectMapper();
    MambaConfig read =
        Configs.read(
            MambaConfig.class, json.readTree("{\"d_model\": 33, \"dt_rank\": \"auto\"}"), "x");
    assertThat(read).isEqualTo(new MambaConfig(33, 16, 4, 2, DtRank.AUTO, false));
    assertThat(read.rank()).isEqualTo(3);
    assertThat(Configs.toJson(read).get("dt_rank").asText()).isEqualTo("auto");
    assertThatThrownBy(
            () ->
                Configs.read(
                    MambaConfig.class, json.readTree("{\"d_model\": 6, \"dt_rank\": 0}"), "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dt_rank is at least 1, or \"auto\"; got 0");
    assertThatThrownBy(() -> new Ss2d.Config(6, 4, 4, 2, DtRank.AUTO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("d_conv must be odd");
    assertThatThrownBy(() -> new MambaConfig(2, 4, 4, 0.25, DtRank.AUTO, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 0.25 x 2");
  }

  @Test
  void aForecasterNeedsTheCovariatesItWasMadeFor() {
    try (SeriesMambaMixer plain =
            new SeriesMambaMixer(
                new SeriesMambaMixer.Config(12, 5, 4, 1, 3, 3, 2, 1, true, 0, 0), new Rng(SEED));
        SeriesMambaMixer full =
            new SeriesMambaMixer(
                new SeriesMambaMixer.Config(12, 5, 4, 1, 3, 3, 2, 1, true, 2, 3), new Rng(SEED));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(SEED).normal(2, 12, 4);
      Tensor known = Tensor.zeros(2, 5, 2);
      assertThat(plain.forward(x, null, null).shape()).containsExactly(2, 5, 4);
      assertThat(full.forward(x, known, Tensor.zeros(2, 3)).shape()).containsExactly(2, 5, 4);
      assertThatThrownBy(() -> plain.forward(x, known, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("without covariates 'future', got [2, 5, 2]");
      assertThatThrownBy(() -> full.forward(x, known, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expects static of shape [B, 3], got none");
      assertThatThrownBy(() -> plain.forward(Tensor.zeros(2, 10, 4), null, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expects x of shape [B, 12, 4], got [2, 10, 4]");
    }
  }

  @Test
  void aForecastFollowsTheLevelAndScaleOfItsHistory() {
    try (SeriesMambaMixer model =
            new SeriesMambaMixer(
                new SeriesMambaMixer.Config(12, 5, 4, 2, 3, 3, 2, 1, true, 0, 0), new Rng(SEED));
        Scope scope = Scope.open()) {
      model.to(DType.F64);
      Tensor x = new Rng(SEED).normal(2, 12, 4).to(DType.F64).mul(10.0);
      Tensor moved = model.forward(x.mul(3.0).add(100.0), null, null);
      Tensor expected = model.forward(x, null, null).mul(3.0).add(100.0);
      assertThat(moved.sub(expected).abs().max().item()).isLessThan(1e-4);
    }
  }
}
