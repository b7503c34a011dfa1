package dev.melange.papers.raftmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.mix.Box;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CutMixupTest {
  private static final long SEED = 5;

  private static TensorBatch batch() {
    return TensorBatch.of(
        Map.of(
            "image", new Rng(SEED).normal(6, 3, 8, 10),
            "label", Tensor.of(new long[] {0, 1, 2, 3, 3, 1}, 6)));
  }

  @Test
  void theLossIsThatOfTheFourLabels() {
    try (Scope scope = Scope.open()) {
      Rng rng = new Rng(SEED);
      CutMixup.Draws draws = new CutMixup(1, 1, 0.8).draw(6, 8, 10, rng);
      Tensor y = batch().get("label");
      Tensor logits = rng.normal(6, 4).to(DType.F64);
      Tensor targets = CutMixup.targets(y, draws, 4, DType.F64);
      double m = draws.mixupLambda().item();
      double c = draws.cutmixLambda().item();
      Tensor partner = y.indexSelect(0, draws.mixupIndex());
      double expected =
          c * (m * of(logits, y) + (1 - m) * of(logits, partner))
              + (1 - c)
                  * (m * of(logits, y.indexSelect(0, draws.cutmixIndex()))
                      + (1 - m) * of(logits, partner.indexSelect(0, draws.cutmixIndex())));
      assertThat(CutMixup.loss(logits, targets, 0.1).item()).isCloseTo(expected, within(1e-12));
    }
  }

  private static double of(Tensor logits, Tensor labels) {
    return Losses.crossEntropy(logits, labels, 0.1).item();
  }

  @Test
  void mixesABatchInPlaceOfItself() {
    try (Scope scope = Scope.open()) {
      TensorBatch mixed = new CutMixup(1, 1, 0.8).apply(batch(), 4, new Rng(1));
      assertThat(mixed.get("image").shape()).containsExactly(6, 3, 8, 10);
      assertThat(mixed.get("target").shape()).containsExactly(6, 4);
      for (double sum : mixed.get("target").sum(1).toDoubles()) {
        assertThat(sum).isCloseTo(1, within(1e-6));
      }
      TensorBatch again = new CutMixup(1, 1, 0.8).apply(batch(), 4, new Rng(1));
      assertThat(again.get("image").toFloats()).isEqualTo(mixed.get("image").toFloats());
    }
  }

  @Test
  void neitherPartLeavesTheBatchAsItIs() {
    try (Scope scope = Scope.open()) {
      TensorBatch same = new CutMixup(0, 0, 0.8).apply(batch(), 4, new Rng(1));
      assertThat(same.get("image").toFloats()).isEqualTo(batch().get("image").toFloats());
      assertThat(same.get("target").argmax(1).toLongs()).containsExactly(0, 1, 2, 3, 3, 1);
    }
  }

  @Test
  void boxesLieInsideAndHaveTheWantedArea() {
    Rng rng = new Rng(SEED);
    for (int i = 0; i < 500; i++) {
      double lambda = i < 2 ? i : rng.nextDouble();
      Box box = CutMixup.box(8, 10, lambda, rng);
      assertThat(box.top()).isNotNegative();
      assertThat(box.left()).isNotNegative();
      assertThat(box.bottom()).isLessThanOrEqualTo(8);
      assertThat(box.right()).isLessThanOrEqualTo(10);
      assertThat(box.height()).isEqualTo((int) (8 * Math.sqrt(1 - lambda)));
      assertThat(box.width()).isEqualTo((int) (10 * Math.sqrt(1 - lambda)));
    }
  }

  @Test
  void refusesImpossibleNumbers() {
    assertThatThrownBy(() -> new CutMixup(1.5, 0, 1)).hasMessageContaining("lie in 0..1");
    assertThatThrownBy(() -> new CutMixup(1, 1, 0)).hasMessageContaining("alpha above 0, got 0.0");
  }
}
