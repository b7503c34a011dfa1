package dev.melange.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PuzzleMixTest {
  private static final long SEED = 7;

  @ParameterizedTest
  @CsvSource({"2, 2, 50", "2, 5, 50", "3, 3, 50", "4, 3, 30", "5, 2, 20"})
  void theCutIsTheLeastEnergyOfAllLabellings(int side, int labels, int grids) {
    Rng rng = new Rng(SEED).fork(side, labels);
    long[] unary = numbers(rng, grids * side * side * labels, -500, 1500);
    long[] v = numbers(rng, grids * side * (side - 1), 0, 400);
    long[] h = numbers(rng, grids * side * (side - 1), 0, 400);
    try (Scope scope = Scope.open()) {
      PuzzleSolution solution =
          PuzzleSolution.of(
              Tensor.of(unary, grids, side, side, labels),
              squares(labels),
              Tensor.of(v, grids, side - 1, side),
              Tensor.of(h, grids, side, side - 1));
      double[] energy = solution.energy().toDoubles();
      for (int i = 0; i < grids; i++) {
        assertThat(energy[i])
            .as("grid %d, seed %d", i, SEED)
            .isCloseTo(leastByRows(unary, v, h, side, labels, i), within(1e-6));
      }
    }
  }

  @Test
  void strongNeighboursMakeOneLabel() {
    try (Scope scope = Scope.open()) {
      long[] unary = numbers(new Rng(SEED), 16 * 16 * 3, 0, 100);
      long[] edges = new long[16 * 15];
      Arrays.fill(edges, 1_000_000);
      Tensor mask =
          PuzzleSolution.of(
                  Tensor.of(unary, 1, 16, 16, 3),
                  squares(3),
                  Tensor.of(edges, 1, 15, 16),
                  Tensor.of(edges, 1, 16, 15))
              .mask();
      assertThat(mask.max().item()).isEqualTo(mask.min().item());
    }
  }

  @Test
  void refusesNegativeNeighbourWeights() {
    try (Scope scope = Scope.open()) {
      Tensor edges = Tensor.of(new long[] {1, -3}, 1, 1, 2);
      assertThatThrownBy(
              () ->
                  PuzzleSolution.of(
                      Tensor.of(new long[8], 1, 2, 2, 2),
                      squares(2),
                      edges,
                      edges.reshape(1, 2, 1)))
          .hasMessageContaining("not negative, got -3");
    }
  }

  @Test
  void refusesOtherLabelCosts() {
    try (Scope scope = Scope.open()) {
      Tensor edges = Tensor.of(new long[2], 1, 1, 2);
      assertThatThrownBy(
              () ->
                  PuzzleSolution.of(
                      Tensor.of(new long[8], 1, 2, 2, 2),
                      Tensor.of(new double[] {0, 2, 2, 0}, 2, 2),
                      edges,
                      edges.reshape(1, 2, 1)))
          .hasMessageContaining("label costs");
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 0.8", "4, 0.8", "8, 0.1", "8, 3"})
  void thePlansAreThoseOfTheDenseProcedure(int tiles, double eps) {
    try (Scope scope = Scope.open()) {
      Rng rng = new Rng(SEED).fork(tiles);
      int n = 8;
      Tensor image = rng.uniform(n, 3, 32, 32);
      Tensor saliency = rng.uniform(n, 32, 32).pow(6);
      Tensor mask =
          rng.bernoulli(0.4, n, 1, tiles, tiles).add(rng.bernoulli(0.4, n, 1, tiles, tiles)).div(2);
      PuzzleTransport moved =
          PuzzleTransport.of(image, image.flip(0), saliency, saliency.flip(0), mask, -1, eps);
      double[] shares = PuzzleEnergy.shares(saliency, tiles).toDoubles();
      double[] shown = mask.toDoubles();
      int cells = tiles * tiles;
      for (int i = 0; i < n; i++) {
        assertThat(moved.planA()[i])
            .as("image %d, seed %d", i, SEED)
            .isEqualTo(
                densePlan(
                    Arrays.copyOfRange(shown, i * cells, (i + 1) * cells),
                    Arrays.copyOfRange(shares, i * cells, (i + 1) * cells),
                    tiles,
                    eps));
      }
    }
  }

  /** The procedure as it is defined, with whole matrices. */
  private static int[] densePlan(double[] mask, double[] saliency, int tiles, double eps) {
    int cells = tiles * tiles;
    double[][] cost = new double[cells][cells];
    for (int m = 0; m < cells; m++) {
      for (int n = 0; n < cells; n++) {
        int dy = m / tiles - n / tiles;
        int dx = m % tiles - n % tiles;
        double distance = (dy * dy + dx * dx) / ((tiles - 1.0) * (tiles - 1.0));
        cost[m][n] = eps * distance - saliency[m] * (mask[n] > 0 ? 1 : 0);
      }
    }
    int[] source = new int[cells];
    for (int round = 0; round < tiles; round++) {
      boolean[][] plan = new boolean[cells][cells];
      for (int m = 0; m < cells; m++) {
        int best = 0;
        for (int n = 1; n < cells; n++) {
          best = cost[m][n] < cost[m][best] ? n : best;
        }
        plan[m][best] = true;
      }
      for (int n = 0; n < cells; n++) {
        int best = 0;
        for (int m = 1; m < cells; m++) {
          double value = plan[m][n] ? cost[m][n] : 0;
          best = value < (plan[best][n] ? cost[best][n] : 0) ? m : best;
        }
        source[n] = plan[best][n] ? best : -1;
        for (int m = 0; m < cells; m++) {
          cost[m][n] += plan[m][n] && m != source[n] ? 1 : 0;
        }
      }
    }
    return source;
  }

  @Test
  void aPatchGoesToOnePlaceAndAPlaceTakesOnePatch() {
    try (Scope scope = Scope.open()) {
      Rng rng = new Rng(SEED);
      Tensor image = rng.uniform(6, 3, 32, 32);
      Tensor saliency = rng.uniform(6, 32, 32);
      Tensor mask = rng.bernoulli(0.5, 6, 1, 8, 8);
      PuzzleTransport moved =
          PuzzleTransport.of(image, image.flip(0), saliency, saliency.flip(0), mask, 2, 0.8);
      for (int[] plan : moved.planA()) {
        Set<Integer> used = new HashSet<>();
        for (int source : plan) {
          assertThat(source == -1 || used.add(source)).as(Arrays.toString(plan)).isTrue();
        }
      }
    }
  }

  @Test
  void withoutSaliencyTheImagesStayWhereTheMaskShowsThem() {
    try (Scope scope = Scope.open()) {
      Rng rng = new Rng(SEED);
      Tensor image = rng.uniform(2, 3, 16, 16);
      Tensor partner = rng.uniform(2, 3, 16, 16);
      Tensor flat = Tensor.ones(2, 16, 16);
      Tensor mask = Tensor.ones(2, 1, 4, 4);
      // a mask of ones shows the whole first image; moving costs more than it gains
      PuzzleTransport moved = PuzzleTransport.of(image, partner, flat, flat, mask, -1, 0.8);
      assertThat(moved.image().sub(image).abs().max().item()).isZero();
      assertThat(moved.lam().toDoubles()).containsExactly(1, 1);
    }
  }

  @Test
  void anEvenImageHasNoSaliency() {
    try (Scope scope = Scope.open()) {
      Tensor saliency = FineGrainedSaliency.of(Tensor.full(90, 2, 3, 20, 30));
      assertThat(saliency.abs().max().item()).isZero();
    }
  }

  @Test
  void aBrightSpotIsMoreSalientThanItsFarSurroundings() {
    try (Scope scope = Scope.open()) {
      Tensor image = Tensor.full(20, 1, 1, 40, 40);
      image.slice(2, 10, 15).slice(3, 25, 30).fill_(230);
      Tensor saliency = FineGrainedSaliency.of(image).get(0);
      assertThat(saliency.get(12).get(27).item()).isEqualTo(1);
      assertThat(saliency.get(39).get(0).item()).isLessThan(0.5);
    }
  }

  private static Tensor squares(int labels) {
    double[] cost = new double[labels * labels];
    for (int i = 0; i < cost.length; i++) {
      cost[i] = Math.pow((i / labels - i % labels) / (labels - 1.0), 2);
    }
    return Tensor.of(cost, labels, labels);
  }

  private static long[] numbers(Rng rng, int n, int low, int high) {
    long[] numbers = new long[n];
    for (int i = 0; i < n; i++) {
      numbers[i] = low + rng.nextInt(high - low);
    }
    return numbers;
  }

  /** The minimum by dynamic programming over all labellings of a row, the slow reference. */
  private static double leastByRows(
      long[] unary, long[] v, long[] h, int side, int labels, int grid) {
    int states = (int) Math.pow(labels, side);
    double scale = (labels - 1.0) * (labels - 1.0);
    double[] best = new double[states];
    for (int y = 0; y < side; y++) {
      double[] next = new double[states];
      for (int s = 0; s < states; s++) {
        double own = 0;
        for (int x = 0; x < side; x++) {
          own += unary[((grid * side + y) * side + x) * labels + digit(s, x, labels)];
          if (x + 1 < side) {
            double d = digit(s, x, labels) - digit(s, x + 1, labels);
            own += h[(grid * side + y) * (side - 1) + x] * d * d / scale;
          }
        }
        double least = y == 0 ? 0 : Double.POSITIVE_INFINITY;
        for (int r = 0; y > 0 && r < states; r++) {
          double cost = best[r];
          for (int x = 0; x < side; x++) {
            double d = digit(r, x, labels) - digit(s, x, labels);
            cost += v[(grid * (side - 1) + y - 1) * side + x] * d * d / scale;
          }
          least = Math.min(least, cost);
        }
        next[s] = own + least;
      }
      best = next;
    }
    return Arrays.stream(best).min().orElseThrow();
  }

  private static int digit(int state, int x, int labels) {
    return state / (int) Math.pow(labels, x) % labels;
  }
}
