package dev.melange.papers.fresh;

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
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One image and one family of networks: the choice among its candidates, and all of them trained.
 */
final class FreshTrial {
  private final FreshSettings settings;
  private final FreshSettings.Family family;
  private final Signal image;
  private final Trial trial;
  private final boolean keep;

  /**
   * A trial.
   *
   * @param keep whether to save the standard and the chosen network, for pictures
   */
  FreshTrial(
      FreshSettings settings,
      FreshSettings.Family family,
      Signal image,
      Trial trial,
      boolean keep) {
    this.settings = settings;
    this.family = family;
    this.image = image;
    this.trial = trial;
    this.keep = keep;
  }

  /** What the weights of a candidate are called. */
  static String file(String trial, double value) {
    return trial + "-" + value;
  }

  ObjectNode run() throws IOException {
    Tensor target = image.tensor().mul(2.0).sub(1.0); // [3, n, n] in [-1, 1]
    FreshSelection selection = select(target);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode distances = json.putArray("distances");
    for (double[] row : selection.distances()) {
      ArrayNode values = distances.addArray();
      Arrays.stream(row).forEach(values::add);
    }
    put(json, "target", spectrum(target));
    double chosen = family.candidates().get(selection.choice());
    ArrayNode candidates = json.putArray("candidates");
    for (double value : family.candidates()) {
      boolean shown = keep && (value == chosen || value == family.standard());
      candidates.add(train(target, value, shown));
    }
    return json;
  }

  private FreshSelection select(Tensor target) {
    List<Function<Rng, UnaryLayer>> candidates = new ArrayList<>();
    for (double value : family.candidates()) {
      Record config = settings.config(family, value);
      candidates.add(rng -> FreshSettings.network(config, rng));
    }
    return FreshSelection.of(
        target,
        candidates,
        settings.networks(),
        new FreshSelection.Config(settings.spectrum(), 2),
        new Rng(trial.seed()).fork(1));
  }

  private double[] spectrum(Tensor signal) {
    Tensor values = SignalSpectrum.of(signal, new SignalSpectrum.Config(settings.spectrum(), 2));
    return values.div(values.sum()).to(DType.F64).toDoubles();
  }

  private ObjectNode train(Tensor target, double value, boolean save) throws IOException {
    int size = settings.size();
    int pixels = size * size;
    Tensor grid = CoordinateGrid.of(List.of(size, size)).to(DType.F32);
    Tensor colours = target.flatten(1, 2).t().contiguous(); // [n, 3]
    int[] order = new Rng(trial.seed()).fork(2).permutation(pixels);
    int held = (int) Math.round(settings.held_out() * pixels);
    Tensor test = Tensor.of(Arrays.copyOf(order, held), held);
    Tensor train = Tensor.of(Arrays.copyOfRange(order, held, pixels), pixels - held);
    Record config = settings.config(family, value);
    try (UnaryLayer network =
        FreshSettings.network(config, new Rng(trial.seed()).fork(3, (long) (value * 1000)))) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("value", value);
      put(json, "spectrum", Autograd.noGrad(() -> spectrum(picture(network, grid, size))));
      network.to(Engine.get().device());
      Map<String, Tensor> columns =
          Map.of(
              "point", grid.indexSelect(0, train),
              "value", colours.indexSelect(0, train));
      TrainingResult result;
      try (Optimizer adam = Adam.of(ParameterGroup.all(network, 0), Adam.Config.ADAM)) {
        result =
            trial.train(
                family.key() + value,
                Trainer.of(
                        network,
                        batch ->
                            Losses.mse(network.forward(batch.get("point")), batch.get("value")))
                    .data(new RepeatedBatch(columns, settings.steps() / settings.evaluations()))
                    .wholeBatch()
                    .optimizer(adam)
                    .learningRate(family.learning_rate())
                    .steps(settings.steps())
                    .metrics(() -> measure(network, grid, colours, train, test))
                    .seed(trial.seed()));
      }
      network.to(dev.melange.tensor.Device.CPU);
      if (save) {
        String name = family.name().equals("siren") ? "fresh_siren" : "fresh_fourier";
        trial.save(file(trial.id(), value), network, name, config);
      }
      double[][] curves = new double[3][result.history().size()];
      for (int i = 0; i < curves[0].length; i++) {
        EpochRecord epoch = result.history().get(i);
        curves[0][i] = (double) epoch.step();
        curves[1][i] = epoch.metrics().get("psnr_train");
        curves[2][i] = epoch.metrics().get("psnr_held_out");
      }
      put(json, "steps", curves[0]);
      put(json, "train", curves[1]);
      put(json, "held_out", curves[2]);
      json.put("first_loss", result.history().get(0).loss());
      json.put("last_loss", result.last().loss());
      return json;
    }
  }

  /** The network's image, [3, n, n]. */
  static Tensor picture(UnaryLayer network, Tensor grid, int size) {
    return network.forward(grid).t().reshape(3, size, size);
  }

  private static Map<String, Double> measure(
      UnaryLayer network, Tensor grid, Tensor colours, Tensor train, Tensor test) {
    try (Scope scope = Scope.open()) {
      Tensor output =
          network.forward(grid.to(Engine.get().device())).to(dev.melange.tensor.Device.CPU);
      Tensor squares = output.sub(colours).div(2.0).square().mean(1); // of values in [0, 1]
      return Map.of(
          "psnr_train", psnr(squares.indexSelect(0, train)),
          "psnr_held_out", psnr(squares.indexSelect(0, test)));
    }
  }

  private static double psnr(Tensor squares) {
    return -10 * Math.log10(squares.mean().item());
  }

  private static void put(ObjectNode json, String key, double[] values) {
    ArrayNode array = json.putArray(key);
    Arrays.stream(values).forEach(array::add);
  }
}
