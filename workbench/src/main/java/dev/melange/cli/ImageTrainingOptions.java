package dev.melange.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Images and recipe of a training of image classifiers; to be mixed into commands. */
final class ImageTrainingOptions {
  private static final double VALID_SHARE = 0.2;
  private static final double SMOOTHING = 0.1;
  private static final double LR = 1e-3;
  private static final double FINE_TUNING_LR = 2e-4;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change a key of the model's configuration, such as drop_path_rate=0.1, or its token"
              + " mixers: mixer=NAME ('melange models --mixers'); may be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--data",
      paramLabel = "FOLDER|ZIP|SET",
      description = "The images, in one folder per class; or a named set, such as digits.")
  private String data;

  @Option(
      names = "--valid",
      paramLabel = "FOLDER",
      description =
          "Validation images. Default: the split 'valid' or 'test' of --data, or a share.")
  private String valid;

  @Option(
      names = "--valid-share",
      paramLabel = "SHARE",
      description = "Share of each class for validation. Default: " + VALID_SHARE + ".")
  private Double validShare;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description =
          "Side of the square that the model sees. Default: that of given weights, or 64.")
  private Integer size;

  @Option(
      names = "--channels",
      paramLabel = "1|3",
      description =
          "Convert all images to grey (1) or colour (3). Default: 3, and images of other channels"
              + " are refused.")
  private Integer channels;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the images. Default: 10 to 60, so that there are about 600 steps.")
  private Integer epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images per step. Default: up to 64, less for few images.")
  private Integer batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description = "Highest learning rate. Default: 1e-3, from given weights 2e-4.")
  private Double lr;

  @Option(
      names = "--body-lr",
      paramLabel = "FACTOR",
      description =
          "When training starts from weights: factor of the learning rate for all but the"
              + " classifier, such as 0.1; 0 trains the classifier alone (a linear probe)."
              + " Default: 1.")
  private Double bodyLr;

  @Option(
      names = "--mix",
      paramLabel = "POLICY",
      description =
          "How images are mixed: NAME[:KEY=VALUE,...] of mixup, asymmetric (a share of its own"
              + " for labels: lam_x, lam_y, same_side), cutmix, manifold, fmix, gridmix, resizemix,"
              + " smoothmix, saliencymix, attentivemix (network=FILE: the trained classifier that it"
              + " looks at, instead of the one in training), puzzlemix, or learned with the model:"
              + " adamixup, automix, adautomix; or none. mixup:0.8 is mixup:alpha=0.8;"
              + " mixup:until=0.6 ends at 60 %% of the training, from=0.2 begins later; A+B draws"
              + " one for each batch (A@0.3+B@0.5: with probabilities); decoupled-NAME uses the"
              + " decoupled loss. A wrong key's message lists the keys. Default: none.")
  private String mix;

  @Option(
      names = "--augment",
      paramLabel = "none|flip|rand",
      description =
          "flip: mirroring and mild crops; rand: strong crops, RandAugment, random erasing."
              + " Default: flip.")
  private String augment;

  @Option(
      names = "--smoothing",
      paramLabel = "SHARE",
      description = "Label smoothing. Default: " + SMOOTHING + ".")
  private Double smoothing;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of all randomness. Default: 0.")
  private Long seed;

  /** Refuses to begin without images. */
  void requireData() {
    if (data == null) {
      throw new IllegalArgumentException(
          "--data is missing: a folder or zip file with one folder of images per class");
    }
  }

  /** Refuses {@code --mix} where the command itself says how images are mixed. */
  void refuseMix(String command) {
    if (mix != null) {
      throw new IllegalArgumentException(
          "--mix is for one training; %s takes --policies, such as --policies none,%s"
              .formatted(command, mix));
    }
  }

  /** The side of the images that was given, or null. */
  Integer size() {
    return size;
  }

  /** The channels that were given, or null. */
  Integer channels() {
    return channels;
  }

  /**
   * The settings of a new training, as if of one image; {@link #forImages} follows when their
   * number is known.
   *
   * @param model name of the model
   * @param side of the images
   * @param planes channels to convert to, or null
   * @param weights file to start from, or null
   */
  ImageTraining settings(String model, int side, Integer planes, String weights) {
    return new ImageTraining(
        model,
        set,
        data,
        valid,
        validShare == null ? VALID_SHARE : validShare,
        side,
        planes,
        1,
        1,
        lr == null ? (weights == null ? LR : FINE_TUNING_LR) : lr,
        mix == null ? "vanilla" : policy(mix),
        augment == null ? "flip" : augment,
        smoothing == null ? SMOOTHING : smoothing,
        weights,
        bodyLr == null ? 1 : bodyLr,
        seed == null ? 0 : seed);
  }

  /** The same with epochs and batch that suit a number of images, unless they were given. */
  ImageTraining forImages(ImageTraining settings, int images) {
    int few = Math.max(2, Integer.highestOneBit(Math.max(1, images / 3)));
    int size = Math.min(images, batch == null ? Math.min(64, few) : batch);
    int steps = Math.max(1, images / Math.max(1, size));
    int passes = epochs == null ? Math.max(10, Math.min(60, (600 + steps - 1) / steps)) : epochs;
    return settings.withBudget(passes, size);
  }

  /** Earlier settings with what was given now. */
  ImageTraining over(ImageTraining had) {
    return new ImageTraining(
        had.model(),
        set.isEmpty() ? had.set() : set,
        data == null ? had.data() : data,
        valid == null ? had.valid() : valid,
        validShare == null ? had.valid_share() : validShare,
        size == null ? had.size() : size,
        channels == null ? had.channels() : channels,
        epochs == null ? had.epochs() : epochs,
        batch == null ? had.batch() : batch,
        lr == null ? had.lr() : lr,
        mix == null ? had.mix() : policy(mix),
        augment == null ? had.augment() : augment,
        smoothing == null ? had.smoothing() : smoothing,
        had.weights(),
        bodyLr == null ? had.body_lr() : bodyLr,
        seed == null ? had.seed() : seed);
  }

  private static String policy(String given) {
    return given.equals("none") ? "vanilla" : given;
  }
}
