package dev.melange.papers.decoupledmixup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.mix.MixLosses;
import dev.melange.mix.MixedBatch;
import dev.melange.papers.Mixing;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties of the losses; their values are checked by golden files. */
class DecoupledMixupTest {
  private static final long SEED = 17;
  private static final int N = 6;
  private static final int C = 5;
  private static final double LAM = 0.37;

  private Scope scope;
  private Tensor logits;
  private Tensor a;
  private Tensor b;

  @BeforeEach
  void draw() {
    scope = Scope.open();
    Rng rng = new Rng(SEED);
    logits = rng.normal_(Tensor.zeros(N, C).to(DType.F64), 0, 2);
    // the first sample ascends, one pair has a single class
    a = Tensor.of(new long[] {0, 3, 2, 4, 1, 0}, N);
    b = Tensor.of(new long[] {1, 2, 2, 0, 3, 4}, N);
  }

  @AfterEach
  void free() {
    scope.close();
  }

  private static DecoupledMixupConfig config(
      String form, String pairing, double eta, String mode, String scale) {
    return new DecoupledMixupConfig(
        form, pairing, eta, mode, 0.5, scale, 0.8, scale.equals("exp") ? 2 : 1.5, true, 1, 1, null);
  }

  private double loss(DecoupledMixupConfig config, Tensor z, double lam) {
    return DecoupledMixup.loss(config, z, a, b, lam, null).item();
  }

  @ParameterizedTest
  @ValueSource(strings = {"paper", "official"})
  void gradientsAreThoseOfTheValue(String pairing) {
    for (String form : List.of("ce", "bce")) {
      for (String mode : List.of("both", "less", "more")) {
        for (String scale : List.of("none", "pow", "exp")) {
          DecoupledMixupConfig config = config(form, pairing, 0.7, mode, scale);
          checkGradient(z -> DecoupledMixup.loss(config, z, a, b, LAM, null));
        }
      }
    }
  }

  @Test
  void gradientsOfTheKFoldFormAndOfContrastAreThoseOfTheValue() {
    Tensor target = Tensor.zeros(N, C).to(DType.F64);
    for (int n = 0; n < N; n++) {
      target.get(n).get(n % C).fill_(0.2);
      target.get(n).get((n + 1) % C).fill_(0.5);
      target.get(n).get((n + 3) % C).fill_(0.3);
    }
    var kFold = new KFoldDecoupledMixup.Config(List.of(0.4, 0.1, 0.7), 1e-3);
    checkGradient(z -> KFoldDecoupledMixup.loss(kFold, z, target));

    Rng rng = new Rng(SEED);
    var contrast = new GroupContrast.Config(2, 3, 0.5);
    Tensor queue = rng.normal_(Tensor.zeros(C, 6).to(DType.F64), 0, 1);
    Tensor keys = rng.normal_(Tensor.zeros(N, C).to(DType.F64), 0, 1);
    Tensor labels = Tensor.of(new long[] {0, 1, 2, 2, 1, 0}, N);
    Tensor pointers = Tensor.of(new long[3], 3);
    checkGradient(q -> GroupContrast.step(contrast, q, keys, queue, pointers, labels).loss());
  }

  private void checkGradient(UnaryOperator<Tensor> loss) {
    Tensor z = logits.copy().requiresGrad_(true);
    double[] gradient = Autograd.grad(loss.apply(z), z)[0].toDoubles();
    double[] values = logits.toDoubles();
    double h = 1e-5;
    for (int i = 0; i < values.length; i++) {
      double kept = values[i];
      values[i] = kept + h;
      double above = loss.apply(Tensor.of(values, N, C)).item();
      values[i] = kept - h;
      double below = loss.apply(Tensor.of(values, N, C)).item();
      values[i] = kept;
      assertThat(gradient[i])
          .as("entry %d, seed %d", i, SEED)
          .isCloseTo((above - below) / (2 * h), within(1e-7));
    }
  }

  @Test
  void withoutDecoupledTermsItIsTheMixedCrossEntropy() {
    double plain = MixLosses.hardCrossEntropy(logits, a, b, Tensor.scalar(LAM, DType.F64)).item();
    for (String pairing : List.of("paper", "official")) {
      assertThat(loss(config("ce", pairing, 0, "both", "none"), logits, LAM))
          .isCloseTo(plain, within(1e-12));
    }
  }

  @Test
  void pairsOfOneClassHaveNoDecoupledTerms() {
    double plain = MixLosses.hardCrossEntropy(logits, a, a, Tensor.scalar(LAM, DType.F64)).item();
    for (String pairing : List.of("paper", "official")) {
      double loss =
          DecoupledMixup.loss(config("ce", pairing, 0.5, "both", "none"), logits, a, a, LAM, null)
              .item();
      assertThat(loss).isCloseTo(plain, within(1e-12));
    }
  }

  @Test
  void onlyDifferencesOfLogitsMatter() {
    DecoupledMixupConfig config = config("ce", "paper", 0.3, "both", "pow");
    Tensor shift = new Rng(SEED).normal_(Tensor.zeros(N, 1).to(DType.F64), 0, 10);
    assertThat(loss(config, logits.add(shift), LAM))
        .isCloseTo(loss(config, logits, LAM), within(1e-11));
  }

  @Test
  void exchangingTheImagesOfAllPairsChangesNothing() {
    for (String form : List.of("ce", "bce")) {
      for (String mode : List.of("both", "less", "more")) {
        DecoupledMixupConfig config = config(form, "paper", 0.3, mode, "pow");
        double exchanged = DecoupledMixup.loss(config, logits, b, a, 1 - LAM, null).item();
        assertThat(exchanged).isCloseTo(loss(config, logits, LAM), within(1e-12));
      }
    }
  }

  @Test
  void theOrderOfSamplesAndOfClassesDoesNotMatter() {
    DecoupledMixupConfig config = config("ce", "paper", 0.3, "less", "pow");
    Tensor samples = Tensor.of(new long[] {3, 0, 5, 1, 4, 2}, N);
    Tensor classes = Tensor.of(new long[] {4, 2, 0, 1, 3}, C);
    // class c of the permuted logits is class classes[c] of the others
    Tensor place = Tensor.of(new long[] {2, 3, 1, 4, 0}, C);
    Tensor z = logits.indexSelect(0, samples).indexSelect(1, classes);
    Tensor first = place.indexSelect(0, a.indexSelect(0, samples));
    Tensor second = place.indexSelect(0, b.indexSelect(0, samples));
    assertThat(DecoupledMixup.loss(config, z, first, second, LAM, null).item())
        .isCloseTo(loss(config, logits, LAM), within(1e-12));
  }

  /** d/dz_a adds eta (phi_a - 1), where b's logit does not occur: a rises, b is not pushed. */
  @Test
  void aDecoupledTermRaisesItsClassWithoutLoweringTheOther() {
    double eta = 0.4;
    Tensor z = logits.copy().requiresGrad_(true);
    Tensor full =
        Autograd.grad(
            DecoupledMixup.loss(config("ce", "paper", eta, "both", "none"), z, a, b, LAM, null), z)[
            0];
    Tensor plain =
        Autograd.grad(
            DecoupledMixup.loss(config("ce", "paper", 0, "both", "none"), z, a, b, LAM, null), z)[
            0];
    double[] added = full.sub(plain).mul(N).toDoubles();
    double[] values = logits.toDoubles();
    long[] first = a.toLongs();
    long[] second = b.toLongs();
    for (int n = 0; n < N; n++) {
      if (first[n] == second[n]) {
        continue;
      }
      double sum = 0;
      for (int c = 0; c < C; c++) {
        sum += c == second[n] ? 0 : Math.exp(values[n * C + c]);
      }
      double phi = Math.exp(values[n * C + (int) first[n]]) / sum;
      assertThat(added[n * C + (int) first[n]]).isCloseTo(eta * (phi - 1), within(1e-12));
    }
  }

  @Test
  void twoFoldMixturesAreThePairedForm() {
    Tensor target = a.oneHot(C).to(DType.F64).mul(LAM).add(b.oneHot(C).to(DType.F64).mul(1 - LAM));
    // weights follow the classes of the first sample, which ascend from a to b
    double kFold =
        KFoldDecoupledMixup.loss(
                new KFoldDecoupledMixup.Config(List.of(0.3, 0.3), 1e-3), logits, target)
            .item();
    assertThat(kFold)
        .isCloseTo(loss(config("ce", "paper", 0.3, "both", "none"), logits, LAM), within(1e-12));
  }

  @Test
  void weightsAreNotNormalised() {
    DecoupledMixupConfig config = config("ce", "paper", 0.3, "both", "none");
    Tensor half = Tensor.full(0.5, N).to(DType.F64);
    assertThat(DecoupledMixup.loss(config, logits, a, b, LAM, half).item())
        .isCloseTo(loss(config, logits, LAM) / 2, within(1e-12));
  }

  @Test
  void binaryFormWithLinearTargetsIsTheMixedBinaryCrossEntropy() {
    DecoupledMixupConfig config =
        new DecoupledMixupConfig("bce", "paper", 0.1, "both", 0.5, "none", 1, 1, false, 1, 1, null);
    Tensor target = a.oneHot(C).to(DType.F64).mul(LAM).add(b.oneHot(C).to(DType.F64).mul(1 - LAM));
    assertThat(loss(config, logits, LAM))
        .isCloseTo(MixLosses.binaryCrossEntropy(logits, target).item(), within(1e-12));
  }

  @Test
  void countsSamplesWithBothClassesOnTop() {
    Tensor z = Tensor.of(new double[] {5, 4, 0, 0, 5, 4, 5, 0, 4, 0, 5, 4}, 4, 3);
    Tensor first = Tensor.of(new long[] {0, 1, 0, 0}, 4);
    Tensor second = Tensor.of(new long[] {1, 2, 1, 1}, 4);
    assertThat(DecoupledMixup.bothFound(z, first, second)).isEqualTo(50);
  }

  @Test
  void theQueueIsWrittenInARingPerClass() {
    var config = new GroupContrast.Config(2, 2, 0.1);
    Tensor queue = Tensor.zeros(2, 4).to(DType.F64);
    Tensor keys = Tensor.of(new double[] {3, 4, 0, 2, 1, 0}, 3, 2);
    Tensor labels = Tensor.of(new long[] {1, 1, 1}, 3);
    GroupContrast.Step step =
        GroupContrast.step(config, keys, keys, queue, Tensor.of(new long[] {0, 1}, 2), labels);
    assertThat(step.pointers().toLongs()).containsExactly(0, 0);
    // the third key overwrote the first, in column 3; the second is in column 2
    assertThat(step.queue().toDoubles()).containsExactly(0, 0, 0, 1, 0, 0, 1, 0);
    assertThat(queue.abs().max().item()).isZero();
    assertThat(step.loss().item()).isGreaterThanOrEqualTo(0);
  }

  @Test
  void trainingLossIsTheLossOfTheBatch() {
    Mixing mixing = Mixing.parse("decoupled-mixup:1", 0.3);
    assertThat(mixing.name()).isEqualTo("decoupled-mixup:1");
    assertThat(Mixing.parse("decoupled").name()).isEqualTo("decoupled-cutmix:0.2");
    assertThat(Mixing.parse("cutmix:1").loss()).isSameAs(MixLosses.CROSS_ENTROPY);
    assertThatThrownBy(() -> Mixing.parse("decoupled-cutmux")).hasMessageContaining("cutmix");

    assertThat(mixing.loss().loss(logits, batch(Tensor.scalar(LAM, DType.F64))).item())
        .isCloseTo(loss(config("ce", "paper", 0.3, "both", "none"), logits, LAM), within(1e-12));
    MixedBatch unmixed = batch(Tensor.scalar(1, DType.F64));
    assertThat(mixing.loss().loss(logits, unmixed).item())
        .isCloseTo(MixLosses.hardCrossEntropy(logits, a, a, unmixed.lam()).item(), within(1e-12));
    // with a lam per image
    Tensor each = Tensor.full(LAM, N).to(DType.F64);
    assertThat(mixing.loss().loss(logits, batch(each)).item())
        .isCloseTo(loss(config("ce", "paper", 0.3, "both", "none"), logits, LAM), within(1e-6));
    DecoupledMixupConfig official = config("ce", "official", 0.3, "both", "none");
    assertThatThrownBy(() -> DecoupledMixup.of(official).loss(logits, batch(each)))
        .hasMessageContaining("one lam for the batch");
  }

  @Test
  void mixturesOfAnyNumberOfClassesHaveTheirTermsEach() {
    DecoupledMixupConfig paper = config("ce", "paper", 0.3, "both", "none");
    Tensor two = batch(Tensor.scalar(LAM, DType.F64)).target(C).to(logits.dtype());
    assertThat(DecoupledMixup.loss(logits, two, 0.3).item())
        .isCloseTo(loss(paper, logits, LAM), within(1e-6));
    // k = 3, by hand: each class against those that are not in the mixture
    Tensor z = Tensor.of(new double[] {1, 2, 0.5, -1, 0}, 1, 5);
    Tensor target = Tensor.of(new double[] {0.5, 0.3, 0.2, 0, 0}, 1, 5);
    double rest = Math.exp(-1) + Math.exp(0);
    double expected = MixLosses.softCrossEntropy(z, target).item();
    for (double own : new double[] {1, 2, 0.5}) {
      expected -= 0.3 * Math.log(Math.exp(own) / (Math.exp(own) + rest));
    }
    assertThat(DecoupledMixup.loss(z, target, 0.3).item()).isCloseTo(expected, within(1e-12));
  }

  @Test
  void gradientsAreNumbersWhenAllClassesAreMixed() {
    Tensor z = Tensor.of(new double[] {1, 2}, 1, 2).requiresGrad_(true);
    Tensor target = Tensor.of(new double[] {0.4, 0.6}, 1, 2);
    Tensor loss = DecoupledMixup.loss(z, target, 0.3);
    assertThat(loss.item())
        .isCloseTo(MixLosses.softCrossEntropy(z.detach(), target).item(), within(1e-12));
    assertThat(Autograd.grad(loss, z)[0].isFinite().all().item()).isEqualTo(1);
  }

  private MixedBatch batch(Tensor lam) {
    return new MixedBatch(Tensor.zeros(N, 3, 4, 4), a, b, lam, 0, null);
  }

  @Test
  void refusesWhatDoesNotFit() {
    DecoupledMixupConfig config = DecoupledMixupConfig.paper(0.1);
    assertThatThrownBy(() -> DecoupledMixup.loss(config, logits, a, b, 1.2, null))
        .hasMessageContaining("[0, 1], got 1.2");
    assertThatThrownBy(() -> DecoupledMixup.loss(config, logits, a.slice(0, 0, 2), b, 0.5, null))
        .hasMessageContaining("one class per row");
    assertThatThrownBy(() -> DecoupledMixupConfig.paper(-1)).hasMessageContaining("got -1");
  }
}
