package dev.melange.papers.seminmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.gpt.GptConfig;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteeringTrialsTest {
  private static final long SEED = 5;
  private static final int VOCABULARY = 7;

  @Test
  void reachesTheDivergenceAndScoresTheConcept() {
    System.out.println("seed " + SEED);
    try (Scope scope = Scope.open();
        Gpt model = new Gpt(GptConfig.of(VOCABULARY, 8, 16, 2, 2), new Rng(SEED))) {
      // Larger weights, so that steering changes the predictions.
      model.parameters().values().forEach(p -> Autograd.noGrad(() -> p.mul_(6)));
      model.to(DType.F64);
      Tensor prompts = Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 0}, 2, 4);
      Tensor random = new Rng(SEED).normal(12, 64).to(DType.F64);
      Tensor directions = random.div(random.normKeep(2, 1));
      Tensor marginal = Tensor.full(1.0 / VOCABULARY, VOCABULARY).to(DType.F64);
      Tensor concept = Tensor.of(new double[] {0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, VOCABULARY);
      NextTokens tokens = new NextTokens(concept, marginal);
      SteeringTrials trials =
          new SteeringTrials(
              model, 0, Steering.Location.MLP_ACT, prompts, List.of(0.05, 1e6), 1000);
      List<SteeringTrials.Outcome> outcomes =
          trials.run(directions, Collections.nCopies(12, tokens));
      assertThat(outcomes).hasSize(12);
      for (int k = 0; k < 12; k++) {
        SteeringTrials.Outcome outcome = outcomes.get(k);
        assertThat(outcome.divergences()[0]).isCloseTo(0.05, within(5e-3));
        assertThat(outcome.alphas()[1]).as("a divergence out of reach").isNaN();
        // the same by steering alone, which divides the direction by its length plus 1e-8
        Steering steering =
            new Steering(
                0, Steering.Location.MLP_ACT, directions.get(k), outcome.alphas()[0], false);
        double score = 0;
        double divergence = 0;
        for (int p = 0; p < 2; p++) {
          Tensor ids = prompts.get(p).unsqueeze(0);
          Tensor base = Steering.next(model, ids);
          Tensor steered = steering.steered(model, ids);
          divergence += Steering.divergence(base, steered).item() / 2;
          score += (tokens.lift(steered.softmax(-1)) - tokens.lift(base.softmax(-1))) / 2;
        }
        assertThat(outcome.divergences()[0]).isCloseTo(divergence, within(1e-7));
        assertThat(outcome.scores()[0]).isCloseTo(score, within(1e-7));
      }
    }
  }

  @Test
  void autoencoderRebuildsWhatItsFeaturesSay() {
    System.out.println("seed " + SEED);
    try (Scope scope = Scope.open();
        SparseAutoencoder sae =
            new SparseAutoencoder(new Rng(SEED).normal(6), 4, new Rng(SEED + 1))) {
      Tensor x = new Rng(SEED + 2).normal(5, 6);
      Tensor f = sae.encode(x);
      assertThat(f.shape()).containsExactly(5, 4);
      assertThat(f.min().item()).isNotNegative();
      assertThat(sae.directions().norm(2, 1).toDoubles())
          .containsExactly(new double[] {1, 1, 1, 1}, within(1e-6));
      double error = sae.decode(f).sub(x).square().sum().item() / 5;
      double sum = f.sum().item() / 5;
      assertThat(sae.loss(x, 0.3).item()).isCloseTo(error + 0.3 * sum, within(1e-4));
      assertThat(sae.parameters().keySet())
          .containsExactlyInAnyOrder("W_enc", "b_enc", "W_dec", "b_dec");
    }
  }
}
