package dev.melange.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingProgress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies as text, and when they mix. */
class MixNotationTest {
  private static final long SEED = 3;

  @Test
  void keysAreThoseOfThePolicy() {
    assertThat(MixPolicies.parse("mixup:alpha=0.4")).isEqualTo(new Mixup(0.4));
    assertThat(MixPolicies.parse("puzzlemix:0.5,max_blocks=4,beta=2"))
        .isEqualTo(new PuzzleMix(0.5, 4, 2, 0.5, 0.2, 4, 3, -1, 0.8));
    assertThat(MixPolicies.parse("manifold:first=1,end=2")).isEqualTo(new ManifoldMix(2, 1, 2));
    assertThat(MixPolicies.parse("resizemix:bilinear=true"))
        .isEqualTo(new ResizeMix(1, 0.1, 0.8, true));
    assertThat(MixPolicies.parse("none")).isEqualTo(new Vanilla());
  }

  @Test
  void plusAndCommaDrawOneOfSeveral() {
    MixPolicy plus = MixPolicies.parse("mixup:0.8+cutmix:1");
    assertThat(plus).isEqualTo(MixPolicies.parse("mixup:0.8,cutmix:1"));
    assertThat(((PolicySwitch) plus).choices())
        .containsExactly(
            new PolicySwitch.Choice(new Mixup(0.8), 0.5),
            new PolicySwitch.Choice(new CutMix(1), 0.5));
    MixPolicy keyed = MixPolicies.parse("mixup:alpha=0.8,until=0.6@0.25+fmix:decay=2@0.5");
    assertThat(((PolicySwitch) keyed).choices())
        .containsExactly(
            new PolicySwitch.Choice(new ScheduledMix(new Mixup(0.8), 0, 0.6), 0.25),
            new PolicySwitch.Choice(new FMix(0.2, 2, 0), 0.5),
            new PolicySwitch.Choice(new Vanilla(), 0.25));
  }

  @ParameterizedTest
  @MethodSource("dev.melange.mix.MixPolicies#names")
  void everyPolicyCanBeScheduledAndReadBack(String name) {
    MixPolicy policy = MixPolicies.parse(name + ":from=0.25,until=0.75");
    assertThat(policy).isEqualTo(new ScheduledMix(MixPolicies.parse(name), 0.25, 0.75));
    assertThat(MixPolicies.parse(policy.name())).isEqualTo(policy);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "puzzlemix:2,max_blocks=3,gamma=0.7",
        "mixup:1,until=0.6@0.5,cutmix:0.3@0.5",
        "attentivemix:2,keep=6",
        "smoothmix",
        "resizemix:1,low=0.2,bilinear=true"
      })
  void namesTellWhatIsNotUsual(String text) {
    assertThat(MixPolicies.parse(text).name()).isEqualTo(text);
  }

  @Test
  void mistakesAreAnsweredWithWhatThereIs() {
    assertThatThrownBy(() -> MixPolicies.parse("mixup:alpa=1"))
        .hasMessageContaining(
            "mixup has no key 'alpa'; did you mean 'alpha'?; its keys: alpha, from, until");
    assertThatThrownBy(() -> MixPolicies.parse("cutmix:until=0.5+mixap"))
        .hasMessageContaining("unknown policy 'mixap'; did you mean 'mixup'?")
        .hasMessageContaining("known: vanilla, mixup, cutmix, asymmetric, manifoldmix");
    assertThatThrownBy(() -> MixPolicies.parse("mixup:until=2"))
        .hasMessageContaining("from <= until <= 1, got from 0.0 until 2.0");
    assertThatThrownBy(() -> MixPolicies.parse("mixup:until=soon"))
        .hasMessageContaining("until is a number, got 'soon'");
    assertThatThrownBy(() -> MixPolicies.parse("mixup:0.5,alpha=1"))
        .hasMessageContaining("alpha of mixup is given twice");
    assertThatThrownBy(() -> MixPolicies.parse("")).hasMessageContaining("unknown policy ''");
    assertThatThrownBy(() -> MixPolicies.parse("mixup+")).hasMessageContaining("unknown policy ''");
  }

  @Test
  void aScheduledPolicyMixesInItsPartOfTheTrainingAlone() {
    MixPolicy policy = MixPolicies.parse("mixup:1,from=0.2,until=0.6");
    try (Scope scope = Scope.open()) {
      TensorBatch batch =
          TensorBatch.of(
              Map.of(
                  "image", new Rng(SEED).normal(6, 3, 8, 8),
                  "label", Tensor.of(new long[] {0, 1, 2, 0, 1, 2}, 6)));
      for (int step = 0; step < 10; step++) {
        MixContext context = MixContext.NONE.at(new TrainingProgress(step, 10));
        double lam = policy.apply(batch, context, new Rng(step)).get("lam").item();
        assertThat(lam < 1).as("step %d", step).isEqualTo(step >= 2 && step < 6);
      }
      // the last step belongs to a policy that has no end
      MixContext end = MixContext.NONE.at(new TrainingProgress(10, 10));
      MixPolicy late = MixPolicies.parse("mixup:from=0.5");
      assertThat(late.apply(batch, end, new Rng(SEED)).get("lam").item()).isLessThan(1);
    }
  }
}
