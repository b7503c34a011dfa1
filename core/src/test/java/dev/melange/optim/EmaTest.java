package dev.melange.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.BatchNorm;
import dev.melange.tensor.DType;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmaTest {
  private Scope scope;
  private BatchNorm layer;
  private Sgd sgd;

  @BeforeEach
  void open() {
    scope = Scope.open();
    layer = new BatchNorm(2); // weight 1, bias 0
    layer.to(DType.F64);
    sgd = Sgd.of(ParameterGroup.all(layer, 0), Sgd.Config.withMomentum(0));
  }

  @AfterEach
  void close() {
    sgd.close();
    layer.close();
    scope.close();
  }

  @Test
  void averagesTheParameters() {
    try (Ema ema = new Ema(sgd, 0.9, false)) {
      double expected = 1;
      for (int k = 1; k <= 5; k++) {
        sgd.values().fill_(k * k);
        ema.update();
        expected = 0.9 * expected + (1 - 0.9) * k * k;
      }
      assertThat(ema.state().get("average").get(0).item()).isCloseTo(expected, within(1e-14));
      assertThat(ema.updates()).isEqualTo(5);
    }
  }

  @Test
  void forgetsTheFirstWeightsSoonWithWarmUp() {
    try (Ema ema = new Ema(sgd, 0.3, true)) {
      double expected = 1;
      double[] decays = {2.0 / 11, 3.0 / 12, 0.3, 0.3};
      for (int k = 0; k < decays.length; k++) {
        sgd.values().fill_(k);
        ema.update();
        expected = decays[k] * expected + (1 - decays[k]) * k;
      }
      assertThat(ema.state().get("average").get(0).item()).isCloseTo(expected, within(1e-14));
    }
  }

  @Test
  void takesADecayThatFollowsASchedule() {
    try (Ema ema = new Ema(sgd, 0.999, false)) {
      sgd.values().fill_(3);
      ema.update(0.5);
      assertThat(ema.state().get("average").get(0).item()).isEqualTo(2);
      assertThatThrownBy(() -> ema.update(1)).hasMessage("decay must lie in [0, 1), got 1.0");
    }
    assertThatThrownBy(() -> new Ema(sgd, -0.1, false)).hasMessageContaining("decay");
  }

  @Test
  void exchangesWeightsInPlaceAndBackBitByBitAndLeavesBuffersAlone() {
    try (Ema ema = new Ema(sgd, 0.9, false)) {
      layer.runningMean().fill_(7);
      sgd.values().fill_(0.1);
      ema.update();
      double[] average = ema.state().get("average").toDoubles();
      ema.swap();
      assertThat(ema.isSwapped()).isTrue();
      assertThat(layer.weight().toDoubles()).containsExactly(average[0], average[1]);
      assertThat(layer.runningMean().toDoubles()).containsOnly(7);
      ema.swap();
      assertThat(layer.weight().toDoubles()).containsOnly(0.1);
      assertThat(ema.state().get("average").toDoubles()).isEqualTo(average);
    }
  }

  @Test
  void refusesUpdatesAndSavingWhileSwapped() {
    try (Ema ema = new Ema(sgd, 0.9, false)) {
      ema.swap();
      assertThatThrownBy(ema::update)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("call swap() before");
      assertThatThrownBy(ema::state).isInstanceOf(IllegalStateException.class);
      assertThat(ema.updates()).isZero();
    }
  }

  @Test
  void continuesFromASavedState() {
    Map<String, Tensor> saved = new LinkedHashMap<>();
    try (Ema first = new Ema(sgd, 0.9, true);
        Ema second = new Ema(sgd, 0.9, true)) {
      sgd.values().fill_(3);
      first.update();
      first.state().forEach((name, tensor) -> saved.put(name, tensor.copy()));
      sgd.values().fill_(5);
      first.update();
      second.load(saved);
      second.update();
      assertThat(second.updates()).isEqualTo(2);
      assertThat(second.state().get("average").toDoubles())
          .isEqualTo(first.state().get("average").toDoubles());
      saved.remove("updates");
      assertThatThrownBy(() -> second.load(saved))
          .hasMessageContaining("the state of Ema consists of [average, updates], got [average]");
    }
  }

  @Test
  void freesWhatItHolds() {
    long before = Memory.liveHandles();
    for (int i = 0; i < 200; i++) {
      try (Ema ema = new Ema(sgd, 0.9, false)) {
        ema.update();
        ema.swap();
        ema.swap();
      }
    }
    assertThat(Memory.liveHandles()).isLessThanOrEqualTo(before);
  }
}
