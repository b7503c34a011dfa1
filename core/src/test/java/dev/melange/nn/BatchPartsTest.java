package dev.melange.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class BatchPartsTest {
  private static BatchNorm norm(boolean affine) {
    BatchNorm norm = new BatchNorm(5, 1e-3, 0.2, affine);
    if (affine) {
      norm.parameters().get("weight").detach().copy_(new Rng(1).normal(5));
      norm.parameters().get("bias").detach().copy_(new Rng(2).normal(5));
    }
    norm.to(DType.F64);
    norm.train();
    return norm;
  }

  /** The outputs and gradients of parts of a batch, joined. */
  private static Tensor[] inParts(BatchNorm norm, Tensor x, Tensor gradient, int... sizes) {
    BatchParts parts = new BatchParts(sizes.length);
    Tensor[] inputs = x.split(Arrays.stream(sizes).asLongStream().toArray(), 0);
    Tensor[] upstream = gradient.split(Arrays.stream(sizes).asLongStream().toArray(), 0);
    List<Supplier<Tensor[]>> tasks = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      int part = i;
      tasks.add(() -> parts.run(part, () -> results(norm, inputs[part], upstream[part])));
    }
    List<Tensor[]> results = Engine.get().parallel(tasks);
    Tensor[] joined = new Tensor[results.get(0).length];
    for (int i = 0; i < joined.length; i++) {
      int field = i;
      Tensor[] all = results.stream().map(r -> r[field]).toArray(Tensor[]::new);
      joined[i] = i < 2 ? Tensor.cat(0, all) : Arrays.stream(all).reduce(Tensor::add).orElseThrow();
    }
    return joined;
  }

  private static Tensor[] results(BatchNorm norm, Tensor x, Tensor upstream) {
    Tensor leaf = x.copy().requiresGrad_(true);
    Tensor y = norm.forward(norm.forward(leaf).mul(2));
    List<Tensor> inputs = new ArrayList<>(List.of(leaf));
    inputs.addAll(norm.parameters().values());
    Tensor[] gradients = Autograd.grad(y.mul(upstream).sum(), inputs.toArray(Tensor[]::new));
    List<Tensor> all = new ArrayList<>(List.of(y.detach()));
    all.addAll(Arrays.asList(gradients));
    return all.toArray(Tensor[]::new);
  }

  @ParameterizedTest
  @CsvSource({"true, 4", "true, 2", "false, 4"})
  void togetherTheyAreTheWholeBatch(boolean affine, int dims) {
    long[] shape = dims == 4 ? new long[] {7, 5, 3, 2} : new long[] {7, 5};
    try (BatchNorm one = norm(affine);
        BatchNorm other = norm(affine);
        Scope scope = Scope.open()) {
      Tensor x = new Rng(3).normal(shape).to(DType.F64).add(10);
      Tensor upstream = new Rng(4).normal(shape).to(DType.F64);
      Tensor[] whole = results(one, x, upstream);
      Tensor[] parts = inParts(other, x, upstream, 4, 3);
      assertThat(parts).hasSameSizeAs(whole);
      for (int i = 0; i < whole.length; i++) {
        assertThat(parts[i].sub(whole[i]).abs().max().item()).isLessThan(1e-11);
      }
      one.buffers()
          .forEach(
              (name, value) ->
                  assertThat(other.buffers().get(name).sub(value).abs().max().item())
                      .as(name)
                      .isLessThan(1e-12));
    }
  }

  @Test
  void aPartThatFailsEndsTheOthers() {
    try (BatchNorm norm = norm(true);
        Scope scope = Scope.open()) {
      Tensor x = new Rng(5).normal(4, 5).to(DType.F64);
      BatchParts parts = new BatchParts(2);
      List<Supplier<Tensor>> tasks =
          List.of(
              () -> parts.run(0, () -> norm.forward(x)),
              () ->
                  parts.run(
                      1,
                      () -> {
                        throw new IllegalArgumentException("no such image");
                      }));
      assertThatThrownBy(() -> Engine.get().parallel(tasks))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no such image");
    }
  }

  @Test
  void partsThatDifferInTheirNormsAreRefused() {
    try (BatchNorm norm = norm(true);
        BatchNorm second = norm(true);
        Scope scope = Scope.open()) {
      Tensor x = new Rng(6).normal(4, 5).to(DType.F64);
      BatchParts fewer = new BatchParts(2);
      assertThatThrownBy(
              () ->
                  Engine.get()
                      .parallel(
                          List.<Supplier<Tensor>>of(
                              () -> fewer.run(0, () -> norm.forward(x)),
                              () -> fewer.run(1, () -> norm.forward(norm.forward(x))))))
          .hasMessageContaining("wholeBatch()");
      BatchParts others = new BatchParts(2);
      assertThatThrownBy(
              () ->
                  Engine.get()
                      .parallel(
                          List.<Supplier<Tensor>>of(
                              () -> others.run(0, () -> norm.forward(x)),
                              () -> others.run(1, () -> second.forward(x)))))
          .hasMessageContaining("wholeBatch()");
    }
  }
}
