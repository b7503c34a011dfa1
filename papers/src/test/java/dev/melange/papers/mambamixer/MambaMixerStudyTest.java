package dev.melange.papers.mambamixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MambaMixerStudyTest {
  private static final MambaMixerSettings QUICK = MambaMixerSettings.of(Scale.QUICK);

  // the numbers of the check's specification
  @ParameterizedTest
  @CsvSource({
    "SELECTIVE, 39326",
    "FROZEN, 39326",
    "TOKEN_MLP, 39440",
    "CHANNEL_MLP, 39306",
    "NONE, 8094"
  })
  void networksHaveAboutAsManyParameters(ChannelMixing mixing, long parameters) {
    MambaMixerConfig config = QUICK.vision().network(1, 8, 10);
    try (MambaMixer model = mixing.create(config, new Rng(1));
        Scope scope = Scope.open()) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
      Tensor[] trained =
          model.parameters().values().stream().filter(Tensor::requiresGrad).toArray(Tensor[]::new);
      Tensor loss = model.forward(new Rng(1).normal(2, 1, 8, 8)).square().sum();
      assertThat(Autograd.grad(loss, trained)).doesNotContainNull();
    }
  }

  @Test
  void aBlockWithoutSelectionSeesNothingOfLaterSteps() {
    try (InvariantMamba block = new InvariantMamba(MambaConfig.of(6, 4, 3, 2), new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 9, 6);
      Tensor changed = x.copy();
      changed.narrow(1, 6, 3).fill_(2);
      assertThat(block.forward(x).shape()).containsExactly(2, 9, 6);
      assertThat(block.forward(changed).narrow(1, 0, 6).toFloats())
          .isEqualTo(block.forward(x).narrow(1, 0, 6).toFloats());
      Tensor[] weights = block.parameters().values().toArray(Tensor[]::new);
      assertThat(Autograd.grad(block.forward(x).square().sum(), weights)).doesNotContainNull();
    }
  }

  @Test
  void hiddenSymbolsAreThoseToBeNamedInOrder() {
    MambaMixerSettings.Copying task = QUICK.copying();
    try (Scope scope = Scope.open()) {
      var sequences = CopyNet.sequences(task, 50, new Rng(3));
      long[] tokens = sequences.get("tokens").toLongs();
      long[] labels = sequences.get("label").toLongs();
      int length = task.noise() + task.marked();
      for (int i = 0; i < 50; i++) {
        int from = i * length;
        List<Long> symbols =
            LongStream.range(from, from + task.noise())
                .map(at -> tokens[(int) at])
                .filter(token -> token < task.symbols())
                .boxed()
                .toList();
        List<Long> wanted =
            Arrays.stream(labels, i * task.marked(), (i + 1) * task.marked()).boxed().toList();
        assertThat(symbols).isEqualTo(wanted);
      }
    }
  }

  @Test
  void isAheadOnlyBeyondTheSpreadOfTheSeeds() {
    assertThat(ahead(new double[] {97, 98, 99}, new double[] {95, 96, 97}).verdict())
        .isEqualTo(Verdict.HOLDS);
    assertThat(ahead(new double[] {97, 98, 99}, new double[] {98, 96, 98}).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(ahead(new double[] {95, 96, 97}, new double[] {97, 98, 99}).verdict())
        .isEqualTo(Verdict.FAILS);
    Finding two = ahead(new double[] {97, 98}, new double[] {95, 96});
    assertThat(two.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(two.reasons()).anyMatch(reason -> reason.contains("at least 3 seeds"));
  }

  private static Finding ahead(double[] ours, double[] others) {
    Contest contest = new Contest("accuracy", "%.2f", true);
    for (int i = 0; i < ours.length; i++) {
      contest.add("a", JsonNodeFactory.instance.objectNode().put("accuracy", ours[i]));
      contest.add("b", JsonNodeFactory.instance.objectNode().put("accuracy", others[i]));
    }
    return contest.ahead("a is ahead of b", "a", "b", true);
  }

  @Test
  void refusesPartsThatAreNamedTwice() {
    assertThatThrownBy(
            () ->
                new MambaMixerSettings(
                    List.of("vision", "vision"), QUICK.vision(), QUICK.copying(), QUICK.series()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("named once each");
  }
}
