package dev.melange.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each rule against numbers computed with torch.optim, and against its formula in plain Java. */
class UpdateRulesTest {
  private static final double DECAY = 0.1;
  private static final int STEPS = 6;
  private static final Adam.Config AMSGRAD = new Adam.Config(0.8, 0.9, 1e-3, false, true);
  private static final Adam.Config AMSGRAD_W = new Adam.Config(0.8, 0.9, 1e-3, true, true);

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  // ---- numbers of torch.optim ----

  /** Six steps on a [2, 3] weight with decay and a [2] bias without, at half the rate. */
  private static double[] afterSixSteps(Function<List<ParameterGroup>, Optimizer> factory) {
    Tensor w = Tensor.of(new double[] {0.5, -1, 2, 0.25, 1.5, -0.75}, 2, 3).requiresGrad_(true);
    Tensor b = Tensor.of(new double[] {1, -2}).requiresGrad_(true);
    List<ParameterGroup> groups =
        List.of(
            new ParameterGroup("decay", Map.of("w", w), 1, DECAY),
            new ParameterGroup("no_decay", Map.of("b", b), 0.5, 0));
    try (Optimizer optimizer = factory.apply(groups)) {
      for (int k = 0; k < STEPS; k++) {
        double[] gradient = new double[8];
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] = Math.sin(3 * k + i) / (k + 1);
        }
        optimizer.step(0.1 / (1 + k), FlatGradients.of(optimizer, Tensor.of(gradient)));
      }
      assertThat(optimizer.steps()).isEqualTo(STEPS);
    }
    return Tensor.cat(0, w.detach().flatten(0, 1), b.detach()).toDoubles();
  }

  private static void isTorch(Function<List<ParameterGroup>, Optimizer> factory, double... values) {
    assertThat(afterSixSteps(factory)).containsExactly(values, within(1e-13));
  }

  @Test
  void plainSgdIsThatOfTorch() {
    isTorch(
        groups -> Sgd.of(groups, Sgd.Config.withMomentum(0)),
        0.48522323289520564,
        -1.0446627028774758,
        1.8795932101695518,
        0.23522152185571824,
        1.5260310224947848,
        -0.6556062818127372,
        1.0101080577728458,
        -2.0277710904351482);
  }

  @Test
  void sgdWithMomentumAndDampeningIsThatOfTorch() {
    isTorch(
        groups -> Sgd.of(groups, new Sgd.Config(0.9, 0.3, false)),
        0.4750122952208984,
        -1.1095345412574102,
        1.7520387866463911,
        0.2172721015028943,
        1.5731530808206875,
        -0.5466566633465334,
        1.0237953555776254,
        -2.061119596692845);
  }

  @Test
  void sgdWithNesterovIsThatOfTorch() {
    isTorch(
        groups -> Sgd.of(groups, Sgd.Config.withNesterov(0.9)),
        0.4576434116577642,
        -1.1221649938846767,
        1.6566586863516461,
        0.20740796813485943,
        1.5684813682396321,
        -0.48314042507866783,
        1.0292139391203632,
        -2.079341474307906);
  }

  @Test
  void adamIsThatOfTorch() {
    isTorch(
        groups -> Adam.of(groups, Adam.Config.ADAM),
        0.3087294241779149,
        -1.1117210608606893,
        1.827997017419847,
        0.12213251127512217,
        1.5929933984754368,
        -0.600022015787511,
        1.0614708311410925,
        -2.0717670696268566);
  }

  @Test
  void adamWithAmsgradIsThatOfTorch() {
    isTorch(
        groups -> Adam.of(groups, AMSGRAD),
        0.31445884821061093,
        -1.103733689592396,
        1.8334203317024365,
        0.1276861697743453,
        1.5847628640736728,
        -0.6062139748291271,
        1.0584409040347762,
        -2.0678179879247653);
  }

  @Test
  void adamWIsThatOfTorch() {
    isTorch(
        Adam::adamW,
        0.4485593454157654,
        -1.1151645596048196,
        1.817221566702532,
        0.13446032431660584,
        1.6040769817104303,
        -0.596804888530586,
        1.0614708311410925,
        -2.0717670696268566);
  }

  @Test
  void adamWWithAmsgradIsThatOfTorch() {
    isTorch(
        groups -> Adam.of(groups, AMSGRAD_W),
        0.4499810030280347,
        -1.1077511905731952,
        1.8237656565011797,
        0.13997429557436378,
        1.596464548918326,
        -0.6034089161498515,
        1.0584409040347762,
        -2.0678179879247653);
  }

  // ---- formulas ----

  /** One update of one number: state is the rule's memory, t the number of the step from 1. */
  private interface Rule {
    double update(double p, double g, double[] state, int t, double rate);
  }

  /** Random steps in float32 on enough elements for every vector width and its remainder. */
  private static void follows(
      long seed, Function<List<ParameterGroup>, Optimizer> factory, Rule rule) {
    System.out.println("seed " + seed);
    Rng rng = new Rng(seed);
    int n = 1037;
    Tensor p = rng.normal(n).requiresGrad_(true);
    double[] expected = p.detach().toDoubles();
    double[][] state = new double[n][3];
    try (Optimizer optimizer =
        factory.apply(List.of(new ParameterGroup("all", Map.of("p", p), 1, DECAY)))) {
      for (int t = 1; t <= STEPS; t++) {
        Gradients gradients = FlatGradients.of(optimizer, rng.normal(n));
        double[] g = FlatGradients.values(optimizer, gradients);
        double rate = 0.01 / t;
        optimizer.step(rate, gradients);
        for (int i = 0; i < n; i++) {
          expected[i] = rule.update(expected[i], g[i], state[i], t, rate);
        }
        assertThat(FlatGradients.values(optimizer, gradients)).as("after").isEqualTo(g);
      }
    }
    assertThat(p.dtype()).isEqualTo(DType.F32);
    assertThat(p.detach().toDoubles()).containsExactly(expected, within(2e-6));
  }

  private static Rule adam(Adam.Config config) {
    return (p, g, state, t, rate) -> {
      double d = config.decoupled() ? g : g + DECAY * p;
      double start = config.decoupled() ? p * (1 - rate * DECAY) : p;
      state[0] = config.beta1() * state[0] + (1 - config.beta1()) * d;
      state[1] = config.beta2() * state[1] + (1 - config.beta2()) * d * d;
      state[2] = Math.max(state[2], state[1]);
      double second = config.amsgrad() ? state[2] : state[1];
      double root = Math.sqrt(second / (1 - Math.pow(config.beta2(), t))) + config.eps();
      return start - rate * state[0] / (1 - Math.pow(config.beta1(), t)) / root;
    };
  }

  @Test
  void adamFollowsItsFormula() {
    int seed = 1;
    for (Adam.Config config : List.of(Adam.Config.ADAM, Adam.Config.ADAM_W, AMSGRAD, AMSGRAD_W)) {
      follows(seed++, groups -> Adam.of(groups, config), adam(config));
    }
  }

  @Test
  void sgdFollowsItsFormula() {
    int seed = 11;
    for (Sgd.Config config :
        List.of(
            Sgd.Config.withMomentum(0),
            Sgd.Config.withMomentum(0.9),
            Sgd.Config.withNesterov(0.8),
            new Sgd.Config(0.9, 0.5, false))) {
      follows(
          seed++,
          groups -> Sgd.of(groups, config),
          (p, g, state, t, rate) -> {
            double d = g + DECAY * p;
            state[0] = t == 1 ? d : config.momentum() * state[0] + (1 - config.dampening()) * d;
            double step = config.nesterov() ? d + config.momentum() * state[0] : state[0];
            return p - rate * (config.momentum() == 0 ? d : step);
          });
    }
  }

  @Test
  void lionFollowsItsFormula() {
    follows(
        21,
        groups -> Lion.of(groups, Lion.Config.DEFAULT),
        (p, g, state, t, rate) -> {
          double next = p * (1 - rate * DECAY) - rate * Math.signum(0.9 * state[0] + (1 - 0.9) * g);
          state[0] = 0.99 * state[0] + (1 - 0.99) * g;
          return next;
        });
  }

  @Test
  void lionLeavesAWeightWithoutGradientAlone() {
    Tensor p = Tensor.of(new double[] {3}).requiresGrad_(true);
    try (Lion lion =
        Lion.of(List.of(new ParameterGroup("all", Map.of("p", p), 1, 0)), Lion.Config.DEFAULT)) {
      lion.step(0.1, FlatGradients.filled(lion, 0));
      assertThat(p.item()).isEqualTo(3);
    }
  }

  @Test
  void momentumCanBeSetForEachStep() {
    double[] betas = {0.95, 0.9, 0.85, 0.9, 0.95, 0.9};
    double[] means = {0, 0};
    Tensor p = Tensor.of(new double[] {1}).requiresGrad_(true);
    Tensor q = Tensor.of(new double[] {1}).requiresGrad_(true);
    try (Adam adam = Adam.adamW(List.of(new ParameterGroup("all", Map.of("p", p), 1, 0)));
        Sgd sgd =
            Sgd.of(
                List.of(new ParameterGroup("all", Map.of("q", q), 1, 0)),
                Sgd.Config.withMomentum(0.5))) {
      for (int k = 0; k < betas.length; k++) {
        double g = Math.cos(k);
        means[0] = betas[k] * means[0] + (1 - betas[k]) * g;
        means[1] = k == 0 ? g : betas[k] * means[1] + g;
        for (Optimizer optimizer : List.of(adam, sgd)) {
          optimizer.momentum(betas[k]);
          optimizer.step(0.1, FlatGradients.filled(optimizer, g));
        }
      }
      assertThat(adam.state().get("exp_avg").item()).isCloseTo(means[0], within(1e-14));
      assertThat(sgd.state().get("momentum_buffer").item()).isCloseTo(means[1], within(1e-14));
    }
  }
}
