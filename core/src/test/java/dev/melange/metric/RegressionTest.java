package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class RegressionTest {
  private static final double[] PREDICTION = {1.5, 2, -1, 0, 4};
  private static final double[] TARGET = {1, 2.5, -2, 0, 5};

  @Test
  void matchesNumpy() {
    // mean((f-g)**2), mean(abs(f-g)), sqrt, 1 - ss_res/ss_tot in NumPy.
    assertThat(Regression.mse(PREDICTION, TARGET)).isEqualTo(0.5);
    assertThat(Regression.mae(PREDICTION, TARGET)).isCloseTo(0.6, within(1e-15));
    assertThat(Regression.rmse(PREDICTION, TARGET)).isCloseTo(0.7071067811865476, within(1e-15));
    assertThat(Regression.r2(PREDICTION, TARGET)).isCloseTo(0.9100719424460432, within(1e-14));
    assertThat(Regression.mse(new float[] {1}, new float[] {3})).isEqualTo(4);
    assertThat(Regression.mae(new float[] {1}, new float[] {3})).isEqualTo(2);
  }

  @RepeatedTest(10)
  void r2IsOneForTheTruthAndZeroForTheMean() {
    double[] target = new RandomData().normal(30);
    double[] mean = new double[30];
    Arrays.fill(mean, Summary.of(target).mean());
    assertThat(Regression.r2(target, target)).isEqualTo(1);
    assertThat(Regression.r2(mean, target)).isCloseTo(0, within(1e-12));
  }

  @Test
  void correlationsMatchScipy() {
    // scipy.stats.pearsonr, spearmanr and rankdata.
    double[] x = {1, 2, 2, 4, 7, -3.5, 0};
    double[] y = {2.5, 1, 3, 3, 9, -8, 1};
    assertThat(Correlation.pearson(x, y)).isCloseTo(0.9419703373272225, within(1e-14));
    assertThat(Correlation.spearman(x, y)).isCloseTo(0.8807710121010887, within(1e-14));
    assertThat(Correlation.ranks(x)).containsExactly(3, 4.5, 4.5, 6, 7, 1, 2);
  }

  @RepeatedTest(10)
  void spearmanIgnoresMonotoneMapsAndPearsonLinearOnes() {
    RandomData random = new RandomData();
    double[] x = random.normal(40);
    double[] y = random.normal(40);
    double[] cubed = Arrays.stream(x).map(v -> v * v * v).toArray();
    double[] linear = Arrays.stream(x).map(v -> -2 * v + 3).toArray();
    assertThat(Correlation.spearman(cubed, y)).isCloseTo(Correlation.spearman(x, y), within(1e-12));
    assertThat(Correlation.pearson(linear, y)).isCloseTo(-Correlation.pearson(x, y), within(1e-12));
    assertThat(Correlation.pearson(x, y)).isEqualTo(Correlation.pearson(y, x));
    assertThat(Correlation.pearson(x, x)).isCloseTo(1, within(1e-12));
  }

  @Test
  void refusesConstantsLengthsAndNonFinite() {
    assertThatThrownBy(() -> Regression.r2(TARGET, new double[] {3, 3, 3, 3, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("target is constant at 3.0; R2 is undefined");
    assertThatThrownBy(() -> Correlation.pearson(new double[] {1, 1}, new double[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x is constant");
    assertThatThrownBy(() -> Regression.mse(new double[2], new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("target has 3 values, expected 2 as in prediction");
    assertThatThrownBy(() -> Regression.mae(new double[] {Double.POSITIVE_INFINITY}, new double[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prediction[0] is Infinity");
    assertThatThrownBy(() -> Regression.mse(new double[0], new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prediction is empty");
  }
}
