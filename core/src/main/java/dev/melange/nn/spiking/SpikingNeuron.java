package dev.melange.nn.spiking;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * A layer of spiking neurons over T time steps, one neuron per element of a step: [T, ...] to
 * spikes 0 or 1 of the same shape. The potential v starts at its reset value in every forward pass,
 * so nothing is carried from batch to batch. At each step, with r the reset value (0 if there is
 * none):
 *
 * <pre>
 *   charge  "lif"  v = v + (x - (v - r)) / tau      or, without decay_input, v - (v - r) / tau + x
 *           "if"   v = v + x
 *   fire    s = 1 if v &gt;= v_threshold, else 0
 *   reset   hard   v = (1 - s) v + s r             or, if v_reset is null, v - s v_threshold
 * </pre>
 *
 * <p>The derivative of s is that of a {@link Surrogate}; all else is back-propagation through time.
 * It has no weights.
 *
 * <p>In float32 on a CPU the time loop is one pass of a fused kernel over the data; otherwise, and
 * when the potential is asked for, it is composed of tensor operators.
 */
public final class SpikingNeuron extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param neuron leaky integrate-and-fire or integrate-and-fire
   * @param tau time constant of the leak, at least 1; of no effect on "if"
   * @param decay_input whether the input is divided by tau, too
   * @param v_threshold potential from which on the neuron fires
   * @param v_reset potential after a spike (hard reset); null to subtract the threshold (soft)
   * @param detach_reset whether the gradient ignores that the reset depends on the spike
   * @param surrogate what replaces the derivative of a spike
   * @param alpha steepness of the surrogate; null for its default
   */
  public record Config(
      @Default("lif") @OneOf({"lif", "if"}) String neuron,
      @Default("2.0") double tau,
      @Default("true") boolean decay_input,
      @Default("1.0") double v_threshold,
      @Default(value = "0.0", orNull = true) Double v_reset,
      @Default("true") boolean detach_reset,
      @Default("sigmoid") @OneOf({"sigmoid", "atan"}) String surrogate,
      @Default("null") Double alpha) {
    /** Checks the values and fills in the default alpha. */
    public Config {
      if (!neuron.equals("lif") && !neuron.equals("if")) {
        throw new IllegalArgumentException(
            "unknown neuron '" + neuron + "'; known: lif (leaky), if");
      }
      if (!(tau >= 1)) {
        throw new IllegalArgumentException("tau must be at least 1, got " + tau);
      }
      if (!Double.isFinite(v_threshold) || (v_reset != null && !(v_reset < v_threshold))) {
        throw new IllegalArgumentException(
            "v_threshold must be finite and above v_reset, got v_threshold %s and v_reset %s"
                .formatted(v_threshold, v_reset));
      }
      alpha = alpha == null ? Double.valueOf(Surrogate.of(surrogate).defaultAlpha()) : alpha;
      if (!(alpha > 0)) {
        throw new IllegalArgumentException("alpha must be positive, got " + alpha);
      }
    }

    /** The leaky neuron with tau 2, threshold 1, hard reset to 0 and the sigmoid surrogate. */
    public static Config lif() {
      return new Config("lif", 2, true, 1, 0.0, true, "sigmoid", null);
    }

    /** The same with another threshold. */
    public Config threshold(double value) {
      return new Config(neuron, tau, decay_input, value, v_reset, detach_reset, surrogate, alpha);
    }

    /** The potential after a hard reset and before the first step: 0 for a soft reset. */
    double rest() {
      return v_reset == null ? 0 : v_reset;
    }
  }

  /**
   * What neurons did.
   *
   * @param spikes 0 or 1, [T, ...]
   * @param potential after the reset of each step, [T, ...]
   */
  public record Firing(Tensor spikes, Tensor potential) {}

  /** Who is told of the spikes of each thread. */
  static final ThreadLocal<SpikeListener> LISTENER = new ThreadLocal<>();

  private final Config config;
  private final Surrogate surrogate;
  private final SpikeKernel kernel;

  /** Neurons of a configuration. */
  public SpikingNeuron(Config config) {
    this.config = config;
    surrogate = Surrogate.of(config.surrogate());
    kernel = new SpikeKernel(config);
  }

  /** Leaky neurons as {@link Config#lif()}. */
  public SpikingNeuron() {
    this(Config.lif());
  }

  /** The configuration. */
  public Config config() {
    return config;
  }

  /**
   * The spikes.
   *
   * @param x input currents, [T, ...]
   * @return 0 or 1, of the input's shape and type
   */
  @Override
  public Tensor forward(Tensor x) {
    requireTime(x);
    Tensor spikes =
        x.dtype() == DType.F32 && !x.device().isCuda() && kernel.fits(x)
            ? kernel.spikes(x)
            : scoped(() -> composed(x, null).spikes());
    tell(spikes);
    return spikes;
  }

  /**
   * The spikes and the potentials.
   *
   * @param x input currents, [T, ...]
   * @param initial potential before the first step, of the shape of a step; null for the reset
   *     value
   */
  public Firing fire(Tensor x, Tensor initial) {
    requireTime(x);
    Firing firing = composed(x, initial);
    tell(firing.spikes());
    return firing;
  }

  private void tell(Tensor spikes) {
    SpikeListener listener = LISTENER.get();
    if (listener != null) {
      listener.fired(this, spikes);
    }
  }

  private static void requireTime(Tensor x) {
    if (x.dim() < 2 || x.size(0) < 1 || !x.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "spiking neurons expect floating-point input [T, ...] with at least one time step, got %s %s"
              .formatted(x.dtype().torchName(), Arrays.toString(x.shape())));
    }
  }

  /** The equations step by step: the reference for the fused kernel. */
  Firing composed(Tensor x, Tensor initial) {
    double theta = config.v_threshold();
    double rest = config.rest();
    Tensor v = initial == null ? x.get(0).zerosLike().add(rest) : initial;
    Tensor[] spikes = new Tensor[(int) x.size(0)];
    Tensor[] potentials = new Tensor[spikes.length];
    for (int t = 0; t < spikes.length; t++) {
      v = charge(v, x.get(t), rest);
      Tensor s = surrogate.spikes(v.sub(theta), config.alpha());
      Tensor reset = config.detach_reset() ? s.detach() : s;
      v =
          config.v_reset() == null
              ? v.sub(reset.mul(theta))
              : reset.rsub(1).mul(v).add(reset.mul(rest));
      spikes[t] = s;
      potentials[t] = v;
    }
    return new Firing(Tensor.stack(0, spikes), Tensor.stack(0, potentials));
  }

  private Tensor charge(Tensor v, Tensor x, double rest) {
    if (config.neuron().equals("if")) {
      return v.add(x);
    }
    Tensor above = v.sub(rest);
    return config.decay_input()
        ? v.add(x.sub(above).div(config.tau()))
        : v.sub(above.div(config.tau())).add(x);
  }
}
