package dev.melange.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads libtorch and calls it: scalars, optional arguments, readable errors. */
final class Native {
  private static final Logger LOG = LoggerFactory.getLogger(Native.class);
  private static final Pattern STACK = Pattern.compile("Exception raised from|\\nframe #0:");
  private static final Pattern TOO_LARGE = Pattern.compile("you tried to allocate (\\d+) bytes");
  private static final int MAX_CACHED_SCALARS = 4096;
  private static final ConcurrentHashMap<Number, Scalar> SCALARS = new ConcurrentHashMap<>();

  // The count of all threads' listeners keeps the look-up of the thread's own off the usual path.
  private static final AtomicInteger LISTENING = new AtomicInteger();
  private static final ThreadLocal<OperationListener> LISTENER = new ThreadLocal<>();

  private static final ThreadLocal<Ring> RECENT = ThreadLocal.withInitial(Ring::new);

  static {
    // JavaCPP asks the operating system for the process size at each allocation unless told not to
    // (5 microseconds), and registers a phantom reference per object. Ownership is ours (Scope).
    for (String limit : new String[] {"maxPhysicalBytes", "maxBytes"}) {
      setDefault("org.bytedeco.javacpp." + limit, "0");
    }
    setDefault("org.bytedeco.javacpp.nopointergc", "true");
    org.bytedeco.javacpp.Loader.load(org.bytedeco.pytorch.global.torch.class);
  }

  // Immutable "none" arguments, shared by all calls.
  static final TensorOptional NO_TENSOR = new TensorOptional();
  static final LongOptional NO_LONG = new LongOptional();
  static final DoubleOptional NO_DOUBLE = new DoubleOptional();
  static final ScalarTypeOptional NO_TYPE = new ScalarTypeOptional();
  static final BoolOptional NO_BOOL = new BoolOptional();
  static final org.bytedeco.pytorch.StringViewOptional NO_STRING =
      new org.bytedeco.pytorch.StringViewOptional();
  static final MemoryFormatOptional NO_FORMAT = new MemoryFormatOptional();

  private Native() {}

  private static void setDefault(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }

  /** Makes sure that libtorch is loaded. */
  static void load() {}

  /** Runs one native operation; its failure becomes a {@link TensorException} with the operands. */
  static Tensor op(String name, Supplier<org.bytedeco.pytorch.Tensor> call, Tensor... operands) {
    Tensor result = new Tensor(call(name, call, operands));
    if (LISTENING.get() != 0) {
      OperationListener listener = LISTENER.get();
      if (listener != null) {
        listener.ran(name, result, operands);
      }
    }
    return result;
  }

  /** Runs the body with a listener to this thread's operations; an outer one hears nothing. */
  static <T> T listen(OperationListener listener, Supplier<T> body) {
    OperationListener outer = LISTENER.get();
    LISTENER.set(listener);
    LISTENING.incrementAndGet();
    try {
      return body.get();
    } finally {
      LISTENING.decrementAndGet();
      if (outer == null) {
        LISTENER.remove();
      } else {
        LISTENER.set(outer);
      }
    }
  }

  static <T> T call(String name, Supplier<T> call, Tensor... operands) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      throw failure(name, e, operands);
    }
  }

  static RuntimeException failure(String name, RuntimeException cause, Tensor... operands) {
    for (Tensor operand : operands) {
      if (operand != null && operand.isClosed()) {
        return new IllegalStateException(
            name
                + ": an operand was already closed: its scope has ended. Return it from Scope.run, or"
                + " hand it to the outer scope with keep()");
      }
    }
    if (cause instanceof TensorException || cause.getMessage() == null) {
      return cause;
    }
    LOG.debug("{} failed", name, cause);
    StringBuilder text =
        new StringBuilder(name).append(": ").append(firstLines(cause.getMessage()));
    if (operands.length > 0) {
      text.append(" (operands: ");
      for (int i = 0; i < operands.length; i++) {
        text.append(i == 0 ? "" : ", ");
        text.append(operands[i] == null ? "none" : describe(operands[i]));
      }
      text.append(')');
    }
    return new TensorException(text.toString(), cause);
  }

  private static String describe(Tensor t) {
    return t.dtype().torchName() + Arrays.toString(t.shape());
  }

  /** The message without libtorch's C++ stack. */
  static String firstLines(String message) {
    Matcher memory = TOO_LARGE.matcher(message);
    if (memory.find()) {
      return String.format(
          Locale.ROOT,
          "there is not enough memory for a tensor of %.1f GiB; use smaller images, batches or models",
          Double.parseDouble(memory.group(1)) / (1 << 30));
    }
    return STACK.split(message, 2)[0].strip();
  }

  static Scalar scalar(double value) {
    return scalar((Number) value);
  }

  static Scalar scalar(long value) {
    return scalar((Number) value);
  }

  private static Scalar scalar(Number value) {
    Scalar cached = SCALARS.get(value);
    if (cached != null) {
      return cached;
    }
    // The double constructor for doubles: libtorch's type promotion looks at the kind.
    Scalar made =
        value instanceof Long l ? new Scalar(l.longValue()) : new Scalar(value.doubleValue());
    if (SCALARS.size() >= MAX_CACHED_SCALARS) {
      return RECENT.get().replaceOldest(made);
    }
    Scalar first = SCALARS.putIfAbsent(value, made);
    if (first == null) {
      return made;
    }
    made.close();
    return first;
  }

  /** Scalars beyond the cache: each is closed when its thread has made as many others. */
  private static final class Ring {
    private final Scalar[] scalars = new Scalar[64]; // far more than one operation's arguments
    private int next;

    Scalar replaceOldest(Scalar made) {
      if (scalars[next] != null) {
        scalars[next].close();
      }
      scalars[next] = made;
      next = (next + 1) % scalars.length;
      return made;
    }
  }

  /** The argument for an optional tensor; close it after the call. */
  static TensorOptional optional(Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor.raw());
  }

  static TensorVector vector(Tensor... tensors) {
    org.bytedeco.pytorch.Tensor[] raws = new org.bytedeco.pytorch.Tensor[tensors.length];
    for (int i = 0; i < raws.length; i++) {
      raws[i] = tensors[i].raw();
    }
    return new TensorVector(raws);
  }

  /** Takes the tensors out of a native vector and closes it. */
  static Tensor[] unpack(TensorVector vector) {
    try (vector) {
      Tensor[] tensors = new Tensor[Math.toIntExact(vector.size())];
      for (int i = 0; i < tensors.length; i++) {
        // get() is a reference into the vector: copy the handle, it outlives the vector
        try (org.bytedeco.pytorch.Tensor element = vector.get(i)) {
          tensors[i] =
              element.defined() ? new Tensor(new org.bytedeco.pytorch.Tensor(element)) : null;
        }
      }
      return tensors;
    }
  }
}
