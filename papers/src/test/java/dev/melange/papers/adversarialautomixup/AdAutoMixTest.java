package dev.melange.papers.adversarialautomixup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdAutoMixTest {
  private static final long SEED = 7;

  private static AdAutoMix.Config config(int samples, double margin, int sign) {
    return new AdAutoMix.Config(
        new int[] {1, 1, 1},
        4,
        1,
        3,
        2,
        true,
        "bilinear",
        samples,
        0.9,
        margin,
        0.5,
        0.3,
        1,
        1,
        1,
        true,
        sign);
  }

  private static AdaptiveMask.Config mask(String mode, boolean lam, boolean norm) {
    return new AdaptiveMask.Config(6, 2, lam, true, mode, 3, norm);
  }

  @ParameterizedTest
  @CsvSource({"256, false, 66049", "1024, false, 1050625", "768, true, 592130"})
  void generatorHasThePublishedNumberOfParameters(int width, boolean concat, long parameters) {
    AdaptiveMask.Config config =
        new AdaptiveMask.Config(width, 2, concat, true, "bilinear", 4, false);
    try (AdaptiveMask generator = new AdaptiveMask(config, new Rng(SEED))) {
      long in = width + (concat ? 1 : 0);
      long narrow = width / 2;
      assertThat(parameters).isEqualTo(2 * (in * narrow + narrow) + in + 1);
      assertThat(generator.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nearest, false, false",
    "bilinear, true, false",
    "bicubic, false, true",
    "None, true, true"
  })
  void masksOfAnyNumberOfImagesSumToOne(String mode, boolean lamConcat, boolean norm) {
    Rng rng = new Rng(SEED);
    try (AdaptiveMask generator = new AdaptiveMask(mask(mode, lamConcat, norm), rng);
        Scope scope = Scope.open()) {
      for (int count = 2; count <= 4; count++) {
        List<Tensor> features =
            java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> rng.normal(2, 6, 4, 4))
                .toList();
        Tensor masks = generator.forward(features, Tensor.full(1.0 / count, count));
        assertThat(masks.shape()).containsExactly(2, count, 12, 12);
        assertThat(masks.min().item()).isPositive();
        assertThat(masks.sum(1).sub(1).abs().max().item()).isLessThan(1e-5);
      }
      Tensor wide = rng.normal(2, 6, 4, 5);
      assertThatThrownBy(() -> generator.forward(List.of(wide, wide), Tensor.full(0.5, 2)))
          .hasMessageContaining("square features");
      assertThatThrownBy(() -> generator.forward(List.of(wide), Tensor.full(1, 1)))
          .hasMessageContaining("2 images or more");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void cooperativeAndAdversarialStepsDifferInTheGeneratorsLossAlone(int samples) {
    Rng rng = new Rng(SEED);
    try (AdAutoMix model = new AdAutoMix(config(samples, 0.0, 1), rng);
        AdAutoMix raising = new AdAutoMix(config(samples, 0.0, -1), new Rng(SEED));
        Scope scope = Scope.open()) {
      raising.load(model.state());
      Tensor image = rng.normal(4, 1, 8, 8);
      Tensor labels = Tensor.of(new long[] {0, 1, 2, 0}, 4);
      AdAutoMixDraws draws = AdAutoMixDraws.draw(4, samples, 1, rng);
      AdAutoMix.Losses with = model.losses(image, labels, draws, false);
      AdAutoMix.Losses against = model.losses(image, labels, draws, true);
      AdAutoMix.Losses raised = raising.losses(image, labels, draws, true);
      double taught = with.teacher().item();
      double cosine = with.cosine().item();
      double rest = with.clean().item() + with.mixed().item();
      Offset<Double> close = Offset.offset(1e-4);
      assertThat(with.total().item()).isCloseTo(rest + taught, close);
      assertThat(against.total().item()).isCloseTo(rest - 0.3 * taught + 0.7 * cosine, close);
      assertThat(raised.total().item()).isCloseTo(rest - 0.3 * taught - 0.7 * cosine, close);
      assertThat(cosine).isBetween(-1.0, 1.0);
    }
  }

  @Test
  void gradientReachesStudentAndGeneratorButNotTheTeacher() {
    Rng rng = new Rng(SEED);
    try (AdAutoMix model = new AdAutoMix(config(3, 0.0, 1), rng);
        Scope scope = Scope.open()) {
      Tensor labels = Tensor.of(new long[] {0, 1, 2, 0}, 4);
      AdAutoMixDraws draws = AdAutoMixDraws.draw(4, 3, 1, rng);
      model.losses(rng.normal(4, 1, 8, 8), labels, draws, false).total().backward();
      Map<String, Tensor> parameters = model.parameters();
      assertThat(parameters.get("mix_block.conv_v.weight").grad().abs().max().item()).isPositive();
      assertThat(parameters.get("backbone_q.conv1.weight").grad().abs().max().item()).isPositive();
      parameters.forEach(
          (name, value) ->
              assertThat(value.requiresGrad())
                  .as(name)
                  .isEqualTo(!name.startsWith("backbone_k") && !name.contains("_k.fc")));
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 0.98", "3, 0.02"})
  void weightsNearTheEndsMixLinearlyForTheClassifier(int samples, double first) {
    Rng rng = new Rng(SEED);
    try (AdAutoMix model = new AdAutoMix(config(samples, 0.03, 1), rng);
        Scope scope = Scope.open()) {
      Tensor image = rng.normal(2, 1, 8, 8);
      Tensor index =
          samples == 2
              ? Tensor.of(new long[] {1, 0}, 1, 2)
              : Tensor.of(new long[] {0, 1, 1, 0, 1, 0}, 3, 2);
      // the draw that decides is the classifier's: the second of two, the first of three
      Tensor lam =
          samples == 2
              ? Tensor.of(new double[] {0.5, first}, 2)
              : Tensor.of(new double[] {first, (1 - first) / 2, (1 - first) / 2}, 3);
      AdAutoMix.Losses losses =
          model.losses(
              image, Tensor.of(new long[] {0, 1}, 2), new AdAutoMixDraws(lam, index, index), true);
      Tensor linear = image.mul(first).add(image.flip(0).mul(1 - first));
      assertThat(losses.classifierImage().sub(linear).abs().max().item()).isLessThan(1e-5);
      assertThat(losses.generatorImage().sub(linear).abs().max().item()).isGreaterThan(0.1);
    }
  }

  @Test
  void teacherStartsAsTheStudentAndFollowsIt() {
    Rng rng = new Rng(SEED);
    try (AdAutoMix model = new AdAutoMix(config(3, 0.0, 1), rng);
        Scope scope = Scope.open()) {
      Tensor student = model.parameters().get("head_one_q.fc.bias");
      Tensor teacher = model.parameters().get("head_one_k.fc.bias");
      assertThat(student.detach().sub(teacher).abs().max().item()).isZero();
      dev.melange.nn.Init.constant(teacher, 0);
      dev.melange.nn.Init.constant(student, 1);
      model.updateTeacher(0.9);
      assertThat(teacher.max().item()).isCloseTo(0.1, Offset.offset(1e-6));
      assertThat(teacher.min().item()).isCloseTo(0.1, Offset.offset(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"L1", "Sparsity", "L1+Variance", "L2+Variance"})
  void anUntrainedAutoMixBlockSharesEvenly(String mode) {
    Rng rng = new Rng(SEED);
    AutoMixBlock.Config config =
        new AutoMixBlock.Config(
            6, 2, false, "None", 2, true, false, 0.5, 0.25, false, true, true, false, true, mode,
            0.1);
    try (AutoMixBlock block = new AutoMixBlock(config, rng);
        Scope scope = Scope.open()) {
      // values are zero, so that each share is a half
      block.parameters().forEach((name, value) -> dev.melange.nn.Init.constant(value, 0));
      AutoMixBlock.Mix mix =
          block.forward(
              rng.normal(2, 6, 3, 5),
              Tensor.of(new long[] {1, 0}, 2),
              Tensor.scalar(0.9, dev.melange.tensor.DType.F32));
      assertThat(mix.mask().shape()).containsExactly(2, 2, 6, 10);
      assertThat(mix.mask().sub(0.5).abs().max().item()).isZero();
      assertThat(mix.attention().sum(2).sub(1).abs().max().item()).isLessThan(1e-5);
      double expected =
          switch (mode) {
            case "L1", "L1+Variance" -> 0.3;
            case "Sparsity" -> 0.15;
            default -> 0.15;
          };
      assertThat(mix.loss().item()).isCloseTo(expected, Offset.offset(1e-6));
    }
  }

  @Test
  void scheduleWarmsUpThenFollowsACosineFromTheStart() {
    double[] scope = {0.1, 0.5};
    EmaSchedule constant = new EmaSchedule(0.9, 0.99, scope, "constant", 100);
    EmaSchedule linear = new EmaSchedule(0.9, 0.99, scope, "linear", 100);
    Offset<Double> close = Offset.offset(1e-12);
    assertThat(constant.momentum(9)).isEqualTo(0.9);
    assertThat(linear.momentum(0)).isCloseTo(0.9, close);
    assertThat(linear.momentum(5)).isCloseTo(0.945, close);
    assertThat(constant.momentum(25)).isCloseTo(0.945, close);
    assertThat(linear.momentum(50)).isCloseTo(0.99, close);
    assertThat(linear.momentum(99)).isEqualTo(0.99);
    assertThatThrownBy(() -> new EmaSchedule(0.9, 0.99, new double[] {0.5}, "linear", 9))
        .hasMessageContaining("[begin, end]");
  }
}
