package dev.melange.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.melange.nn.ResNet;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Sgd;
import dev.melange.papers.hardnegativemixing.ContrastiveTraining;
import dev.melange.papers.hardnegativemixing.MocoEncoder;
import dev.melange.papers.hardnegativemixing.MocoModel;
import dev.melange.papers.hardnegativemixing.MocoUpdate;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TrainingListener;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The time of a training step of MoCo-v2 and of MoCHi, both encoders, objective, gradients and
 * update; {@code benchmarks/peers/contrastive_steps.py} measures the same in PyTorch, from the same
 * weights, images and queue. Prints a JSON line for each; {@link ContrastiveCompare} runs both.
 *
 * <p>Arguments: blocks per stage joined by commas, width of the first stage, images per step, their
 * side, keys in the queue, and steps to measure.
 */
public final class ContrastiveSteps {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final int DIM = 128;
  private static final int WARM_UP = 3;

  private ContrastiveSteps() {}

  /** Measures both. */
  public static void main(String[] arguments) throws IOException {
    String[] blocks = arguments[0].split(",");
    int[] layers = new int[blocks.length];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = Integer.parseInt(blocks[i]);
    }
    int width = Integer.parseInt(arguments[1]);
    int batch = Integer.parseInt(arguments[2]);
    int side = Integer.parseInt(arguments[3]);
    int queue = Integer.parseInt(arguments[4]);
    int steps = Integer.parseInt(arguments[5]);
    var shape = new MocoEncoder.Config("basic", layers, width, 3, DIM, true, ResNet.SMALL_IMAGES);
    for (String method : new String[] {"moco", "mochi"}) {
      measure(method, shape, batch, side, queue, steps);
    }
  }

  private static void measure(
      String method, MocoEncoder.Config shape, int batch, int side, int queue, int steps)
      throws IOException {
    int hard = queue / 16;
    var config = new ContrastiveTraining.Config(method, 0.2, hard, hard, hard / 8, false, 0.999, 0);
    try (Scope scope = Scope.open();
        MocoModel<MocoEncoder> model =
            new MocoModel<>(() -> new MocoEncoder(shape, new Rng(1)), DIM, queue, new Rng(2))) {
      begin(model);
      model.to(Engine.get().device());
      long pixels = (long) batch * 3 * side * side;
      double unit = Math.sqrt(12);
      Minibatches data =
          Minibatches.inOrder(
              Map.of(
                  ImageBatches.IMAGE, numbers(pixels, 17, unit).reshape(batch, 3, side, side),
                  ContrastiveTraining.SECOND_VIEW,
                      numbers(pixels, 29, unit).reshape(batch, 3, side, side),
                  ImageBatches.LABEL, Tensor.of(new long[batch])),
              batch);
      Times times = new Times();
      try (Sgd sgd = Sgd.of(ParameterGroup.all(model, 1e-4), Sgd.Config.withMomentum(0.9))) {
        new ContrastiveTraining<>(config, model, false)
            .trainer()
            .data(data)
            .optimizer(sgd)
            .learningRate(0.03)
            .steps(WARM_UP + steps)
            .listener(times)
            .fit();
      }
      System.out.printf(
          Locale.ROOT,
          "{\"method\": \"%s\", \"parameters\": %d, \"loss\": %.7f, \"elapsed_ms\": %.3f, \"processor_ms\": %.3f}%n",
          method,
          model.query().parameterCount(),
          times.firstLoss,
          times.elapsed(),
          times.processor());
    }
  }

  /** Weights and keys that the peer makes alike. */
  private static void begin(MocoModel<MocoEncoder> model) {
    try (Autograd.NoGrad off = Autograd.noGrad()) {
      model
          .query()
          .parameters()
          .forEach(
              (name, weight) -> {
                if (weight.dim() > 1) {
                  double fan = (double) weight.numel() / weight.size(0);
                  weight.copy_(
                      numbers(weight.numel(), 3, Math.sqrt(24 / fan)).reshape(weight.shape()));
                } else if (name.endsWith("bias")) {
                  weight.zero_();
                }
              });
      model.follow(new MocoUpdate.Config(0)); // at once
      Tensor keys = numbers(model.queue().numel(), 5, 1).reshape(model.queue().shape());
      model.queue().copy_(keys.div(keys.normKeep(2, 0)));
    }
  }

  /** Numbers between -scale / 2 and scale / 2 that look random and are the same in the peer. */
  private static Tensor numbers(long count, long start, double scale) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      long hash = (i + start) * 2_654_435_761L % (1L << 32);
      values[i] = (float) ((hash / (double) (1L << 32) - 0.5) * scale);
    }
    return Tensor.of(values, values.length);
  }

  /** Notes when steps end. */
  private static final class Times implements TrainingListener {
    private final List<Double> milliseconds = new ArrayList<>();
    private double firstLoss = Double.NaN;
    private long last;
    private long processorBegin;
    private long processorEnd;

    @Override
    public void step(StepRecord step) {
      long now = System.nanoTime();
      firstLoss = step.step() == 1 ? step.loss() : firstLoss;
      if (step.step() == WARM_UP) {
        processorBegin = SYSTEM.getProcessCpuTime();
      } else if (step.step() > WARM_UP) {
        milliseconds.add((now - last) / 1e6);
        processorEnd = SYSTEM.getProcessCpuTime();
      }
      last = now;
    }

    /** Of a step, the median. */
    double elapsed() {
      return milliseconds.stream().sorted().skip(milliseconds.size() / 2).findFirst().orElseThrow();
    }

    /** Of a step, the mean, of all threads. */
    double processor() {
      return (processorEnd - processorBegin) / 1e6 / milliseconds.size();
    }
  }
}
