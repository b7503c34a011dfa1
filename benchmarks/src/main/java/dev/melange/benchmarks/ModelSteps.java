package dev.melange.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.melange.component.Inputs;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.Catalogue;
import dev.melange.papers.finalmlp.ClickModel;
import dev.melange.papers.finalmlp.Feature;
import dev.melange.papers.hourglassmlp.HourglassMlp;
import dev.melange.papers.mambamixer.SeriesMambaMixer;
import dev.melange.papers.maxim.Maxim;
import dev.melange.papers.timemixer.TimeMixer;
import dev.melange.papers.tsmixer.TsMixer;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import dev.melange.train.TabularBatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingStopped;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The time of a training step and of inference for one case, as the library's users get it: through
 * the {@link Trainer} and {@link Inference}. Prints one JSON line; {@code
 * benchmarks/peers/model_steps.py} prints the same for PyTorch in Python.
 *
 * <p>Arguments: case, {@code train} or {@code infer}, seconds.
 */
public final class ModelSteps {
  private static final int WARM_UP = 5;

  private ModelSteps() {}

  /** What is measured: a model, data of its shape, its loss and its prediction. */
  private record Case(
      Layer model,
      Map<String, Tensor> data,
      int batch,
      Objective objective,
      Function<TensorBatch, Tensor> forward) {}

  /** Measures one case. */
  public static void main(String[] arguments) throws IOException {
    try (Scope scope = Scope.open()) {
      Case measured = find(arguments[0]);
      double seconds = Double.parseDouble(arguments[2]);
      Clock clock = new Clock();
      double[] times =
          arguments[1].equals("train")
              ? train(measured, seconds, clock)
              : infer(measured, seconds, clock);
      Arrays.sort(times);
      System.out.printf(
          Locale.ROOT,
          "{\"median_ms\": %.3f, \"min_ms\": %.3f, \"cpu_ms\": %.3f, \"steps\": %d, \"parameters\": %d, \"peak_mib\": %.1f}%n",
          times[times.length / 2],
          times[0],
          clock.processorMillis(),
          times.length,
          measured.model().parameterCount(),
          peakMib());
    }
  }

  private static Case find(String name) {
    return switch (name) {
      case "poolformer_s12_64" -> image("poolformer_s12", 16, 64);
      case "poolformer_s12_224" -> image("poolformer_s12", 4, 224);
      case "mixer_s16_224" -> image("mixer_s16", 4, 224);
      case "raftmlp_s_224" -> image("raftmlp_s", 4, 224);
      case "ms_mlp_tiny_224" -> image("ms_mlp_tiny", 4, 224);
      case "strip_mlp_light_tiny_224" -> image("strip_mlp_light_tiny", 4, 224);
      case "scaling_mlp_b12_wi512_64" -> image("scaling_mlp_b12_wi512", 256, 64);
      case "hourglass_mlp_784" -> hourglass();
      case "maxim_s1_64" -> restoration();
      case "affnet_t_256" -> image("affnet_t", 4, 256);
      case "dsm_s_224" -> image("dsm_s", 4, 224);
      case "ninformer_cifar10_32" -> image("ninformer_cifar10", 64, 32);
      case "max_former_cifar10_32" -> image("max_former_cifar10", 16, 32);
      case "vim2_xs_32" -> image("vim2_xs", 32, 32);
      case "timemixer_etth1" -> forecast();
      case "tsmixer_ett" -> {
        TsMixer model = (TsMixer) Catalogue.model("tsmixer_ett_96").create(new Rng(1));
        yield series(model, 64, 512, b -> model.forecast(b.get("x"), null).point());
      }
      case "tsm2_ett" -> {
        SeriesMambaMixer model =
            (SeriesMambaMixer) Catalogue.model("tsm2_ett_96").create(new Rng(1));
        yield series(model, 32, 96, b -> model.forward(b.get("x"), null, null));
      }
      case "finalmlp_frappe" -> clicks();
      case "cam_image_16k" -> field("cam_image", 0);
      case "siren_16k" -> field("fresh_siren", -1);
      default -> throw new IllegalArgumentException("unknown case '" + name + "'");
    };
  }

  private static Case image(String model, int batch, int size) {
    ImageModel layer = (ImageModel) Catalogue.model(model).create(new Rng(1));
    long classes = layer.classes();
    Map<String, Tensor> data =
        Map.of(
            "image", new Rng(2).normal(batch, 3, size, size),
            "label", new Rng(3).uniform(batch).mul(classes).to(dev.melange.tensor.DType.I64));
    return new Case(
        layer,
        data,
        batch,
        b -> Losses.crossEntropy(layer.forward(b.get("image")), b.get("label")),
        b -> layer.forward(b.get("image")));
  }

  private static Case hourglass() {
    HourglassMlp layer = (HourglassMlp) Catalogue.model("hourglass_mlp_784").create(new Rng(1));
    int batch = 256;
    Map<String, Tensor> data = Map.of("x", new Rng(2).normal(batch, layer.config().d_in()));
    Function<TensorBatch, Tensor> forward = b -> layer.forward(b.get("x"));
    return new Case(
        layer, data, batch, b -> forward.apply(b).sub(b.get("x")).square().mean(), forward);
  }

  private static Case restoration() {
    Maxim layer = (Maxim) Catalogue.model("maxim_s1").create(new Rng(1));
    Map<String, Tensor> data = Map.of("image", new Rng(2).normal(2, 3, 64, 64));
    return new Case(
        layer,
        data,
        2,
        b ->
            layer.forwardStages(b.get("image")).get(0).stream()
                .map(image -> image.square().mean())
                .reduce(Tensor::add)
                .orElseThrow(),
        b -> layer.forward(b.get("image")));
  }

  private static Case forecast() {
    TimeMixer model = (TimeMixer) Catalogue.model("timemixer_etth1_96").create(new Rng(1));
    Map<String, Tensor> data =
        Map.of("x_enc", new Rng(2).normal(128, 96, 7), "y", new Rng(3).normal(128, 96, 7));
    Function<TensorBatch, Tensor> forward =
        b -> model.forward(new Inputs(Map.of("x_enc", b.get("x_enc")), model.isTraining()));
    return new Case(
        model, data, 128, b -> forward.apply(b).sub(b.get("y")).square().mean(), forward);
  }

  /** Forecasts 96 steps of 7 columns. */
  private static Case series(
      Layer model, int batch, int history, Function<TensorBatch, Tensor> forward) {
    Map<String, Tensor> data =
        Map.of("x", new Rng(2).normal(batch, history, 7), "y", new Rng(3).normal(batch, 96, 7));
    return new Case(model, data, batch, b -> Losses.mse(forward.apply(b), b.get("y")), forward);
  }

  private static Case clicks() {
    ClickModel model = (ClickModel) Catalogue.model("finalmlp_frappe").create(new Rng(1));
    int batch = 4096;
    List<Feature> features = model.features();
    Tensor[] fields = new Tensor[features.size()];
    for (int f = 0; f < fields.length; f++) {
      fields[f] =
          new Rng(2)
              .fork(f)
              .uniform(batch)
              .mul(features.get(f).vocab_size() - 1)
              .add(1)
              .to(dev.melange.tensor.DType.I64);
    }
    Map<String, Tensor> data = new LinkedHashMap<>();
    data.put(TabularBatches.FIELDS, Tensor.stack(1, fields));
    data.put("label", new Rng(3).bernoulli(0.5, batch));
    return new Case(
        model, data, batch, b -> model.loss(model.forward(b), b.get("label")), model::forward);
  }

  private static Case field(String name, double low) {
    UnaryLayer model = (UnaryLayer) Catalogue.model(name).create(new Rng(1));
    int points = 128 * 128;
    Map<String, Tensor> data =
        Map.of(
            "point", new Rng(2).uniform(points, 2).mul(1 - low).add(low),
            "value", new Rng(3).uniform(points, 3));
    Function<TensorBatch, Tensor> forward = b -> model.forward(b.get("point"));
    return new Case(
        model, data, points, b -> Losses.mse(forward.apply(b), b.get("value")), forward);
  }

  private static double[] train(Case c, double seconds, Clock clock) throws IOException {
    Trainer trainer =
        Trainer.of(c.model(), c.objective())
            .data(Minibatches.inOrder(c.data(), c.batch()))
            .learningRate(1e-3)
            .steps(1_000_000)
            .listener(
                new TrainingListener() {
                  @Override
                  public void step(StepRecord step) {
                    clock.tick(step.step());
                  }
                })
            .evaluateEvery(Integer.MAX_VALUE)
            .cancellation(() -> clock.isOver(seconds));
    try {
      trainer.fit();
    } catch (TrainingStopped enough) {
      return clock.millis();
    }
    throw new IllegalStateException("the training ended before its time");
  }

  private static double[] infer(Case c, double seconds, Clock clock) {
    c.model().eval();
    TensorBatch batch = TensorBatch.of(c.data());
    for (int i = 1; !clock.isOver(seconds); i++) {
      try (Scope scope = Scope.open()) {
        Inference.run(batch, c.forward());
      }
      clock.tick(i);
    }
    return clock.millis();
  }

  /** Ends of steps after the warm-up, and the processor time of all threads between them. */
  private static final class Clock {
    private static final OperatingSystemMXBean SYSTEM =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final List<Long> ends = new ArrayList<>();
    private long first;
    private long last;

    void tick(long step) {
      if (step < WARM_UP) {
        return;
      }
      last = SYSTEM.getProcessCpuTime();
      if (ends.isEmpty()) {
        first = last;
      }
      ends.add(System.nanoTime());
    }

    boolean isOver(double seconds) {
      return ends.size() > 3 && System.nanoTime() - ends.get(0) > seconds * 1e9;
    }

    double processorMillis() {
      return (last - first) / 1e6 / (ends.size() - 1);
    }

    double[] millis() {
      double[] result = new double[ends.size() - 1];
      for (int i = 0; i < result.length; i++) {
        result[i] = (ends.get(i + 1) - ends.get(i)) / 1e6;
      }
      return result;
    }
  }

  private static double peakMib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    return Double.NaN;
  }
}
