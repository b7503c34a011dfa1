package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
  @Test
  void dominatedPointsAreLeftOut() {
    ParetoFront front = ParetoFront.of(new double[] {3, 1, 2, 2, 4}, new double[] {5, 1, 4, 3, 5});
    assertThat(front.indices()).containsExactly(1, 2, 0);
    assertThat(front.cost()).containsExactly(1, 2, 3);
    assertThat(front.gain()).containsExactly(1, 4, 5);
  }

  @Test
  void tellsWhatABudgetBuys() {
    ParetoFront front = ParetoFront.of(new double[] {1, 2}, new double[] {10, 20});
    assertThat(front.within(0.5)).isEmpty();
    assertThat(front.within(1.5)).hasValue(10);
    assertThat(front.within(2)).hasValue(20);
    assertThat(ParetoFront.of(new double[0], new double[0]).within(9)).isEmpty();
  }

  @Test
  void noPointDominatesOneOfTheFrontAndEveryOtherPointIsDominated() {
    long seed = 7;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    double[] cost = random.doubles(60).map(x -> Math.floor(x * 12)).toArray();
    double[] gain = random.doubles(60).map(x -> Math.floor(x * 12)).toArray();
    ParetoFront front = ParetoFront.of(cost, gain);
    for (int i = 0; i < cost.length; i++) {
      boolean equal = false;
      boolean dominated = false;
      for (int j = 0; j < front.cost().length; j++) {
        boolean same = front.cost()[j] == cost[i] && front.gain()[j] == gain[i];
        equal |= same;
        dominated |= !same && front.cost()[j] <= cost[i] && front.gain()[j] >= gain[i];
      }
      assertThat(equal).as("point %d", i).isNotEqualTo(dominated);
    }
  }

  @Test
  void refusesPointsWithoutNumbers() {
    assertThatThrownBy(() -> ParetoFront.of(new double[2], new double[1]))
        .hasMessageContaining("2 costs and 1 gains");
    assertThatThrownBy(() -> ParetoFront.of(new double[1], new double[] {Double.NaN}))
        .hasMessageContaining("point 0 has cost 0.0 and gain NaN");
  }
}
