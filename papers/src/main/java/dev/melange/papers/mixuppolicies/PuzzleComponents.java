package dev.melange.papers.mixuppolicies;

import dev.melange.component.Component;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.mix.PuzzleEnergy;
import dev.melange.mix.PuzzleSolution;
import dev.melange.mix.PuzzleTransport;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** The three parts of PuzzleMix as components. */
final class PuzzleComponents {
  /** Settings of the costs, see {@link PuzzleEnergy.Settings}. */
  record EnergyConfig(
      int block_num,
      @Default("1.2") double beta,
      @Default("0.5") double gamma,
      @Default("0.2") double eta,
      @Default("4") int neigh_size,
      @Default("3") int n_labels) {}

  /** The solver has no settings. */
  record SolveConfig() {}

  /** Settings of the transport: side of a patch or -1, and the cost of the distance. */
  record TransportConfig(@Default("-1") int t_size, @Default("0.8") double t_eps) {}

  private PuzzleComponents() {}

  static List<Component> all() {
    return List.of(
        Component.function("mixup/puzzlemix-energy", EnergyConfig.class, PuzzleComponents::energy),
        Component.function("mixup/puzzlemix-solve", SolveConfig.class, (c, in) -> solve(in)),
        Component.function(
            "mixup/puzzlemix-transport", TransportConfig.class, PuzzleComponents::transport));
  }

  private static Map<String, Tensor> energy(EnergyConfig config, Inputs in) {
    Tensor index = in.get("index");
    Tensor saliency = in.get("saliency");
    Tensor image = in.get("image");
    long channels = image.size(1);
    Tensor pixels =
        image
            .mul(in.get("std").reshape(1, channels, 1, 1))
            .add(in.get("mean").reshape(1, channels, 1, 1));
    PuzzleEnergy energy =
        PuzzleEnergy.of(
            new PuzzleEnergy.Settings(
                config.block_num,
                config.beta,
                config.gamma,
                config.eta,
                config.neigh_size,
                config.n_labels),
            pixels,
            pixels.indexSelect(0, index),
            saliency,
            saliency.indexSelect(0, index),
            in.get("alpha").item());
    return new Outputs()
        .put("unary", energy.unary())
        .put("label_cost", energy.labelCost())
        .put("edge_v", energy.edgeV())
        .put("edge_h", energy.edgeH())
        .put("unary1", energy.unary1())
        .put("unary2", energy.unary2())
        .put("pair_v", energy.pairV())
        .put("pair_h", energy.pairH())
        .map();
  }

  private static Map<String, Tensor> solve(Inputs in) {
    Tensor unary = in.get("unary", -1, -1, -1, -1);
    long n = unary.size(0);
    long side = unary.size(1);
    PuzzleSolution solution =
        PuzzleSolution.of(
            unary,
            in.get("label_cost", unary.size(3), unary.size(3)),
            in.get("edge_v", n, side - 1, side),
            in.get("edge_h", n, side, side - 1));
    return new Outputs().put("mask", solution.mask()).put("energy", solution.energy()).map();
  }

  private static Map<String, Tensor> transport(TransportConfig config, Inputs in) {
    Tensor index = in.get("index");
    Tensor image = in.get("image", -1, -1, -1, -1);
    Tensor saliency = in.get("saliency", image.size(0), image.size(2), image.size(3));
    PuzzleTransport moved =
        PuzzleTransport.of(
            image,
            image.indexSelect(0, index),
            saliency,
            saliency.indexSelect(0, index),
            in.get("mask", image.size(0), 1, -1, -1),
            config.t_size,
            config.t_eps);
    return new Outputs()
        .put("image", moved.image())
        .put("plan_a", oneHot(moved.planA()).to(image.dtype()))
        .put("plan_b", oneHot(moved.planB()).to(image.dtype()))
        .put("lam", moved.lam())
        .map();
  }

  /** [N, from, to]: 1 where a patch goes. */
  private static Tensor oneHot(int[][] plans) {
    int cells = plans[0].length;
    double[] hot = new double[plans.length * cells * cells];
    for (int i = 0; i < plans.length; i++) {
      for (int to = 0; to < cells; to++) {
        if (plans[i][to] >= 0) {
          hot[(i * cells + plans[i][to]) * cells + to] = 1;
        }
      }
    }
    return Tensor.of(hot, plans.length, cells, cells).to(DType.F64);
  }
}
