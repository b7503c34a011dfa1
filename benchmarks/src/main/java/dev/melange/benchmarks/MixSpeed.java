package dev.melange.benchmarks;

import dev.melange.data.image.Normalize;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixLosses;
import dev.melange.mix.MixTraining;
import dev.melange.nn.ImageModel;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Sgd;
import dev.melange.papers.Mixing;
import dev.melange.papers.Vision;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingProgress;
import dev.melange.train.TrainingStopped;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Processor time (without the JIT compiler's) of mixing a batch by each hand-crafted policy, of a
 * training step, of the passes of the network that AttentiveMix and PuzzleMix ask for ({@code
 * POLICY:network}), and of a training step of each learned policy; {@code
 * benchmarks/peers/mix_policies.py} prints the same for PyTorch, and {@link MixCompare} both beside
 * each other.
 *
 * <p>Arguments: {@code tiny} or {@code 18} (the ResNet for small images), batch, seconds per
 * measurement, and optionally the names to measure: policies, {@code step}, {@code step:POLICY}.
 * Prints a JSON line for each.
 */
public final class MixSpeed {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long[] SHAPE = {3, 32, 32};
  private static final int CLASSES = 10;
  private static final int WARM_UP = 3;
  private static final Normalize NORMALIZE =
      new Normalize(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f});

  private MixSpeed() {}

  /** Measures all, or what is named. */
  public static void main(String[] arguments) throws IOException {
    String model = arguments[0].equals("tiny") ? "resnet_tiny_cifar" : "resnet18_cifar";
    int batch = Integer.parseInt(arguments[1]);
    double seconds = Double.parseDouble(arguments[2]);
    List<String> names = Arrays.asList(arguments).subList(3, arguments.length);
    for (String policy : Mixing.names()) {
      boolean learned = policy.startsWith("ada") || policy.equals("automix");
      boolean hidden = policy.equals("vanilla") || policy.equals("manifoldmix");
      if (!learned && !hidden && isWanted(names, policy)) {
        print(policy, mixing(policy, model, batch, seconds));
      }
      if (policy.equals("attentivemix") || policy.equals("puzzlemix")) {
        String network = policy + ":network";
        if (isWanted(names, network)) {
          print(network, looking(policy, model, batch, seconds));
        }
      }
    }
    for (String policy : List.of("vanilla", "adamixup", "automix", "adautomix")) {
      String name = policy.equals("vanilla") ? "step" : "step:" + policy;
      if (isWanted(names, name)) {
        print(name, step(policy, model, batch, seconds));
      }
    }
  }

  private static boolean isWanted(List<String> names, String name) {
    return names.isEmpty() || names.contains(name);
  }

  private static void print(String name, double milliseconds) {
    System.out.printf(Locale.ROOT, "{\"name\": \"%s\", \"ms\": %.4f}%n", name, milliseconds);
  }

  /** Nanoseconds of all threads that compute, without those of the JIT compiler. */
  private static long processorTime() {
    long sum = 0;
    for (long id : THREADS.getAllThreadIds()) {
      sum += Math.max(0, THREADS.getThreadCpuTime(id));
    }
    return sum;
  }

  private static Map<String, Tensor> data(int batch) {
    return Map.of(
        "image", new Rng(2).normal(batch, SHAPE[0], SHAPE[1], SHAPE[2]),
        "label", new Rng(3).uniform(batch).mul(CLASSES).to(DType.I64));
  }

  private static ImageModel model(String name) {
    ImageModel model = Vision.create(name, options -> options.classes(CLASSES).size(32));
    model.to(Engine.get().device());
    return model;
  }

  private static double mixing(String policy, String name, int batch, double seconds) {
    try (Scope scope = Scope.open();
        ImageModel model = model(name);
        MixTraining mixing = Mixing.parse(policy).with(model, SHAPE, NORMALIZE, 1)) {
      TensorBatch images = TensorBatch.of(data(batch));
      Rng rng = new Rng(4);
      return repeated(() -> mixing.mix(images, rng, TrainingProgress.START), seconds);
    }
  }

  /** The passes of the network alone that a policy's definition asks for. */
  private static double looking(String policy, String name, int batch, double seconds) {
    try (Scope scope = Scope.open();
        ImageModel model = model(name)) {
      model.eval();
      TensorBatch images = TensorBatch.of(data(batch));
      MixContext context = MixContext.of(model, NORMALIZE);
      return repeated(
          policy.equals("puzzlemix")
              ? () -> context.gradientSaliency(images.get("image"), images.get("label"))
              : () -> Inference.run(images, part -> model.forwardFeatures(part.get("image"))),
          seconds);
    }
  }

  /** Milliseconds of a call, when it is compiled. */
  private static double repeated(Runnable call, double seconds) {
    Runnable once =
        () -> {
          try (Scope each = Scope.open()) {
            call.run();
          }
        };
    long warm = System.nanoTime();
    do {
      once.run();
    } while (System.nanoTime() - warm < seconds * 1e9); // the JIT compiler needs some calls
    int count = 0;
    long processor = processorTime();
    long begin = System.nanoTime();
    while (count < WARM_UP || System.nanoTime() - begin < seconds * 1e9) {
      once.run();
      count++;
    }
    return (processorTime() - processor) / 1e6 / count;
  }

  private static double step(String policy, String name, int batch, double seconds)
      throws IOException {
    try (Scope scope = Scope.open();
        ImageModel model = model(name);
        MixTraining mixing = Mixing.parse(policy).with(model, SHAPE, NORMALIZE, 1);
        Sgd sgd =
            Sgd.of(ParameterGroup.all(mixing.trained(), 5e-4), Sgd.Config.withMomentum(0.9))) {
      List<Long> ends = new ArrayList<>();
      long[] start = new long[1];
      Trainer trainer =
          mixing
              .trainer(MixLosses.CROSS_ENTROPY.objective(model))
              .data(Minibatches.inOrder(data(batch), batch))
              .optimizer(sgd)
              .learningRate(0.01)
              .steps(1_000_000)
              .evaluateEvery(Integer.MAX_VALUE)
              .listener(
                  new TrainingListener() {
                    @Override
                    public void step(StepRecord step) {
                      if (step.step() >= WARM_UP) {
                        if (ends.isEmpty()) {
                          start[0] = System.nanoTime();
                        }
                        ends.add(processorTime());
                      }
                    }
                  })
              .cancellation(() -> ends.size() > 3 && System.nanoTime() - start[0] > seconds * 1e9);
      try {
        trainer.fit();
      } catch (TrainingStopped enough) {
        return (ends.get(ends.size() - 1) - ends.get(0)) / 1e6 / (ends.size() - 1);
      }
      throw new IllegalStateException("the training ended before its time");
    }
  }
}
