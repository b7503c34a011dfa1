package dev.melange.papers.hourglassmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TasksTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void noiseLeavesTheRangeUnlessItIsClipped() {
    Tensor x = Tensor.ones(1, 1, 2, 2);
    Tensor noise = Tensor.of(new float[] {4, -8, 0, 1}, 1, 1, 2, 2);
    assertThat(Degradation.noise(0.25).apply(x, noise).toFloats()).containsExactly(2, -1, 1, 1.25f);
    assertThat(new Degradation("denoise", 0.25, true, 2).apply(x, noise).toFloats())
        .containsExactly(1, 0, 1, 1);
  }

  @Test
  void shrinkingTakesTheMeanOfBlocks() {
    Tensor x = Tensor.arange(12).to(DType.F32).reshape(1, 1, 2, 6);
    assertThat(Degradation.shrink(2).apply(x, null).toFloats()).containsExactly(3.5f, 5.5f, 7.5f);
    assertThat(Degradation.shrink(1).apply(x, null).toFloats()).isEqualTo(x.toFloats());
    assertThatThrownBy(() -> Degradation.shrink(4).apply(x, null))
        .hasMessageContaining("H and W multiples of it, got [1, 1, 2, 6]");
  }

  @Test
  void refusesImpossibleDegradations() {
    assertThatThrownBy(() -> Degradation.noise(-1)).hasMessageContaining("got -1.0");
    assertThatThrownBy(() -> Degradation.shrink(0)).hasMessageContaining("factor at least 1");
  }

  @Test
  void psnrIsTheMeanOverImagesNotThatOfTheMeanError() {
    Tensor target = Tensor.zeros(2, 1, 2, 2);
    Tensor y = Tensor.cat(0, Tensor.full(0.1, 1, 1, 2, 2), Tensor.full(0.01, 1, 1, 2, 2));
    float[] psnr = new Psnr(1).apply(y, target).toFloats();
    assertThat(psnr[0]).isCloseTo(20, within(1e-4f));
    assertThat(psnr[1]).isCloseTo(40, within(1e-3f));
    assertThat(new Psnr(255).apply(y.mul(255), target).toFloats()[0]).isCloseTo(20, within(1e-3f));
    assertThat(new Psnr(1).apply(y, y).toFloats()).containsOnly(Float.POSITIVE_INFINITY);
    assertThatThrownBy(() -> new Psnr(1).apply(y, Tensor.zeros(2, 4)))
        .hasMessageContaining("one shape");
    assertThatThrownBy(() -> new Psnr(0)).hasMessageContaining("got 0.0");
  }

  @Test
  void theNearestPrototypeIsThePrediction() {
    Tensor prototypes = Tensor.of(new float[] {0, 0, 1, 1, 5, 5}, 3, 2);
    Tensor y = Tensor.of(new float[] {0.2f, 0.2f, 4, 4, 1, 1.5f}, 3, 2);
    Tensor label = Tensor.of(new long[] {0, 2, 0}, 3);
    GenerativeClassification found = GenerativeClassification.of(y, prototypes, label);
    assertThat(found.prediction().toLongs()).containsExactly(0, 2, 1);
    assertThat(found.accuracy().toFloats()[0]).isCloseTo(2f / 3, within(1e-6f));
    assertThat(found.distance().shape()).containsExactly(3, 3);
    assertThat(GenerativeClassification.loss(y, prototypes, label).toFloats()[0])
        .isEqualTo(found.loss().toFloats()[0]);
    assertThatThrownBy(() -> GenerativeClassification.of(y, Tensor.zeros(3, 4), label))
        .hasMessageContaining("must have the same D, got [3, 2] and [3, 4]");
  }

  @Test
  void prototypesAreMeansOrSamplesOfTheirClasses() {
    Tensor images = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    int[] labels = {1, 0, 1};
    assertThat(Prototypes.means(images, labels, 2).toFloats()).containsExactly(3, 4, 3, 4);
    assertThat(Prototypes.samples(images, labels, 2).toFloats()).containsExactly(3, 4, 1, 2);
    assertThatThrownBy(() -> Prototypes.means(images, labels, 3))
        .hasMessageContaining("class 2 of 3 has no image");
    assertThatThrownBy(() -> Prototypes.samples(images, labels, 3))
        .hasMessageContaining("class 2 of 3 has no image");
  }

  @Test
  void theMeanImageMinimisesTheErrorToItsClass() {
    long seed = 11;
    System.out.println("seed " + seed);
    Tensor images = new Rng(seed).normal(9, 4);
    Tensor mean = Prototypes.means(images, new int[9], 1);
    Tensor other = mean.add(0.1);
    assertThat(images.sub(mean).square().mean().toFloats()[0])
        .isLessThan(images.sub(other).square().mean().toFloats()[0]);
  }
}
