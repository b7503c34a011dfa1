package dev.melange.papers.tsmixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.distribution.discrete.PascalDistribution;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TsMixerPartsTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static PatchMask.Config mask(String... keys) {
    Map<String, String> changes = new java.util.LinkedHashMap<>();
    for (String key : keys) {
      changes.put(key.split("=")[0], key.split("=")[1]);
    }
    return Configs.with(Configs.defaults(PatchMask.Config.class), changes);
  }

  @ParameterizedTest
  @CsvSource({"10, 0.7, 3", "6, 0.4, 3", "4, 0, 4", "5, 0.99, 0"})
  void randomMasksKeepTheirShare(int patches, double ratio, int kept) {
    PatchMask made =
        PatchMask.of(mask("random_mask_ratio=" + ratio), Tensor.ones(3, 2, patches, 2), new Rng(1));
    assertThat(made.mask().sum(-1).toFloats()).containsOnly(patches - kept);
  }

  @Test
  void channelsHideTheSamePatchesIfTold() {
    Tensor patches = Tensor.ones(2, 4, 12, 3);
    Tensor consistent = PatchMask.of(mask(), patches, new Rng(1)).mask();
    assertThat(consistent.select(1, 0).toFloats()).isEqualTo(consistent.select(1, 3).toFloats());
    Tensor own = PatchMask.of(mask("channel_consistent_masking=false"), patches, new Rng(1)).mask();
    assertThat(own.select(1, 0).toFloats()).isNotEqualTo(own.select(1, 3).toFloats());
  }

  @Test
  void theLastPatchesAreHiddenInTheGivenShares() {
    PatchMask.Config config = mask("mask_type=forecast", "num_forecast_mask_patches=[3,1]");
    PatchMask made = PatchMask.of(config, Tensor.ones(5, 1, 6, 2), new Rng(1));
    float[] hidden = made.mask().sum(-1).flatten(0, 1).toFloats();
    Arrays.sort(hidden);
    assertThat(hidden).containsExactly(1, 1, 3, 3, 3);
    assertThat(made.mask().select(2, 5).toFloats()).containsOnly(1);
    assertThat(made.masked().sum().item()).isEqualTo(2 * (30 - 11), within(1e-6));
    PatchMask.Config number =
        new PatchMask.Config("forecast", 0.5, true, IntNode.valueOf(2), List.of(), 0);
    assertThat(PatchMask.of(number, Tensor.ones(2, 1, 6, 2), new Rng(1)).mask().sum().item())
        .isEqualTo(4);
  }

  @Test
  void refusesMasksOfNoOrAllPatches() {
    for (String patches : List.of("[6]", "[0]")) {
      PatchMask.Config config = mask("mask_type=forecast", "num_forecast_mask_patches=" + patches);
      assertThatThrownBy(() -> PatchMask.of(config, Tensor.ones(2, 1, 6, 2), new Rng(1)))
          .hasMessageContaining("lies between 1 and 5 for 6 patches");
    }
    PatchMask.Config text =
        new PatchMask.Config(
            "forecast", 0.5, true, JsonNodeFactory.instance.textNode("two"), null, 0);
    assertThatThrownBy(() -> PatchMask.of(text, Tensor.ones(2, 1, 6, 2), new Rng(1)))
        .hasMessageContaining("a number or a list of them, got \"two\"");
    assertThatThrownBy(() -> mask("random_mask_ratio=1")).hasMessageContaining("[0, 1), got 1.0");
  }

  private static Tensor one(double value) {
    return Tensor.of(new double[] {value}, 1, 1, 1);
  }

  @Test
  void likelihoodsAreThoseOfTheDistributions() {
    double student =
        DistributionOutput.STUDENT_T
            .nll(new Tensor[] {one(4), one(0.5), one(2)}, one(10), one(3), one(14.5))
            .item();
    double z = ((14.5 - 10) / 3 - 0.5) / 2;
    assertThat(student)
        .isCloseTo(-new TDistribution(4).logDensity(z) + Math.log(2) + Math.log(3), within(1e-10));
    double logits = 0.3;
    double success = 1 / (1 + Math.exp(-logits));
    double counts =
        DistributionOutput.NEGATIVE_BINOMIAL
            .nll(new Tensor[] {one(5), one(logits)}, null, null, one(7))
            .item();
    assertThat(counts)
        .isCloseTo(-new PascalDistribution(5, 1 - success).logProbability(7), within(1e-10));
  }

  @Test
  void noFailuresAndNoCountHaveALikelihood() {
    double nll =
        DistributionOutput.NEGATIVE_BINOMIAL
            .nll(new Tensor[] {one(0), one(1)}, null, null, one(0))
            .item();
    assertThat(nll).isZero();
  }

  @ParameterizedTest
  @EnumSource(DistributionOutput.class)
  void samplesHaveTheMeanOfTheirDistribution(DistributionOutput distribution) {
    long seed = 17;
    System.out.println("seed " + seed);
    Tensor[] raw =
        distribution.parameters().stream()
            .map(name -> Tensor.full(name.equals("logits") ? -0.5 : 3.0, 1, 2, 1).to(DType.F64))
            .toArray(Tensor[]::new);
    Tensor loc = one(100);
    Tensor scale = one(4);
    Tensor[] parameters = distribution.scaled(distribution.domain(raw), scale);
    Tensor drawn = distribution.sample(parameters, loc, scale, 20_000, new Rng(seed));
    assertThat(drawn.shape()).containsExactly(1, 20_000, 2, 1);
    double mean = distribution.mean(parameters, loc, scale).flatten(0, -1).toDoubles()[0];
    assertThat(drawn.mean().item()).isCloseTo(mean, within(0.02 * Math.abs(mean)));
  }

  @Test
  void aReconciliationLooksAsFarAsItsContext() {
    try (CrossChannelReconciliation layer =
        new CrossChannelReconciliation(new CrossChannelReconciliation.Config(2, 1), new Rng(1))) {
      Tensor x = new Rng(2).normal(1, 9, 2);
      double[] bump = new double[18];
      bump[2 * 4] = 1; // step 4 of the first channel
      Tensor y = layer.forward(x);
      Tensor other = layer.forward(x.add(Tensor.of(bump, 1, 9, 2).to(DType.F32)));
      float[] change = other.sub(y).select(2, 1).flatten(0, 1).toFloats();
      for (int step = 0; step < 9; step++) {
        assertThat(change[step] != 0).as("step %d", step).isEqualTo(Math.abs(step - 4) <= 1);
      }
      assertThatThrownBy(() -> layer.forward(Tensor.zeros(1, 9, 3)))
          .hasMessageContaining("forecasts [B, H, 2], got [1, 9, 3]");
    }
    assertThat(parameters(new CrossChannelReconciliation.Config(7, 2)))
        .isEqualTo(35 * 35 + 35 + 7 * 35 + 7);
  }

  private static long parameters(CrossChannelReconciliation.Config config) {
    try (CrossChannelReconciliation layer = new CrossChannelReconciliation(config, new Rng(1))) {
      return layer.parameterCount();
    }
  }

  @Test
  void consistentForecastsCostNothingMore() {
    Tensor target = new Rng(1).normal(2, 12, 3);
    Tensor sums = HierarchicalReconciliation.sums(target, 3);
    assertThat(sums.shape()).containsExactly(2, 4, 3);
    assertThat(HierarchicalReconciliation.of(3, target, target, sums).loss().item()).isZero();
    HierarchicalReconciliation apart =
        HierarchicalReconciliation.of(3, target.add(1), target, sums);
    assertThat(apart.granular().item()).isCloseTo(1, within(1e-5));
    assertThat(apart.aggregate().item()).isZero();
    assertThat(apart.consistency().item()).isCloseTo(1, within(1e-5));
    assertThatThrownBy(() -> HierarchicalReconciliation.of(5, target, target, sums))
        .hasMessageContaining("must divide the horizon 12, got 5");
    assertThatThrownBy(() -> new HierarchicalForecastHead.Config(4, 8, 12, 7))
        .hasMessageContaining("must divide the horizon 12, got 7");
  }
}
