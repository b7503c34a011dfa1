package dev.melange.papers.coordinateawaremodulation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.UnaryLayer;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.papers.fields.RepeatedBatch;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The trainings of the study. */
final class CamTrials {
  private static final double RATE = 1e-3;

  private CamTrials() {}

  /** The line: a sum of sines with random phases, at equally spaced points from 0 to 1. */
  static double[] line(CamSettings.LineFits settings, long seed) {
    Rng rng = new Rng(seed).fork(7);
    double[] phases = new double[settings.sines()];
    for (int i = 0; i < phases.length; i++) {
      phases[i] = 2 * Math.PI * rng.nextDouble();
    }
    double[] values = new double[settings.points()];
    for (int i = 0; i < values.length; i++) {
      double x = (double) i / (values.length - 1);
      for (int k = 0; k < phases.length; k++) {
        values[i] += Math.sin(2 * Math.PI * 5 * (k + 1) * x + phases[k]);
      }
    }
    return values;
  }

  /** Fits the line with a kind of network. */
  static ObjectNode fitLine(CamSettings.LineFits settings, String kind, Trial trial)
      throws IOException {
    int points = settings.points();
    Tensor x = Tensor.linspace(0, 1, points, DType.F32).reshape(points, 1);
    Tensor y = Tensor.of(line(settings, trial.seed()), points, 1).to(DType.F32);
    CamLine.Config config = settings.config(kind);
    try (CamLine network = new CamLine(config, new Rng(trial.seed()).fork(1))) {
      network.to(Engine.get().device());
      Map<String, Tensor> columns = Map.of("point", x, "value", y);
      TrainingResult result =
          train(network, ParameterGroup.all(network, 0), columns, settings.steps(), Map::of, trial);
      Tensor output =
          Autograd.noGrad(
              () -> network.forward(x.to(Engine.get().device())).to(Device.CPU).squeeze(1));
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("parameters", network.parameterCount());
      json.put("mse", Losses.mse(output, y.squeeze(1)).item());
      put(json, "fit", output.to(DType.F64).toDoubles());
      history(json, result);
      return json;
    }
  }

  /**
   * Fits an image.
   *
   * @param keep whether to save the network, for pictures
   */
  static ObjectNode fitImage(
      CamSettings.ImageFits settings,
      Signal image,
      boolean modulated,
      double sigma,
      boolean keep,
      Trial trial)
      throws IOException {
    int size = settings.size();
    Tensor points = points(size);
    Tensor colours = image.tensor().flatten(1, 2).t().contiguous();
    Tensor seen = everySecond(size, true);
    Tensor unseen = everySecond(size, false);
    CamImage.Config config = settings.config(modulated, sigma);
    try (CamImage network = new CamImage(config, new Rng(trial.seed()).fork(1))) {
      network.to(Engine.get().device());
      Map<String, Tensor> columns =
          Map.of("point", points.indexSelect(0, seen), "value", colours.indexSelect(0, seen));
      TrainingResult result =
          train(
              network,
              SignalModels.groups(network),
              columns,
              settings.steps(),
              () -> measure(network, points, colours, seen, unseen),
              trial);
      network.to(Device.CPU);
      if (keep) {
        trial.save(network, modulated ? "cam_image" : "cam_image_ffn", config);
      }
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("parameters", network.parameterCount());
      history(json, result);
      for (String metric : List.of("seen", "unseen", "all")) {
        put(
            json,
            metric,
            result.history().stream().mapToDouble(e -> e.metrics().get(metric)).toArray());
      }
      return json;
    }
  }

  private static TrainingResult train(
      UnaryLayer network,
      List<ParameterGroup> groups,
      Map<String, Tensor> columns,
      int steps,
      Supplier<Map<String, Double>> metrics,
      Trial trial)
      throws IOException {
    try (Optimizer adam = Adam.of(groups, Adam.Config.ADAM)) {
      return trial.train(
          Trainer.of(
                  network,
                  batch -> Losses.mse(network.forward(batch.get("point")), batch.get("value")))
              .data(new RepeatedBatch(columns, steps / CamSettings.EVALUATIONS))
              .wholeBatch()
              .optimizer(adam)
              .learningRate(RATE)
              .steps(steps)
              .metrics(metrics)
              .seed(trial.seed()));
    }
  }

  /** Centres of pixels in [0, 1], row first: [n, 2]. */
  static Tensor points(int size) {
    Tensor along = Tensor.arange(size).to(DType.F32).add(0.5).div((double) size);
    Tensor rows = along.unsqueeze(1).expand(size, size).reshape(-1);
    Tensor columns = along.unsqueeze(0).expand(size, size).reshape(-1);
    return Tensor.stack(1, rows, columns);
  }

  private static Tensor everySecond(int size, boolean seen) {
    int[] chosen = new int[size * size];
    int count = 0;
    for (int i = 0; i < size * size; i++) {
      boolean both = i / size % 2 == 0 && i % size % 2 == 0;
      if (both == seen) {
        chosen[count++] = i;
      }
    }
    return Tensor.of(Arrays.copyOf(chosen, count), count);
  }

  private static Map<String, Double> measure(
      CamImage network, Tensor points, Tensor colours, Tensor seen, Tensor unseen) {
    try (Scope scope = Scope.open()) {
      Tensor output = network.forward(points.to(Engine.get().device())).to(Device.CPU);
      Tensor squares = output.sub(colours).square().mean(1); // a sigmoid stays within 0..1
      return Map.of(
          "seen", psnr(squares.indexSelect(0, seen)),
          "unseen", psnr(squares.indexSelect(0, unseen)),
          "all", psnr(squares));
    }
  }

  private static double psnr(Tensor squares) {
    return FusionLoss.psnr(squares.mean()).item();
  }

  private static void history(ObjectNode json, TrainingResult result) {
    put(json, "steps", result.history().stream().mapToDouble(EpochRecord::step).toArray());
    put(json, "loss", result.history().stream().mapToDouble(EpochRecord::loss).toArray());
  }

  private static void put(ObjectNode json, String key, double[] values) {
    ArrayNode array = json.putArray(key);
    Arrays.stream(values).forEach(array::add);
  }
}
