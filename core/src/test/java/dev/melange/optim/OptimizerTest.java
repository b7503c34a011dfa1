package dev.melange.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.Activation;
import dev.melange.nn.Mlp;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private static final List<Function<List<ParameterGroup>, Optimizer>> ALL =
      List.of(
          groups -> Sgd.of(groups, Sgd.Config.withMomentum(0)),
          groups -> Sgd.of(groups, Sgd.Config.withNesterov(0.9)),
          Adam::adamW,
          groups -> Adam.of(groups, new Adam.Config(0.9, 0.99, 1e-8, false, true)),
          groups -> Lion.of(groups, Lion.Config.DEFAULT));

  private Scope scope;
  private Mlp mlp;

  @BeforeEach
  void open() {
    mlp = new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(1));
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
    mlp.close();
  }

  private static Adam adam(Mlp model) {
    return Adam.adamW(ParameterGroup.noDecayOnVectors(model, 0.05, name -> false));
  }

  private static Tensor loss(Mlp model, long seed) {
    return model.forward(new Rng(seed).normal(5, 4)).square().sum();
  }

  private static Gradients gradients(Optimizer optimizer, Tensor loss) {
    return optimizer.gradients(Autograd.grad(loss, optimizer.parameters()));
  }

  private static void train(Optimizer optimizer, Mlp model, int from, int to) {
    for (int k = from; k < to; k++) {
      try (Scope step = Scope.open()) {
        Gradients gradients = gradients(optimizer, loss(model, k));
        gradients.clipNorm(1);
        optimizer.step(0.01, gradients);
      }
    }
  }

  private static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, tensor.detach().copy()));
    return copies;
  }

  @Test
  void putsTheParametersIntoOneVectorGroupByGroup() {
    double[][] before =
        mlp.parameters().values().stream().map(Tensor::toDoubles).toArray(double[][]::new);
    try (Adam adam = adam(mlp)) {
      assertThat(adam.groups())
          .extracting(ParameterGroup::name)
          .containsExactly("decay", "no_decay");
      Map<String, Tensor> named = mlp.parameters();
      assertThat(adam.parameters())
          .containsExactly(
              named.get("fc1.weight"),
              named.get("fc2.weight"),
              named.get("fc1.bias"),
              named.get("fc2.bias"));
      double[] flat =
          Tensor.cat(
                  0,
                  Arrays.stream(adam.parameters())
                      .map(p -> p.detach().reshape(-1))
                      .toArray(Tensor[]::new))
              .toDoubles();
      assertThat(adam.values().toDoubles()).isEqualTo(flat).hasSize(51);
      assertThat(mlp.parameters().values().stream().map(Tensor::toDoubles).toArray(double[][]::new))
          .isDeepEqualTo(before);
      assertThat(named.get("fc1.weight").shape()).containsExactly(6, 4);
      assertThat(named.get("fc1.weight").requiresGrad()).isTrue();

      adam.values().fill_(0.5);
      assertThat(named.get("fc2.bias").toDoubles()).containsOnly(0.5);
      named.get("fc1.weight").detach().fill_(0.25);
      assertThat(adam.values().get(0).item()).isEqualTo(0.25);
    }
  }

  @Test
  void takesParametersOfAnyShapeAndLayout() {
    Tensor scalar = Tensor.scalar(2, DType.F32).requiresGrad_(true);
    Tensor none = Tensor.zeros(0, 3).requiresGrad_(true);
    Tensor image = new Rng(2).normal(2, 3, 4, 5).channelsLast().requiresGrad_(true);
    double[] pixels = image.toDoubles();
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("scalar", scalar);
    parameters.put("none", none);
    parameters.put("image", image);
    try (Sgd sgd =
        Sgd.of(List.of(new ParameterGroup("all", parameters, 1, 0)), Sgd.Config.withMomentum(0))) {
      assertThat(sgd.values().numel()).isEqualTo(121);
      assertThat(image.toDoubles()).isEqualTo(pixels);
      Tensor loss = scalar.mul(3).add(image.mul(image).sum().mul(0.5));
      sgd.step(1, gradients(sgd, loss));
      assertThat(scalar.item()).isEqualTo(-1);
      assertThat(image.detach().abs().max().item()).isZero();
    }
  }

  @Test
  void learns() {
    for (var factory : ALL) {
      try (Mlp model = new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(1));
          Optimizer optimizer = factory.apply(ParameterGroup.all(model, 0))) {
        double before = loss(model, 99).item();
        train(optimizer, model, 0, 60);
        assertThat(loss(model, 99).item())
            .as(optimizer.getClass().getSimpleName())
            .isLessThan(0.5 * before);
      }
    }
  }

  @Test
  void addsGradientsAndCountsNullAsZero() {
    try (Adam adam = adam(mlp)) {
      Tensor[] parameters = adam.parameters();
      Gradients sum = FlatGradients.filled(adam, 1);
      Tensor[] more = FlatGradients.filled(adam, 2).tensors();
      more[1] = null;
      Tensor[] others = new Tensor[4];
      others[0] = Tensor.full(5, parameters[0].shape());
      Gradients sparse = adam.gradients(others);
      sparse.add(adam.gradients(more));
      sum.add(sparse);
      double[] expected = new double[51];
      Arrays.fill(expected, 3);
      Arrays.fill(expected, 0, 24, 8);
      Arrays.fill(expected, 24, 42, 1);
      assertThat(FlatGradients.values(adam, sum)).isEqualTo(expected);
      double[] before = parameters[1].toDoubles();
      adam.step(1, adam.gradients(new Tensor[4]));
      double[] decayed = Arrays.stream(before).map(p -> p * (1 - 0.05)).toArray();
      assertThat(parameters[1].toDoubles()).containsExactly(decayed, within(1e-6));
    }
  }

  @Test
  void refusesGradientsThatDoNotFit() {
    try (Adam adam = adam(mlp);
        Mlp other = new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(1));
        Adam others = adam(other)) {
      assertThatThrownBy(() -> adam.gradients(Tensor.ones(1)))
          .hasMessage("got 1 gradients for 4 parameters");
      assertThatThrownBy(() -> adam.gradients(null, null, Tensor.ones(1), null))
          .hasMessage("the gradient of fc1.bias has shape [1], the parameter has [6]");
      Gradients strange = FlatGradients.filled(others, 1);
      assertThatThrownBy(() -> adam.step(1, strange)).hasMessageContaining("another optimiser");
      assertThatThrownBy(() -> FlatGradients.filled(adam, 1).add(strange))
          .hasMessageContaining("another optimiser");
    }
  }

  @Test
  void clipsTheNormAsTorchDoes() {
    try (Adam adam = adam(mlp)) {
      Tensor vector = new Rng(3).normal(51);
      double norm = vector.to(DType.F64).norm().item();
      Gradients gradients = FlatGradients.of(adam, vector);
      assertThat(gradients.clipNorm(100)).isCloseTo(norm, within(1e-5));
      assertThat(FlatGradients.values(adam, gradients)).isEqualTo(vector.toDoubles());
      assertThat(gradients.clipNorm(0.5)).isCloseTo(norm, within(1e-5));
      double[] expected =
          Arrays.stream(vector.toDoubles()).map(g -> g * (0.5 / (norm + 1e-6))).toArray();
      assertThat(FlatGradients.values(adam, gradients)).containsExactly(expected, within(1e-7));
      assertThat(FlatGradients.filled(adam, 0).clipNorm(1)).isZero();
      assertThat(adam.gradients(new Tensor[4]).clipNorm(1)).isZero();
      assertThat(FlatGradients.filled(adam, Double.POSITIVE_INFINITY).clipNorm(1)).isInfinite();
      assertThat(FlatGradients.filled(adam, Double.NaN).clipNorm(1)).isNaN();
      assertThatThrownBy(() -> gradients.clipNorm(0))
          .hasMessage("the largest gradient norm must be positive, got 0.0");
    }
  }

  @Test
  void measuresTheNormOfManyElements() {
    Tensor big = new Rng(4).normal((1 << 22) + 5).requiresGrad_(true);
    double squares = Arrays.stream(big.detach().toDoubles()).map(x -> x * x).sum();
    try (Sgd sgd =
        Sgd.of(
            List.of(new ParameterGroup("all", Map.of("big", big), 1, 0)),
            Sgd.Config.withMomentum(0))) {
      double norm = FlatGradients.of(sgd, big.detach()).norm();
      assertThat(norm / Math.sqrt(squares)).isCloseTo(1, within(1e-7));
    }
  }

  @Test
  void updatesLargeModelsAsSmallOnes() {
    Rng rng = new Rng(6);
    Map<String, Tensor> large = new LinkedHashMap<>();
    for (int i = 0; i < 40; i++) { // more than one slice, for several workers
      large.put("p" + i, rng.normal(1 + 2000 * i).requiresGrad_(true));
    }
    double[] expected = large.get("p39").detach().copy().toDoubles();
    try (Sgd sgd =
        Sgd.of(List.of(new ParameterGroup("all", large, 1, 0)), Sgd.Config.withMomentum(0))) {
      assertThat(sgd.values().numel()).isGreaterThan(1 << 20);
      Tensor vector = rng.normal(sgd.values().numel());
      Tensor values = sgd.values().copy();
      Gradients gradients = FlatGradients.of(sgd, vector);
      gradients.add(FlatGradients.of(sgd, vector));
      sgd.step(0.5, gradients);
      assertThat(sgd.values().sub(values.sub(vector)).abs().max().item()).isLessThan(1e-6);
      assertThat(large.get("p39").toDoubles()).isNotEqualTo(expected);
    }
  }

  @Test
  void clipsValues() {
    try (Adam adam = adam(mlp)) {
      Tensor vector = new Rng(5).normal(51);
      Gradients gradients = FlatGradients.of(adam, vector);
      gradients.clipValue(0.5);
      assertThat(FlatGradients.values(adam, gradients))
          .isEqualTo(vector.clamp(-0.5, 0.5).toDoubles());
      assertThatThrownBy(() -> gradients.clipValue(-1))
          .hasMessage("the largest gradient value must be positive, got -1.0");
    }
  }

  @Test
  void continuesFromASavedStateBitByBit() {
    for (var factory : ALL) {
      try (Mlp straight = new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(1));
          Mlp resumed = new Mlp(4, 6, 3, Activation.GELU, 0, new Rng(2));
          Optimizer one = factory.apply(ParameterGroup.all(straight, 0.01));
          Optimizer two = factory.apply(ParameterGroup.all(resumed, 0.01))) {
        train(one, straight, 0, 5);
        Map<String, Tensor> weights = copies(straight.state());
        Map<String, Tensor> state = copies(one.state());
        train(one, straight, 5, 10);

        resumed.load(weights);
        two.load(state);
        assertThat(two.steps()).isEqualTo(5);
        train(two, resumed, 5, 10);
        assertThat(two.values().toDoubles()).isEqualTo(one.values().toDoubles());
        assertThat(two.state().keySet()).isEqualTo(one.state().keySet());
        one.state()
            .forEach(
                (name, tensor) ->
                    assertThat(two.state().get(name).toDoubles()).isEqualTo(tensor.toDoubles()));
      }
    }
  }

  @Test
  void namesItsStateAsTorchDoes() {
    List<List<String>> expected =
        List.of(
            List.of("step"),
            List.of("step", "momentum_buffer"),
            List.of("step", "exp_avg", "exp_avg_sq"),
            List.of("step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"),
            List.of("step", "exp_avg"));
    for (int i = 0; i < ALL.size(); i++) {
      try (Optimizer optimizer = ALL.get(i).apply(ParameterGroup.all(mlp, 0))) {
        assertThat(optimizer.state().keySet()).containsExactlyElementsOf(expected.get(i));
      }
    }
  }

  @Test
  void refusesAStateThatDoesNotFitAndChangesNothing() {
    try (Adam adam = adam(mlp)) {
      train(adam, mlp, 0, 2);
      Map<String, Tensor> before = copies(adam.state());
      assertThatThrownBy(() -> adam.load(Map.of("step", Tensor.arange(1).get(0))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[step, exp_avg, exp_avg_sq], got [step]");
      Map<String, Tensor> wrong = new LinkedHashMap<>(before);
      wrong.put("exp_avg", Tensor.zeros(51));
      wrong.put("exp_avg_sq", Tensor.zeros(50));
      assertThatThrownBy(() -> adam.load(wrong))
          .hasMessage(
              "state exp_avg_sq of Adam is float32[51], got float32[50]; was it saved for another"
                  + " model?");
      wrong.put("exp_avg_sq", Tensor.zeros(51).to(DType.F64));
      assertThatThrownBy(() -> adam.load(wrong)).hasMessageContaining("got float64[51]");
      assertThat(adam.state().get("exp_avg").toDoubles())
          .isEqualTo(before.get("exp_avg").toDoubles());
      assertThat(adam.steps()).isEqualTo(2);
    }
  }

  @Test
  void leavesTheParametersValidWhenClosed() {
    long before = Memory.liveHandles();
    Adam adam = adam(mlp);
    train(adam, mlp, 0, 3);
    double[] values = mlp.parameters().get("fc1.weight").toDoubles();
    adam.close();
    assertThat(Memory.liveHandles()).isLessThanOrEqualTo(before);
    assertThat(mlp.parameters().get("fc1.weight").toDoubles()).isEqualTo(values);
    assertThat(Autograd.grad(loss(mlp, 1), mlp.parameters().values().toArray(Tensor[]::new)))
        .hasSize(4);
    try (Adam second = adam(mlp)) {
      train(second, mlp, 0, 3);
      assertThat(second.steps()).isEqualTo(3);
    }
  }

  @Test
  void doesNotLeakOverManySteps() {
    for (var factory : ALL) {
      try (Optimizer optimizer = factory.apply(ParameterGroup.all(mlp, 0))) {
        train(optimizer, mlp, 0, 2);
        long before = Memory.liveHandles();
        train(optimizer, mlp, 2, 52);
        assertThat(Memory.liveHandles()).isLessThanOrEqualTo(before);
      }
    }
  }

  @Test
  void refusesToStepOnParametersThatHaveLeft() {
    try (Adam adam = adam(mlp)) {
      adam.step(0.1, FlatGradients.filled(adam, 1));
      Gradients gradients = FlatGradients.filled(adam, 1);
      mlp.to(DType.F64);
      assertThatThrownBy(() -> adam.step(0.1, gradients))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("parameter fc1.weight no longer lies in this optimiser's vector");
      assertThat(adam.steps()).isEqualTo(1);
    }
  }

  @Test
  void refusesParametersOfDifferentTypes() {
    Map<String, Tensor> mixed = new LinkedHashMap<>();
    mixed.put("a", Tensor.zeros(2));
    mixed.put("b", Tensor.zeros(2).to(DType.F64));
    assertThatThrownBy(() -> Adam.adamW(List.of(new ParameterGroup("all", mixed, 1, 0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameter b is float64 on cpu, but a is float32 on cpu");
    assertThatThrownBy(
            () ->
                Adam.adamW(List.of(new ParameterGroup("all", Map.of("n", Tensor.arange(3)), 1, 0))))
        .hasMessageContaining("parameter n is int64");
  }

  @Test
  void refusesAParameterTwiceAndNoneAtAll() {
    Tensor p = Tensor.zeros(2);
    assertThatThrownBy(
            () ->
                Adam.adamW(
                    List.of(
                        new ParameterGroup("one", Map.of("p", p), 1, 0),
                        new ParameterGroup("two", Map.of("p", p), 1, 0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameter p is in two groups");
    mlp.freeze(true);
    assertThatThrownBy(() -> Adam.adamW(ParameterGroup.all(mlp, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is the whole model frozen?");
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> new Sgd.Config(0, 0, true)).hasMessageContaining("Nesterov");
    assertThatThrownBy(() -> new Sgd.Config(1, 0, false)).hasMessageContaining("momentum");
    assertThatThrownBy(() -> new Sgd.Config(0.9, 2, false)).hasMessageContaining("dampening");
    assertThatThrownBy(() -> Adam.Config.ADAM.withBetas(0.9, 1)).hasMessageContaining("beta2");
    assertThatThrownBy(() -> new Adam.Config(0.9, 0.9, 0, true, true)).hasMessageContaining("eps");
    assertThatThrownBy(() -> new Lion.Config(-0.1, 0.9)).hasMessageContaining("beta1");
    try (Sgd sgd = Sgd.of(ParameterGroup.all(mlp, 0), Sgd.Config.withMomentum(0))) {
      assertThatThrownBy(() -> sgd.momentum(0.9))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("without momentum");
      assertThatThrownBy(() -> sgd.step(Double.NaN, FlatGradients.filled(sgd, 0)))
          .hasMessage("the learning rate must be finite and not negative, got NaN");
    }
  }
}
