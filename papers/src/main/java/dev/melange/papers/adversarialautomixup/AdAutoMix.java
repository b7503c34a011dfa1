package dev.melange.papers.adversarialautomixup;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.mix.MixLosses;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.nn.ResNet;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * A classifier (student), its moving average (teacher) and the generator of masks, trained together
 * with one optimiser. The generator works against the teacher on every other step.
 *
 * <pre>{@code
 * AdAutoMixDraws draws = AdAutoMixDraws.draw(batch, 3, 1.0, rng);
 * AdAutoMix.Losses losses = model.losses(image, labels, draws, step % 2 == 0);
 * losses.total().backward();
 * optimizer.step(rate);
 * model.updateTeacher(schedule.momentum(step));
 * }</pre>
 */
public final class AdAutoMix extends Layer {
  /**
   * Shape of the networks and the objective.
   *
   * @param layers residual blocks per stage, two stages or more
   * @param base_channels width of the first stage; each further stage doubles it
   * @param in_channels channels of the images
   * @param num_classes number of classes
   * @param reduction by which the generator's queries and keys are narrower
   * @param lam_concat whether the generator's features get a channel with the image's weight
   * @param unsampling_mode how masks are enlarged
   * @param mix_samples images that are mixed, 2 or 3
   * @param momentum share of its old weights that the teacher keeps
   * @param lam_margin weights closer than this to 0 or 1 mix linearly for the classifier
   * @param mixup_ratio of three images: part of the linear mixture in the loss of the first head
   * @param beta part of the cross entropy in the generator's adversarial objective
   * @param weight_one_q weight of the clean loss
   * @param weight_mix_q weight of the classifier's mixed loss
   * @param weight_mix_k weight of the generator's loss
   * @param adversarial whether the generator works against the teacher in this step
   * @param cosine_sign 1 lowers the similarity to the clean images' logits in adversarial steps, as
   *     the official implementation does; -1 raises it
   */
  public record Config(
      @Default("[1, 1, 1]") int[] layers,
      int base_channels,
      @Default("3") int in_channels,
      int num_classes,
      @Default("2") int reduction,
      @Default("false") boolean lam_concat,
      @Default("\"bilinear\"") @OneOf({"nearest", "bilinear", "bicubic", "None"})
          String unsampling_mode,
      @Default("3") int mix_samples,
      @Default("0.999") double momentum,
      @Default("0.03") double lam_margin,
      @Default("0.5") double mixup_ratio,
      @Default("0.3") double beta,
      @Default("1.0") double weight_one_q,
      @Default("1.0") double weight_mix_q,
      @Default("1.0") double weight_mix_k,
      @Default("true") boolean adversarial,
      @Default("1") int cosine_sign) {
    /** Refuses shapes that cannot be built and shares that are none. */
    public Config {
      if (layers.length < 2
          || Arrays.stream(layers).anyMatch(blocks -> blocks < 1)
          || Math.min(Math.min(base_channels, in_channels), Math.min(num_classes, reduction)) < 1) {
        throw new IllegalArgumentException(
            "adautomix expects 2 stages or more, channels and classes, got layers %s, %d base_channels, %d in_channels, %d num_classes, %d reduction"
                .formatted(
                    Arrays.toString(layers), base_channels, in_channels, num_classes, reduction));
      }
      if (mix_samples != 2 && mix_samples != 3) {
        throw new IllegalArgumentException("mix_samples is 2 or 3, got " + mix_samples);
      }
      if (cosine_sign != 1 && cosine_sign != -1) {
        throw new IllegalArgumentException("cosine_sign is 1 or -1, got " + cosine_sign);
      }
      checkShare("momentum", momentum);
      checkShare("mixup_ratio", mixup_ratio);
      checkShare("beta", beta);
    }

    private static void checkShare(String name, double value) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException("%s lies in [0, 1], got %s".formatted(name, value));
      }
    }

    private AdaptiveMask.Config generator() {
      int stages = layers.length;
      return new AdaptiveMask.Config(
          base_channels << (stages - 2),
          reduction,
          lam_concat,
          true,
          unsampling_mode,
          1 << (stages - 2),
          false);
    }
  }

  /**
   * The objective of a step.
   *
   * @param total weighted sum of the classifier's losses and the generator's
   * @param clean loss of the first head, of three images with its linearly mixed part
   * @param mixed loss of the second head for the generator's mixtures
   * @param teacher cross entropy of the teacher for the generator's mixtures, whatever its sign;
   *     null, as the next two, if the generator does not learn in this step
   * @param cosine similarity of the teacher's logits of mixed and clean images
   * @param generatorImage mixtures through which the generator learns
   * @param classifierImage mixtures from which the classifier learns
   */
  public record Losses(
      Tensor total,
      Tensor clean,
      Tensor mixed,
      Tensor teacher,
      Tensor cosine,
      Tensor generatorImage,
      Tensor classifierImage) {}

  private final Config config;
  private final ResNet student;
  private final ResNet teacher;
  private final Linear studentOne;
  private final Linear studentMix;
  private final Linear teacherOne;
  private final Linear teacherMix;
  private final AdaptiveMask generator;

  /** Untrained networks; the teacher is a frozen copy of the student. */
  public AdAutoMix(Config config, Rng rng) {
    this.config = config;
    student = child("backbone_q", backbone(config, rng));
    teacher = child("backbone_k", backbone(config, rng));
    studentOne = child("head_one_q.fc", head(config, rng));
    studentMix = child("head_mix_q.fc", head(config, rng));
    teacherOne = child("head_one_k.fc", head(config, rng));
    teacherMix = child("head_mix_k.fc", head(config, rng));
    generator = child("mix_block", new AdaptiveMask(config.generator(), rng));
    teacher.load(student.state());
    teacherOne.load(studentOne.state());
    teacherMix.load(studentMix.state());
    teacher.freeze(true);
    teacherOne.freeze(true);
    teacherMix.freeze(true);
  }

  private static ResNet backbone(Config config, Rng rng) {
    return new ResNet(
        new ResNet.Spec(
            "basic", config.layers, config.base_channels, config.in_channels, ResNet.SMALL_IMAGES),
        rng);
  }

  private static Linear head(Config config, Rng rng) {
    return new Linear(
        (long) config.base_channels << (config.layers.length - 1), config.num_classes, rng);
  }

  /** The shape of the networks and the objective. */
  public Config config() {
    return config;
  }

  /** The generator of masks. */
  public AdaptiveMask generator() {
    return generator;
  }

  /** The student's logits by the head that learns from clean images, [N, classes]. */
  public Tensor classify(Tensor image) {
    return studentOne.forward(last(student, image));
  }

  /** The student's logits by the head that learns from mixed images, [N, classes]. */
  public Tensor classifyMixed(Tensor image) {
    return studentMix.forward(last(student, image));
  }

  /** The teacher's logits by the head that learns from clean images, [N, classes]. */
  public Tensor teach(Tensor image) {
    return teacherOne.forward(last(teacher, image));
  }

  /** The teacher's logits by the head that learns from mixed images, [N, classes]. */
  public Tensor teachMixed(Tensor image) {
    return teacherMix.forward(last(teacher, image));
  }

  private static Tensor last(ResNet backbone, Tensor image) {
    return scoped(() -> backbone.forward(image).mean(2, 3));
  }

  /**
   * The joint objective (equations of the paper's section 3): its gradient reaches the student and
   * its heads through the clean and the mixed loss, the generator through the teacher's loss alone.
   *
   * @param image [N, C, H, H], H a multiple of the masks' scale
   * @param labels int64 [N]
   * @param draws what is random, made for this batch
   * @param adversarial whether the generator works against the teacher in this step
   * @throws IllegalArgumentException for draws or images of other shapes
   */
  public Losses losses(Tensor image, Tensor labels, AdAutoMixDraws draws, boolean adversarial) {
    check(image, draws, config.mix_samples == 2 ? 1 : config.mix_samples);
    return step(adaptive())
        .losses(image, labels, draws, adversarial ? MixingStep.Turn.AGAINST : MixingStep.Turn.WITH);
  }

  /** The objective with some source of masks; null mixes linearly. */
  MixingStep step(MaskSource source) {
    return new MixingStep(
        half(student, studentOne, studentMix),
        half(teacher, teacherOne, teacherMix),
        source,
        new MixingStep.Weights(
            config.lam_margin,
            config.mixup_ratio,
            config.beta,
            config.weight_one_q,
            config.weight_mix_q,
            config.weight_mix_k,
            0,
            config.cosine_sign,
            true),
        MixLosses::softCrossEntropy);
  }

  /** The generator as a source of masks. */
  MaskSource adaptive() {
    return new AdaptiveMasks(generator);
  }

  private static TwoHeads half(ResNet body, Linear one, Linear mix) {
    return new TwoHeads() {
      @Override
      public Tensor early(Tensor image) {
        return scoped(
            () -> {
              Tensor map = body.stem(image);
              for (int i = 0; i < body.stages() - 1; i++) {
                map = body.stage(i, map);
              }
              return map;
            });
      }

      @Override
      public Tensor late(Tensor early) {
        return scoped(() -> body.stage(body.stages() - 1, early).mean(2, 3));
      }

      @Override
      public Tensor one(Tensor late) {
        return one.forward(late);
      }

      @Override
      public Tensor mixed(Tensor late) {
        return mix.forward(late);
      }
    };
  }

  /**
   * Moves the teacher's parameters towards the student's; statistics of norms are the teacher's
   * own.
   *
   * @param momentum share of the old values, in [0, 1]
   */
  public void updateTeacher(double momentum) {
    Config.checkShare("momentum", momentum);
    try (var guard = Autograd.noGrad()) {
      follow(teacher, student, momentum);
      follow(teacherOne, studentOne, momentum);
      follow(teacherMix, studentMix, momentum);
    }
  }

  static void follow(Layer average, Layer current, double momentum) {
    Map<String, Tensor> values = current.parameters();
    average.parameters().forEach((name, value) -> value.lerp_(values.get(name), 1 - momentum));
  }

  private void check(Tensor image, AdAutoMixDraws draws, long orders) {
    long scale = generator.config().scale_factor();
    if (image.dim() != 4
        || image.size(1) != config.in_channels
        || image.size(2) != image.size(3)
        || image.size(2) % scale != 0) {
      throw new IllegalArgumentException(
          "adautomix expects square images of %d channels and a multiple of %d rows, got %s"
              .formatted(config.in_channels, scale, Arrays.toString(image.shape())));
    }
    if (draws.lam().numel() != config.mix_samples
        || draws.indexGenerator().size(0) != orders
        || draws.indexClassifier().size(0) != orders) {
      throw new IllegalArgumentException(
          "adautomix of %d images expects %d draws and %d permutations for each, got %d, %d and %d"
              .formatted(
                  config.mix_samples,
                  config.mix_samples,
                  orders,
                  draws.lam().numel(),
                  draws.indexGenerator().size(0),
                  draws.indexClassifier().size(0)));
    }
  }
}
