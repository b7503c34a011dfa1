package dev.melange.papers.mixupneuralcollapse;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Pushing Boundaries: Mixup's Influence on Neural Collapse (Fisher, Meng and Papyan, ICLR 2024).
 */
public final class MixupNeuralCollapsePaper implements Paper {
  @Override
  public String key() {
    return "mixup-neural-collapse";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.function(
            "interpret/nc-metrics",
            CollapseMetrics.Config.class,
            MixupNeuralCollapsePaper::collapse),
        Component.function(
            "interpret/classifier-plane",
            ClassifierPlane.Config.class,
            MixupNeuralCollapsePaper::plane),
        Component.function(
            "interpret/ufm-mixup",
            UnconstrainedFeatures.Config.class,
            MixupNeuralCollapsePaper::unconstrained),
        Component.function(
            "interpret/calibration",
            CalibrationReport.Config.class,
            (config, in) ->
                CalibrationReport.of(config, in.get("probs"), in.get("labels")).outputs()),
        Component.function(
            "interpret/mixup-geometry",
            MixupGeometry.Config.class,
            MixupNeuralCollapsePaper::geometry));
  }

  @Override
  public Study study() {
    return new CollapseStudy();
  }

  private static Map<String, Tensor> collapse(CollapseMetrics.Config config, Inputs in) {
    CollapseMetrics metrics =
        CollapseMetrics.of(
            config, in.get("features"), in.get("labels"), in.get("weight"), in.get("bias"));
    return new Outputs()
        .put("nc1", metrics.nc1())
        .put("equinorm_means", metrics.equinormMeans())
        .put("equinorm_weights", metrics.equinormWeights())
        .put("equiangle_means", metrics.equiangleMeans())
        .put("equiangle_weights", metrics.equiangleWeights())
        .put("maxangle_means", metrics.maxangleMeans())
        .put("maxangle_weights", metrics.maxangleWeights())
        .put("nc3", metrics.nc3())
        .put("nc4", metrics.nc4())
        .put("class_means", metrics.classMeans())
        .map();
  }

  private static Map<String, Tensor> plane(ClassifierPlane.Config config, Inputs in) {
    ClassifierPlane plane = ClassifierPlane.of(in.get("features"), in.get("weight"));
    return new Outputs()
        .put("coords", plane.coords())
        .put("weight_coords", plane.weightCoords())
        .put("basis", plane.basis())
        .map();
  }

  private static Map<String, Tensor> unconstrained(UnconstrainedFeatures.Config config, Inputs in) {
    UnconstrainedFeatures solved =
        UnconstrainedFeatures.solve(
            config, in.get("lam"), in.get("labels_a"), in.get("labels_b"), in.get("basis"));
    return new Outputs()
        .put("weight", solved.weight())
        .put("features", solved.features())
        .put("logits", solved.logits())
        .put("objective", solved.objective())
        .put("max_prob", solved.maxProb())
        .map();
  }

  private static Map<String, Tensor> geometry(MixupGeometry.Config config, Inputs in) {
    MixupGeometry geometry =
        MixupGeometry.of(
            config,
            in.get("features"),
            in.get("labels_a"),
            in.get("labels_b"),
            in.get("lam"),
            in.get("weight"),
            in.get("class_means"));
    return new Outputs()
        .put("same_alignment", geometry.sameAlignment())
        .put("same_norm", geometry.sameNorm())
        .put("diff_norm", geometry.diffNorm())
        .put("same_interp_dev", geometry.sameInterpDev())
        .put("diff_interp_dev", geometry.diffInterpDev())
        .put("diff_plane_share", geometry.diffPlaneShare())
        .put("diff_boundary_cos", geometry.diffBoundaryCos())
        .map();
  }
}
