package dev.melange.papers.adversarialautomixup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.mix.MixContext;
import dev.melange.mix.MixSetup;
import dev.melange.mix.MixTraining;
import dev.melange.nn.ImageModel;
import dev.melange.papers.Vision;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TrainingProgress;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When and how generators of masks learn beside a classifier. */
class MaskLearnerTest {
  private static final long SEED = 8;

  private final ImageModel model = network("resnet_tiny_cifar", 16);

  private static ImageModel network(String name, int size) {
    return Vision.create(name, options -> options.classes(4).size(size).seed(1));
  }

  @AfterEach
  void free() {
    model.close();
  }

  private MixSetup setup() {
    return new MixSetup(
        model, () -> network("resnet_tiny_cifar", 16), new long[] {3, 16, 16}, new Rng(SEED));
  }

  private static MixingStep.Turn turn(MaskLearner learner, long step, long steps) {
    return learner.turn(new TrainingProgress(step, steps), new Rng(SEED + step));
  }

  @Test
  void adAutoMixIsAdversarialInEveryOtherStepAndAutoMixNever() {
    try (MaskLearner adversarial = (MaskLearner) AdAutoMixPolicy.USUAL.bind(setup());
        MaskLearner helpful = (MaskLearner) AutoMixPolicy.USUAL.bind(setup())) {
      for (int step = 0; step < 6; step++) {
        assertThat(turn(adversarial, step, 6))
            .isEqualTo(step % 2 == 0 ? MixingStep.Turn.AGAINST : MixingStep.Turn.WITH);
        assertThat(turn(helpful, step, 6)).isEqualTo(MixingStep.Turn.WITH);
      }
    }
  }

  @Test
  void switchedOffMoreAndMoreOften() {
    AutoMixPolicy policy = new AutoMixPolicy(2, 0.8, 0, 2, true, "nearest", "L1", 0.1, 0.1, 0, 1);
    try (MaskLearner learner = (MaskLearner) policy.bind(setup())) {
      int steps = 3000;
      long early =
          IntStream.range(0, 300)
              .filter(step -> turn(learner, step, steps) == MixingStep.Turn.OFF)
              .count();
      long late =
          IntStream.range(2700, 3000)
              .filter(step -> turn(learner, step, steps) == MixingStep.Turn.OFF)
              .count();
      // 1 - 0.8 c with c near 1, and near 0
      assertThat(early / 300.0).as("seed %d", SEED).isCloseTo(0.2, within(0.08));
      assertThat(late / 300.0).as("seed %d", SEED).isGreaterThan(0.95);
    }
  }

  @Test
  void aRestingGeneratorGetsNoGradientAndTheClassifierDoes() {
    AutoMixPolicy always = AutoMixPolicy.USUAL;
    AutoMixPolicy resting = new AutoMixPolicy(2, 1e-9, 0, 2, true, "nearest", "L1", 0.1, 0.1, 0, 1);
    for (AutoMixPolicy policy : new AutoMixPolicy[] {always, resting}) {
      try (Scope scope = Scope.open();
          MaskLearner learner = (MaskLearner) policy.bind(setup())) {
        model.train();
        learner.train();
        Rng rng = new Rng(SEED);
        Tensor image = rng.normal(8, 3, 16, 16);
        Tensor label = Tensor.arange(0, 8).remainder(4);
        Tensor loss = learner.loss(image, label, new TrainingProgress(9, 10), rng);
        Tensor generator = learner.parameters().get("mix_block.value.weight");
        Tensor classifier = model.parameters().get("head.fc.weight");
        Tensor[] gradients = Autograd.grad(loss, generator, classifier);
        assertThat(gradients[0] == null).isEqualTo(policy.equals(resting));
        assertThat(gradients[1].abs().sum().item()).isPositive();
      }
    }
  }

  @Test
  void theTeachersMomentumSuitsTheLengthOfTheTraining() {
    LearnedOptions free = new LearnedOptions("automix", 1, 2, false, 0, false, 0, 0.999999, null);
    assertThat(free.momentum(new TrainingProgress(0, 200))).isCloseTo(0.95, within(1e-9));
    assertThat(free.momentum(new TrainingProgress(0, 1_000_000))).isEqualTo(0.999);
    assertThat(free.momentum(new TrainingProgress(200, 200))).isCloseTo(0.999999, within(1e-9));
    assertThat(free.momentum(new TrainingProgress(0, 1))).isBetween(0.0, 1.0);
    LearnedOptions given = new LearnedOptions("automix", 1, 2, false, 0, false, 0.9, 0.9, null);
    assertThat(given.momentum(new TrainingProgress(50, 200))).isCloseTo(0.9, within(1e-9));
  }

  @Test
  void refusesOptionsAndImagesThatDoNotFit() {
    assertThatThrownBy(() -> new AutoMixPolicy(0, 0, 0, 2, true, "nearest", "L1", 0, 0, 0, 1))
        .hasMessageContaining("alpha above 0");
    assertThatThrownBy(() -> new AutoMixPolicy(1, 2, 0, 2, true, "nearest", "L1", 0, 0, 0, 1))
        .hasMessageContaining("switch_off lies in [0, 1], got 2.0");
    MixSetup odd =
        new MixSetup(
            model, () -> network("resnet_tiny_cifar", 16), new long[] {3, 17, 17}, new Rng(SEED));
    assertThatThrownBy(() -> MixTraining.of(AdAutoMixPolicy.USUAL, odd, MixContext.NONE))
        .hasMessageContaining("whole factor, but images of 17 x 17 have maps of 9 x 9");
  }
}
