package dev.melange.papers.mixuppolicies;

import dev.melange.component.Component;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.OneOf;
import dev.melange.component.Outputs;
import dev.melange.mix.AttentiveMix;
import dev.melange.mix.CutMix;
import dev.melange.mix.FMix;
import dev.melange.mix.FineGrainedSaliency;
import dev.melange.mix.GridMix;
import dev.melange.mix.Mixed;
import dev.melange.mix.Mixup;
import dev.melange.mix.ResizeMix;
import dev.melange.mix.SaliencyMix;
import dev.melange.mix.SmoothMix;
import dev.melange.papers.Method;
import dev.melange.papers.Model;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The common base of the mixing papers: policies, labels, losses, and ResNets for small images. */
public final class MixupPolicies implements Method {
  /** A component without settings. */
  public record None() {}

  /**
   * Settings of FMix.
   *
   * @param decay_power how strongly high frequencies are damped
   * @param size {height, width} of the images
   * @param max_soft half the share of pixels on a ramp
   * @param ceil whether the number of ones is rounded up
   */
  public record FMixConfig(
      @Default("3.0") double decay_power,
      int[] size,
      @Default("0.0") double max_soft,
      @Default("true") boolean ceil) {}

  /**
   * The drawn grid of GridMix.
   *
   * @param n_holes boxes along the width
   * @param hole_aspect_ratio height of a cell by its width
   * @param cut_area_ratio area of the grid by the image's
   * @param cut_aspect_ratio height of the grid by its width
   */
  public record GridConfig(
      int n_holes,
      @Default("1.0") double hole_aspect_ratio,
      double cut_area_ratio,
      double cut_aspect_ratio) {}

  /**
   * Settings of ResizeMix.
   *
   * @param scope smallest and largest side, relative to the image, that training draws
   * @param interpolate_mode how the partner is resized
   */
  public record ResizeConfig(
      @Default("[0.1, 0.8]") double[] scope,
      @Default("nearest") @OneOf({"nearest", "bilinear"}) String interpolate_mode) {}

  /**
   * Settings of AttentiveMix.
   *
   * @param top_k cells to keep (6 in the paper), or null to derive it from {@code lam}
   */
  public record AttentiveConfig(@Default("null") Integer top_k) {}

  private static final Component RESNET =
      Component.of(
              "vision/resnet-cifar",
              ResNetCifar.Config.class,
              ResNetCifar::new,
              MixupPolicies::resnet)
          .withExample(ResNetCifar.Config.class, MixupPolicies::example);

  private static final Model TINY =
      Model.of(
          "resnet_tiny_cifar",
          RESNET,
          new ResNetCifar.Config("basic", new int[] {1, 1, 1}, 16, 3, 10, -1));

  @Override
  public String key() {
    return "mixup-policies";
  }

  @Override
  public List<Component> components() {
    List<Component> all = new ArrayList<>();
    all.add(Component.function("mixup/mixup", None.class, (config, in) -> mixup(in)));
    all.add(Component.function("mixup/cutmix", None.class, (config, in) -> cutmix(in)));
    all.add(Component.function("mixup/fmix", FMixConfig.class, MixupPolicies::fmix));
    all.add(Component.function("mixup/gridmix", GridConfig.class, MixupPolicies::gridmix));
    all.add(Component.function("mixup/resizemix", ResizeConfig.class, MixupPolicies::resizemix));
    all.add(Component.function("mixup/smoothmix", None.class, (config, in) -> smoothmix(in)));
    all.add(
        Component.function(
            "mixup/saliencymix",
            None.class,
            (config, in) ->
                withMask(
                        SaliencyMix.apply(
                            in.get("image"), partner(in), lam(in), in.get("saliency")))
                    .map()));
    all.add(
        Component.function(
            "mixup/attentivemix", AttentiveConfig.class, MixupPolicies::attentivemix));
    all.add(
        Component.function(
            "mixup/finegrained-saliency",
            None.class,
            (config, in) -> Map.of("saliency", FineGrainedSaliency.of(in.get("image")))));
    all.addAll(PuzzleComponents.all());
    all.addAll(LabelComponents.all());
    all.add(RESNET);
    return all;
  }

  @Override
  public List<Model> models() {
    return List.of(
        model("resnet18_cifar", "basic", 2, 2, 2, 2),
        model("resnet34_cifar", "basic", 3, 4, 6, 3),
        model("resnet50_cifar", "bottleneck", 3, 4, 6, 3),
        model("resnet101_cifar", "bottleneck", 3, 4, 23, 3),
        TINY);
  }

  @Override
  public List<Model> miniModels() {
    return List.of(TINY);
  }

  private static Model model(String name, String block, int... layers) {
    return Model.of(name, RESNET, new ResNetCifar.Config(block, layers, 64, 3, 10, -1));
  }

  private static Tensor partner(Inputs in) {
    return Mixup.partner(in.get("image"), in.get("index"));
  }

  private static double lam(Inputs in) {
    return in.get("lam").item();
  }

  private static Outputs withMask(Mixed mixed) {
    return new Outputs()
        .put("image", mixed.image())
        .put("mask", mixed.mask())
        .put("lam", mixed.lam());
  }

  private static Map<String, Tensor> mixup(Inputs in) {
    return new Outputs()
        .put("image", Mixup.apply(in.get("image"), partner(in), in.get("lam")))
        .put("lam", in.get("lam"))
        .put("labels_b", in.get("index"))
        .map();
  }

  private static Map<String, Tensor> cutmix(Inputs in) {
    int[] center = in.get("center", 2).toInts();
    return withMask(CutMix.apply(in.get("image"), partner(in), lam(in), center[0], center[1]))
        .map();
  }

  private static Map<String, Tensor> fmix(FMixConfig config, Inputs in) {
    if (config.size.length != 2) {
      throw new IllegalArgumentException(
          "size must be [height, width], got " + Arrays.toString(config.size));
    }
    Tensor noise = in.get("noise", 1, config.size[0], FMix.noiseWidth(config.size[1]), 2);
    Tensor gray = FMix.gray(noise, config.size[1], config.decay_power);
    double lam = lam(in);
    Tensor mask = FMix.mask(gray, lam, config.max_soft, config.ceil);
    if (in.has("lam_fixed")) {
      double fixed = in.get("lam_fixed").item();
      mask = lam < fixed ? mask.rsub(1) : mask;
      lam = lam < fixed ? 1 - lam : fixed;
    }
    return withMask(FMix.apply(in.get("image"), partner(in), mask, lam)).map();
  }

  private static Map<String, Tensor> gridmix(GridConfig config, Inputs in) {
    double[] center = in.get("center", 2).toDoubles();
    GridMix.Grid grid =
        new GridMix.Grid(
            config.n_holes,
            config.hole_aspect_ratio,
            config.cut_area_ratio,
            config.cut_aspect_ratio);
    return withMask(
            GridMix.apply(in.get("image"), partner(in), grid, lam(in), center[0], center[1]))
        .map();
  }

  private static Map<String, Tensor> resizemix(ResizeConfig config, Inputs in) {
    int[] center = in.get("center", 2).toInts();
    Mixed mixed =
        ResizeMix.apply(
            in.get("image"),
            partner(in),
            in.get("tau").item(),
            center[1],
            center[0],
            config.interpolate_mode.equals("bilinear"));
    return new Outputs().put("image", mixed.image()).put("lam", mixed.lam()).map();
  }

  private static Map<String, Tensor> smoothmix(Inputs in) {
    Mixed mixed =
        SmoothMix.apply(
            in.get("image"), partner(in), in.get("shift", 2).toLongs(), in.get("sigma").item());
    // the official code reports the partner's share as lam
    return new Outputs()
        .put("image", mixed.image())
        .put("mask", mixed.mask())
        .put("lam", 1 - mixed.lam())
        .put("lam_a", mixed.lam())
        .map();
  }

  private static Map<String, Tensor> attentivemix(AttentiveConfig config, Inputs in) {
    Tensor features = in.get("features");
    int keep =
        config.top_k != null ? config.top_k : AttentiveMix.cells((int) features.size(2), lam(in));
    return withMask(AttentiveMix.apply(in.get("image"), partner(in), features, keep)).map();
  }

  private static Map<String, Tensor> example(ResNetCifar.Config config) {
    Outputs inputs = new Outputs().put("image", Tensor.zeros(1, config.in_channels(), 32, 32));
    if (config.mix_layer() >= 0) {
      inputs.put("lam", 1.0).put("index", new long[] {0});
    }
    return inputs.map();
  }

  private static Map<String, Tensor> resnet(ResNetCifar model, Inputs in) {
    int mixLayer = model.config().mix_layer();
    List<Tensor> maps =
        mixLayer < 0
            ? model.forwardStages(in.get("image"))
            : model.forwardStages(in.get("image"), mixLayer, in.get("lam"), in.get("index"));
    int last = maps.size() - 1;
    Outputs out =
        new Outputs()
            .put("logits", model.forwardHead(maps.get(last)))
            .put("features", maps.get(Math.max(0, last - 2)));
    if (in.isTraining()) {
      out.put("bn1.running_mean_after", model.stemNorm().runningMean())
          .put("bn1.running_var_after", model.stemNorm().runningVariance());
    }
    return out.map();
  }
}
