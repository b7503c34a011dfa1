package dev.melange.papers.seminmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.gpt.GptConfig;
import dev.melange.papers.gpt.Hooks;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SteeringTest {
  private static final GptConfig TINY = GptConfig.of(11, 8, 12, 2, 3);
  private static final Tensor IDS = Tensor.of(new long[] {1, 2, 3, 4}, 1, 4);

  private static Gpt model(long seed) {
    Gpt model = new Gpt(TINY, new Rng(seed));
    model.to(DType.F64);
    Rng rng = new Rng(seed + 1);
    model.state().values().stream()
        .filter(tensor -> tensor.dim() == 2) // initial weights are too small to tell tokens apart
        .forEach(tensor -> rng.normal_(tensor.detach(), 0, 0.3));
    return model;
  }

  private static Tensor direction(long size) {
    return new Rng(3).normal(size).to(DType.F64);
  }

  @Test
  void movesEveryTokenByAlphaWhateverTheLengthOfTheDirection() {
    try (Scope scope = Scope.open();
        Gpt model = model(1)) {
      Steering steering =
          new Steering(1, Steering.Location.RESID_POST, direction(12).mul(50), 2.5, false);
      Hooks plain = Hooks.caching();
      model.forward(IDS, plain);
      Tensor[] seen = new Tensor[1];
      model.forward(IDS, steering.hooks().replace("resid_post.1", x -> seen[0] = x));
      Tensor moved = seen[0].sub(plain.cache().get("resid_post.1")).norm(2, 2);
      assertThat(moved.sub(2.5).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void replacingForgetsTheActivation() {
    try (Scope scope = Scope.open();
        Gpt model = model(2)) {
      Steering steering = new Steering(0, Steering.Location.MLP_ACT, direction(48), -3, true);
      Tensor[] seen = new Tensor[1];
      model.forward(IDS, steering.hooks().replace("mlp_post.0", x -> seen[0] = x));
      Tensor first = seen[0].get(0).get(0);
      assertThat(seen[0].sub(first).abs().max().item()).isZero();
      assertThat(first.norm().item()).isCloseTo(3, within(1e-6));
    }
  }

  @Test
  void foundAlphaReachesTheDivergence() {
    try (Scope scope = Scope.open();
        Gpt model = model(3)) {
      Steering steering = new Steering(1, Steering.Location.MLP_OUT, direction(12), 0, false);
      OptionalDouble alpha = steering.alphaFor(model, IDS, AlphaSearch.upTo(20), 0.1);
      assertThat(alpha).isPresent();
      Tensor steered = steering.withAlpha(alpha.getAsDouble()).steered(model, IDS);
      double reached = Steering.divergence(Steering.next(model, IDS), steered).item();
      assertThat(reached).isCloseTo(0.1, within(0.01));
    }
  }

  @Test
  void searchKeepsTheLastAlphaThatCameClose() {
    assertThat(AlphaSearch.PAPER.find(100, alpha -> alpha)).hasValueCloseTo(100.0, within(0.01));
    assertThat(AlphaSearch.PAPER.find(0.5, alpha -> alpha)).isEmpty();
    assertThat(AlphaSearch.upTo(10).find(0.5, alpha -> alpha)).hasValueCloseTo(0.5, within(0.01));
  }

  @Test
  void sameLogitsDoNotDiverge() {
    try (Scope scope = Scope.open()) {
      Tensor logits = Tensor.of(new double[] {1, 2, 3});
      assertThat(Steering.divergence(logits, logits).item()).isZero();
      assertThat(Steering.divergence(logits, logits.neg()).item()).isPositive();
    }
  }

  @Test
  void refusesDirectionsOfAnotherWidth() {
    try (Scope scope = Scope.open();
        Gpt model = model(4)) {
      Steering steering = new Steering(0, Steering.Location.MLP_ACT, direction(12), 1, false);
      assertThatThrownBy(() -> steering.steered(model, IDS))
          .hasMessageContaining("48")
          .hasMessageContaining("[12]");
    }
  }

  @Test
  void scoresFollowTheDefinitions() {
    assertThat(SteeringScore.presence(0.5, 1)).isEqualTo(1);
    assertThat(SteeringScore.presence(-1, 1)).isZero();
    assertThat(SteeringScore.presence(9, 1)).isEqualTo(2);
    assertThat(SteeringScore.presence(1, 0)).isZero();
    assertThat(SteeringScore.fluency(1, 2)).isEqualTo(2);
    assertThat(SteeringScore.fluency(2, 1)).isCloseTo(2 / Math.E, within(1e-12));
    assertThat(new SteeringScore(2, 1).harmonicMean()).isCloseTo(4.0 / 3, within(1e-12));
    assertThat(new SteeringScore(0, 2).harmonicMean()).isZero();
  }
}
