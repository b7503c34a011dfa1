package dev.melange.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * The device, the threads and the precision that computations use, decided once per process.
 *
 * <p>libtorch and its BLAS each have a pool of threads, and on a few cores they fight. The fast
 * plan on a CPU is one single-threaded Java worker per core, each running a part of the batch
 * ({@link #parallel}); intra-op threads serve calls from other threads, such as a single
 * prediction.
 */
public final class Engine {
  private static Engine instance;

  /** Arithmetic of training and inference. */
  public enum Precision {
    /** 32-bit floating point. */
    FLOAT32,
    /** Matrix products in bfloat16, the rest in float32 (autocast). */
    BFLOAT16
  }

  /**
   * What is decided once.
   *
   * @param device where models and batches go
   * @param workers single-threaded Java workers for {@link #parallel}
   * @param intraOp libtorch's threads for calls from other threads
   * @param precision arithmetic
   */
  public record Plan(Device device, int workers, int intraOp, Precision precision) {
    /** Checks the numbers. */
    public Plan {
      if (workers < 1 || intraOp < 1) {
        throw new IllegalArgumentException(
            "workers and intra-op threads are at least 1, got %d and %d"
                .formatted(workers, intraOp));
      }
    }

    /**
     * The plan for this machine: the CPU, one worker and one intra-op thread per core. The
     * environment variable {@code MELANGE_THREADS} replaces the number of cores, {@code
     * MELANGE_DEVICE} the device.
     */
    public static Plan defaults() {
      String threads = System.getenv("MELANGE_THREADS");
      int cores =
          threads == null ? Runtime.getRuntime().availableProcessors() : parseThreads(threads);
      String device = System.getenv("MELANGE_DEVICE");
      return new Plan(
          device == null ? Device.CPU : Device.of(device), cores, cores, Precision.FLOAT32);
    }

    private static int parseThreads(String text) {
      try {
        return Integer.parseInt(text.strip());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "MELANGE_THREADS is a number of threads, got '" + text + "'", e);
      }
    }
  }

  private final Plan plan;
  private final ExecutorService workers;

  private Engine(Plan plan) {
    this.plan = plan;
    Native.load();
    if (plan.device().isCuda() && !torch.cuda_is_available()) {
      throw new IllegalArgumentException(
          "device "
              + plan.device()
              + " was asked for, but no CUDA device is usable; build with -Pcuda and check the NVIDIA"
              + " driver, or use --device cpu");
    }
    openblas.blas_set_num_threads(1);
    AtomicInteger number = new AtomicInteger();
    workers =
        Executors.newFixedThreadPool(
            plan.workers(), task -> new Worker(task, "melange-worker-" + number.incrementAndGet()));
    startWorkers();
    torch.set_num_threads(plan.intraOp());
  }

  private static final class Worker extends Thread {
    Worker(Runnable task, String name) {
      super(task, name);
      setDaemon(true);
    }
  }

  // Each worker tells libtorch once that it computes alone; all must be up before the plan's
  // intra-op number is set, because the last number set is the default of threads to come.
  private void startWorkers() {
    CountDownLatch up = new CountDownLatch(plan.workers());
    List<Future<?>> starts = new ArrayList<>();
    for (int i = 0; i < plan.workers(); i++) {
      starts.add(
          workers.submit(
              () -> {
                torch.get_num_threads();
                torch.set_num_threads(1);
                up.countDown();
                up.await();
                return null;
              }));
    }
    starts.forEach(Engine::await);
  }

  /**
   * Starts the engine with a plan.
   *
   * @throws IllegalStateException if it already runs with another plan
   */
  public static synchronized Engine start(Plan plan) {
    if (instance == null) {
      instance = new Engine(plan);
    } else if (!instance.plan.equals(plan)) {
      throw new IllegalStateException(
          "the engine already runs with " + instance.plan + "; a process has one plan");
    }
    return instance;
  }

  /** The engine; started with {@link Plan#defaults()} unless {@link #start} came before. */
  public static synchronized Engine get() {
    return instance == null ? start(Plan.defaults()) : instance;
  }

  /** What was decided. */
  public Plan plan() {
    return plan;
  }

  /** The device of the plan. */
  public Device device() {
    return plan.device();
  }

  /** Number of workers. */
  public int workers() {
    return plan.workers();
  }

  /**
   * Runs tasks on the single-threaded workers and waits for all. Each task has a scope of its own;
   * the tensors in its result go to the caller's scope. Tasks record gradients and use autocast as
   * their caller does. From within a task the tasks run one after the other on the same worker.
   *
   * @return the results in the order of the tasks
   * @throws RuntimeException what a task threw, after all have ended; of several, the first in the
   *     order of the tasks, the others are suppressed exceptions of it
   */
  public <T> List<T> parallel(List<Supplier<T>> tasks) {
    if (Thread.currentThread() instanceof Worker) {
      // waiting for a worker from a worker would block for ever
      return collect(tasks.stream().map(task -> Escape.now(task)).toList());
    }
    boolean recording = Autograd.isEnabled();
    boolean autocast = torch.is_autocast_enabled(deviceType());
    List<Future<Escape<T>>> running = new ArrayList<>(tasks.size());
    for (Supplier<T> task : tasks) {
      running.add(
          workers.submit(
              () -> {
                try (Autograd.NoGrad guard =
                    recording ? Autograd.enableGrad() : Autograd.noGrad()) {
                  return Escape.now(autocast ? () -> withAutocast(task) : task);
                }
              }));
    }
    return collect(running.stream().map(Engine::await).toList());
  }

  /** What a task made or threw, and the tensors in it that belong to nobody yet. */
  private record Escape<T>(T result, Throwable failure, List<Tensor> tensors) {
    static <T> Escape<T> now(Supplier<T> task) {
      List<Tensor> tensors = new ArrayList<>();
      try {
        return new Escape<>(Scope.runDetached(task, tensors), null, tensors);
      } catch (RuntimeException | Error e) {
        return new Escape<>(null, e, tensors);
      }
    }
  }

  private static <T> List<T> collect(List<Escape<T>> escapes) {
    List<T> results = new ArrayList<>(escapes.size());
    Throwable failure = null;
    for (Escape<T> escape : escapes) {
      if (escape.failure() == null) {
        results.add(escape.result());
      } else if (failure == null) {
        failure = escape.failure();
      } else if (failure != escape.failure()) {
        failure.addSuppressed(escape.failure());
      }
    }
    if (failure != null) {
      escapes.forEach(escape -> escape.tensors().forEach(Tensor::close));
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
    escapes.forEach(escape -> Scope.adopt(escape.tensors()));
    return results;
  }

  private static <T> T await(Future<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true; // a native computation cannot be cut: finish it, then tell the caller
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException runtime) {
            throw runtime;
          } else if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs the body in the plan's precision (autocast for bfloat16). */
  public <T> T withPrecision(Supplier<T> body) {
    if (plan.precision() == Precision.FLOAT32) {
      return body.get();
    }
    return withAutocast(body);
  }

  private torch.DeviceType deviceType() {
    return plan.device().isCuda() ? torch.DeviceType.CUDA : torch.DeviceType.CPU;
  }

  private <T> T withAutocast(Supplier<T> body) {
    torch.DeviceType type = deviceType();
    boolean before = torch.is_autocast_enabled(type);
    torch.set_autocast_enabled(type, true);
    torch.set_autocast_dtype(type, DType.BF16.torch());
    try {
      return body.get();
    } finally {
      torch.set_autocast_enabled(type, before);
      if (!before) {
        torch.clear_cache();
      }
    }
  }

  private static String libraryVersion() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the version of the presets", e);
    }
  }

  /** What was found and decided, for {@code melange doctor}: label to value, in order. */
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("libtorch (presets)", libraryVersion());
    facts.put("device", plan.device().toString());
    facts.put(
        "CUDA",
        torch.cuda_is_available() ? torch.cuda_device_count() + " device(s)" : "not available");
    facts.put("workers", plan.workers() + " single-threaded");
    facts.put("intra-op threads", String.valueOf(plan.intraOp()));
    facts.put("BLAS", openblas.blas_get_vendor() == 1 ? "OpenBLAS, 1 thread" : "vendor BLAS");
    facts.put("oneDNN", torch.hasMKLDNN() ? "available" : "not available");
    facts.put("precision", plan.precision().name().toLowerCase(Locale.ROOT));
    return facts;
  }
}
