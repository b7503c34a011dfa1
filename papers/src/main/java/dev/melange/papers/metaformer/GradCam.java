package dev.melange.papers.metaformer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Grad-CAM: where in the image a class was seen. The channels of a stage's last map are weighted by
 * the mean gradient of the class's logit and summed; what is positive is scaled to [0, 1] per
 * image. As in the visualisation of the PoolFormer authors, except that the map is normalised once,
 * before it is resized.
 */
public final class GradCam extends Layer {
  /**
   * Configuration.
   *
   * @param model the component whose decisions are explained
   * @param model_config its configuration, with a classifier
   * @param target_stage the stage whose last block is looked at, as an index into {@code network}:
   *     6 is the last stage of the published models
   */
  public record Config(
      @Default("vision/poolformer") @OneOf({"vision/poolformer"}) String model,
      PoolFormerConfig model_config,
      int target_stage) {}

  /**
   * A heat map.
   *
   * @param logits [B, classes]
   * @param weights weight of each channel, [B, C]
   * @param cam the heat map in [0, 1] at the stage's resolution, [B, h, w]
   * @param resized the heat map at the resolution of the images, [B, H, W]
   */
  public record Result(Tensor logits, Tensor weights, Tensor cam, Tensor resized) {}

  private final PoolFormer model;
  private final int targetStage;

  /** Makes a model with initial weights; they have the model's names. */
  public GradCam(Config config, Rng rng) {
    model = new PoolFormer(config.model_config(), rng);
    targetStage = config.target_stage();
    requireStage(model, targetStage);
    model.children().forEach(this::child);
  }

  /**
   * Explains the decisions of this layer's model.
   *
   * @param x [B, in_chans, H, W]
   * @param target the class to explain per image, int64 [B]
   */
  public Result forward(Tensor x, Tensor target) {
    return explain(model, targetStage, x, target);
  }

  /**
   * Explains decisions of a model. Its parameters keep their gradients as they are.
   *
   * @param model a model with a classifier
   * @param targetStage the stage to look at, one of {@link PoolFormer#stageIndices()}
   * @param x [B, in_chans, H, W]
   * @param target the class to explain per image, int64 [B]
   * @throws IllegalArgumentException if the model has no classifier, or no such stage, or the
   *     classes do not fit the images
   */
  public static Result explain(PoolFormer model, int targetStage, Tensor x, Tensor target) {
    requireStage(model, targetStage);
    if (target.dim() != 1 || target.size(0) != x.size(0)) {
      throw new IllegalArgumentException(
          "grad-cam expects one class per image, target [%d], got %s"
              .formatted(x.size(0), Arrays.toString(target.shape())));
    }
    return explain(
        x,
        target,
        () -> model.forwardThrough(x, targetStage),
        map -> model.forwardAfter(map, targetStage),
        map -> map);
  }

  /**
   * Explains decisions of any image model by its last features: for a PoolFormer those of the last
   * stage, for other models what comes before pooling. Tokens are laid out as the image.
   *
   * @param model a model with a classifier
   * @param x [B, channels, H, W]
   * @param target the class to explain per image, int64 [B]
   * @throws IllegalArgumentException if the features are neither a map nor tokens in a grid
   */
  public static Result explain(ImageModel model, Tensor x, Tensor target) {
    if (model instanceof PoolFormer poolformer) {
      List<Integer> stages = poolformer.stageIndices();
      return explain(poolformer, stages.get(stages.size() - 1), x, target);
    }
    return explain(
        x, target, () -> model.forwardFeatures(x), model::forwardHead, map -> grid(map, x));
  }

  private static Tensor grid(Tensor features, Tensor x) {
    if (features.dim() == 4) {
      return features;
    }
    long count = features.dim() == 3 ? features.size(1) : 0;
    long rows = Math.round(Math.sqrt((double) count * x.size(2) / x.size(3)));
    if (rows == 0 || count % rows != 0) {
      throw new IllegalArgumentException(
          "grad-cam expects a map [B, C, h, w] or tokens [B, h w, C], the model's features are %s"
              .formatted(Arrays.toString(features.shape())));
    }
    return features.transpose(1, 2).reshape(x.size(0), features.size(2), rows, count / rows);
  }

  private static Result explain(
      Tensor x,
      Tensor target,
      Supplier<Tensor> features,
      UnaryOperator<Tensor> head,
      UnaryOperator<Tensor> asMap) {
    return Scope.run(
        () -> {
          // the graph starts at the features: what lies before them needs no gradient
          Tensor start = Autograd.noGrad(features).detach().requiresGrad_(true);
          Tensor logits;
          Tensor gradient;
          try (var guard = Autograd.enableGrad()) {
            logits = head.apply(start);
            gradient = Autograd.grad(logits.gather(1, target.unsqueeze(1)).sum(), start)[0];
          }
          try (var guard = Autograd.noGrad()) {
            Tensor map = asMap.apply(start.detach());
            Tensor weights = asMap.apply(gradient).mean(2, 3);
            Tensor raw = weights.unsqueeze(2).unsqueeze(3).mul(map).sum(1).relu();
            Tensor low = raw.sub(raw.minKeep(1, 2));
            Tensor cam = low.div(low.maxKeep(1, 2).add(1e-7));
            Tensor resized =
                Nn.resizeBilinear(cam.unsqueeze(1), x.size(2), x.size(3), false).squeeze(1);
            return new Result(logits.detach(), weights, cam, resized);
          }
        });
  }

  private static void requireStage(PoolFormer model, int stage) {
    if (!model.stageIndices().contains(stage)) {
      throw new IllegalArgumentException(
          "grad-cam looks at a stage, one of %s in network, got target_stage %d"
              .formatted(model.stageIndices(), stage));
    }
    if (model.classes() == 0) {
      throw new IllegalArgumentException(
          "grad-cam explains a class, but the model has no classifier; set num_classes, and"
              + " fork_feat=false");
    }
  }
}
