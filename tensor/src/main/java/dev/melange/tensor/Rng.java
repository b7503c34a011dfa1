package dev.melange.tensor;

import java.nio.FloatBuffer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A stream of random numbers that is a pure function of its seed: SplitMix64 with a counter. Its
 * state is two numbers, so runs can be repeated and resumed exactly.
 *
 * <p>Constructors of layers take an {@code Rng} for their initial weights. Layers that draw while
 * they run (dropout, stochastic depth) take the stream that the training step has bound to its
 * thread with {@link #bind()}, so that parallel workers draw independently and repeatably; there is
 * no global generator.
 *
 * <p>Not thread-safe; give each thread a {@link #fork}.
 */
public final class Rng implements RandomGenerator {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final int MANY = 1024; // elements
  private static final int CHUNK = 4096; // elements, even
  private static final ThreadLocal<Rng> BOUND = new ThreadLocal<>();

  private final long seed;
  private long count;

  /** A stream from its beginning. */
  public Rng(long seed) {
    this(seed, 0);
  }

  /** A stream from the position at which {@code count} numbers have been drawn. */
  public Rng(long seed, long count) {
    this.seed = seed;
    this.count = count;
  }

  /** The seed. */
  public long seed() {
    return seed;
  }

  /** How many 64-bit numbers were drawn: with the seed, the whole state. */
  public long count() {
    return count;
  }

  /** An independent stream for a purpose named by numbers, for instance (epoch, step, part). */
  public Rng fork(long... ids) {
    long key = mix(seed ^ 0x5851F42D4C957F2DL);
    for (long id : ids) {
      key = mix(key + GOLDEN_GAMMA * (id + 1));
    }
    return new Rng(key);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public long nextLong() {
    count++;
    return mix(seed + GOLDEN_GAMMA * count);
  }

  /** A random order of the numbers 0 .. n-1 (Fisher-Yates). */
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** A number of the Gamma distribution with scale 1 (Marsaglia and Tsang, 2000). */
  public double gamma(double shape) {
    if (!(shape > 0)) {
      throw new IllegalArgumentException("gamma needs a shape above 0, got " + shape);
    }
    if (shape < 1) {
      return gamma(shape + 1) * Math.pow(nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = nextGaussian();
      double v = 1 + c * x;
      if (v > 0) {
        v = v * v * v;
        double u = 1 - nextDouble();
        if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }
  }

  /** A number of the Beta distribution. */
  public double beta(double a, double b) {
    double x = gamma(a);
    double y = gamma(b);
    // both can underflow for tiny parameters; the distribution is then all on 0 and 1
    return x + y > 0 ? x / (x + y) : (nextDouble() < a / (a + b) ? 1 : 0);
  }

  // ---- tensors ----

  /** libtorch's generator: 5 KB of state, but seeded for each draw, so a thread needs only one. */
  private static final class Source {
    private static final ThreadLocal<Source> OF_THREAD = ThreadLocal.withInitial(Source::new);

    private final Generator generator;
    private final GeneratorOptional argument;

    private Source() {
      Native.load();
      generator = torch.createCPUGenerator(0);
      argument = new GeneratorOptional(generator);
    }
  }

  private GeneratorOptional native_() {
    Source source = Source.OF_THREAD.get();
    source.generator.set_current_seed(nextLong());
    return source.argument;
  }

  /** Fills a floating-point tensor on the CPU with N(mean, std^2) in place. Returns it. */
  public Tensor normal_(Tensor target, double mean, double std) {
    GeneratorOptional g = native_();
    Native.call("normal_", () -> target.raw().normal_(mean, std, g), target);
    return target;
  }

  /** Fills a floating-point tensor on the CPU with U(low, high) in place. Returns it. */
  public Tensor uniform_(Tensor target, double low, double high) {
    GeneratorOptional g = native_();
    Native.call("uniform_", () -> target.raw().uniform_(low, high, g), target);
    return target;
  }

  /** Standard normal {@link DType#F32} numbers. */
  public Tensor normal(long... shape) {
    return normal_(Tensor.empty(shape), 0, 1);
  }

  /** Uniform {@link DType#F32} numbers in [0, 1). */
  public Tensor uniform(long... shape) {
    return uniform_(Tensor.empty(shape), 0, 1);
  }

  /** {@link DType#F32} ones with a probability, zeros otherwise. */
  public Tensor bernoulli(double probability, long... shape) {
    Tensor target = Tensor.empty(shape);
    if (target.numel() >= MANY && target.numel() <= Integer.MAX_VALUE) {
      return bernoulliOfBits(target, probability);
    }
    GeneratorOptional g = native_();
    Native.call("bernoulli_", () -> target.raw().bernoulli_(probability, g), target);
    return target;
  }

  // libtorch draws one number after the other from a Mersenne twister. Dropout masks are large, and
  // need no more than 32 bits of a hashed counter (SplitMix64) each.
  private Tensor bernoulliOfBits(Tensor target, double probability) {
    long threshold = Math.round(probability * (1L << 32)); // of 2^32
    Rng bits = new Rng(nextLong());
    float[] chunk = new float[CHUNK];
    FloatBuffer buffer = target.raw().createBuffer();
    while (buffer.hasRemaining()) {
      int count = Math.min(CHUNK, buffer.remaining());
      for (int i = 0; i < count; i += 2) {
        long two = bits.nextLong();
        chunk[i] = (two >>> 32) < threshold ? 1 : 0;
        chunk[i + 1] = (two & 0xFFFFFFFFL) < threshold ? 1 : 0;
      }
      buffer.put(chunk, 0, count);
    }
    return target;
  }

  // ---- binding to a thread ----

  /** Ends a {@link #bind() binding}. */
  public static final class Binding implements AutoCloseable {
    private final Rng before;

    private Binding(Rng before) {
      this.before = before;
    }

    @Override
    public void close() {
      if (before == null) {
        BOUND.remove();
      } else {
        BOUND.set(before);
      }
    }
  }

  /** Makes this the stream that layers on this thread draw from, until the binding is closed. */
  public Binding bind() {
    Binding binding = new Binding(BOUND.get());
    BOUND.set(this);
    return binding;
  }

  /** Runs the body with this stream bound to the thread. */
  public <T> T run(Supplier<T> body) {
    try (Binding binding = bind()) {
      return body.get();
    }
  }

  /**
   * The stream bound to this thread.
   *
   * @throws IllegalStateException if there is none: a layer that draws ran in training mode outside
   *     a training step
   */
  public static Rng bound() {
    Rng rng = BOUND.get();
    if (rng == null) {
      throw new IllegalStateException(
          "a layer draws random numbers in training mode, but no Rng is bound to this thread; run it"
              + " inside rng.run(...), or call eval() first");
    }
    return rng;
  }
}
