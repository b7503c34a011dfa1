package dev.melange.papers.scalingmlps;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.study.ClassifierRecipe;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param data named sets of images, of which the first that is on this machine is used; or one
 *     folder of images, {@code train/CLASS/x.jpg} and {@code val/CLASS/x.jpg}
 * @param train training images, the first of a fixed random order; 0 for all
 * @param few a smaller number of training images, to see what more of them bring
 * @param test test images; 0 for all
 * @param size side in pixels to which the images are brought; 0 leaves those of named sets as they
 *     are
 * @param augment {@code shift}: mirroring (colour images only) and shifts by up to 3 pixels; {@code
 *     crop}: random resized crops and mirroring
 * @param seeds repetitions of each network
 * @param blocks blocks of the bottleneck networks
 * @param widths their widths, rising
 * @param standard_layers hidden widths of the standard MLP
 * @param standard_width its width
 * @param recipe how all these are trained
 * @param views random versions of each test image for test-time augmentation; 0 for none
 * @param transfer pre-training and what follows; null for none
 */
record ScalingSettings(
    List<String> data,
    int train,
    int few,
    int test,
    int size,
    @OneOf({"shift", "crop"}) String augment,
    int seeds,
    int blocks,
    List<Integer> widths,
    int standard_layers,
    int standard_width,
    ClassifierRecipe recipe,
    int views,
    @Default("null") Transfer transfer) {
  /**
   * Pre-training on many images of some classes, then learning others from few: by fine-tuning, by
   * a linear probe, and from scratch. The network is the widest one.
   *
   * @param source folder of the images for the pre-training; empty for the images of the first half
   *     of the study's classes, while the second half is what is learned then
   * @param images images from which those of the first and of the second half are taken; of a
   *     folder the number of images for the pre-training; 0 for all
   * @param few training images of the new classes; 0 for all
   * @param pretrain how the network is pre-trained
   * @param finetune how all its weights are trained on the new classes
   * @param probe how the classifier alone is
   * @param scratch how a new network is
   */
  record Transfer(
      String source,
      int images,
      int few,
      ClassifierRecipe pretrain,
      ClassifierRecipe finetune,
      ClassifierRecipe probe,
      ClassifierRecipe scratch) {
    /** Checks the numbers. */
    Transfer {
      if (images < 0 || few < 0) {
        throw new IllegalArgumentException(
            "images and few must not be negative, got %d and %d".formatted(images, few));
      }
      if (probe.body_lr() != 0) {
        throw new IllegalArgumentException(
            "a linear probe trains the classifier alone: probe.body_lr must be 0, got "
                + probe.body_lr());
      }
    }
  }

  /** Checks the values that no other class checks. */
  ScalingSettings {
    data = List.copyOf(data);
    widths = List.copyOf(widths);
    for (int i = 1; i < widths.size(); i++) {
      if (widths.get(i) <= widths.get(i - 1)) {
        throw new IllegalArgumentException("widths must rise, got " + widths);
      }
    }
    if (widths.size() < 2 || seeds < 1 || few < 1 || size < 0 || views < 0) {
      throw new IllegalArgumentException(
          "the study needs two widths, a seed and a few images, size and views not negative, got %s, %d, %d, %d and %d"
              .formatted(widths, seeds, few, size, views));
    }
    if (train != 0 && few >= train) {
      throw new IllegalArgumentException(
          "few must be less than train, got %d and %d".formatted(few, train));
    }
  }

  static ScalingSettings at(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new ScalingSettings(
              List.of("digits"),
              400,
              100,
              100,
              0,
              "shift",
              1,
              2,
              List.of(16, 32),
              3,
              32,
              ClassifierRecipe.small(3, 50, 2e-3),
              4,
              transfer(400, 100, 6, 8, 25, 5e-3));
      case QUICK ->
          new ScalingSettings(
              List.of("cifar10", "digits"),
              5_000,
              1_250,
              2_000,
              0,
              "shift",
              3,
              3,
              List.of(64, 128, 256),
              6,
              256,
              ClassifierRecipe.small(10, 128, 5e-4),
              16,
              transfer(10_000, 500, 10, 20, 50, 5e-4));
      case FULL ->
          new ScalingSettings(
              List.of("cifar10"),
              0,
              12_500,
              0,
              64,
              "crop",
              1,
              12,
              List.of(256, 512, 1024),
              12,
              1024,
              pretraining(500, 4096),
              100,
              new Transfer(
                  "imagenet-21k",
                  0,
                  0,
                  pretraining(800, 16_384),
                  finetuning(0.1),
                  finetuning(0),
                  pretraining(500, 4096)));
    };
  }

  private static Transfer transfer(
      int images, int few, int epochs, int fewEpochs, int batch, double lr) {
    ClassifierRecipe later = ClassifierRecipe.small(fewEpochs, batch, lr);
    return new Transfer(
        "",
        images,
        few,
        ClassifierRecipe.small(epochs, 2 * batch, lr),
        later.withBodyRate(0.1),
        later.withBodyRate(0),
        later);
  }

  /** The paper's pre-training: Lion at a constant rate, strong smoothing, mixup. */
  private static ClassifierRecipe pretraining(int epochs, int batch) {
    return new ClassifierRecipe(
        "lion", epochs, batch, 5e-5, 0, 0, 0, "constant", 0, 1, 0.3, "mixup:0.8", 0);
  }

  /** The paper's fine-tuning: SGD at a constant rate, slower for the body. */
  private static ClassifierRecipe finetuning(double body) {
    return new ClassifierRecipe(
        "sgd", 100, 2048, 0.01, 0, 0, 0, "constant", 0, body, 0.3, "vanilla", 1);
  }

  /** Which images. */
  StudyImages.Choice choice(int count) {
    return new StudyImages.Choice(
        data, count, test, size == 0 ? 32 : size, augment.equals("shift") ? "shift" : "none");
  }

  /** The networks that are trained from scratch. */
  List<ScalingVariant> variants() {
    return ScalingVariant.of(this);
  }
}
