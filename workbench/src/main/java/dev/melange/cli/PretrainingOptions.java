package dev.melange.cli;

import dev.melange.papers.Vision;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Images and recipe of a contrastive training; to be mixed into the command. */
final class PretrainingOptions {
  static final String MODEL = "poolformer_s12";
  private static final int MOST_KEYS = 4096;
  private static final int STEPS = 2000;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "An image model that 'melange models' lists. Default: " + MODEL + ".")
  private String model;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a key of the model's configuration; may be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--data",
      paramLabel = "FOLDER|ZIP|SET",
      description =
          "The images; class folders are not needed, but are used to tell how good the features"
              + " are. Or a named set, such as cifar10.")
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
      description = "Share of the images for validation. Default: 0.1.")
  private Double validShare;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Side of the square that the model sees. Default: 64.")
  private Integer size;

  @Option(
      names = "--channels",
      paramLabel = "1|3",
      description = "Convert all images to grey (1) or colour (3). Default: 3, and others refused.")
  private Integer channels;

  @Option(
      names = "--method",
      paramLabel = "mochi|moco",
      description = "mochi mixes hard negatives, moco does not. Default: mochi.")
  private String method;

  @Option(names = "--dim", paramLabel = "D", description = "Width of the embeddings. Default: 128.")
  private Integer dim;

  @Option(
      names = "--queue",
      paramLabel = "K",
      description = "Keys in the queue. Default: up to 4096, half the number of images at most.")
  private Integer queue;

  @Option(
      names = "--hard",
      paramLabel = "N",
      description = "How many of the hardest negatives are mixed. Default: a 16th of the queue.")
  private Integer hard;

  @Option(
      names = "--mix-pairs",
      paramLabel = "S",
      description = "Points between two negatives, per query. Default: as many as --hard.")
  private Integer pairs;

  @Option(
      names = "--mix-query",
      paramLabel = "S",
      description = "Points between the query and a negative. Default: an eighth of --hard.")
  private Integer withQuery;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "What similarities are divided by. Default: 0.2.")
  private Double temperature;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description =
          "Share of itself that the key encoder keeps in a step. Default: 0.99; the paper's long"
              + " trainings take 0.999.")
  private Double momentum;

  @Option(
      names = "--warm-up",
      paramLabel = "SHARE",
      description = "Share of the training without mixing. Default: 0.1.")
  private Double warmUp;

  @Option(
      names = "--oracle",
      description =
          "Leave out negatives of the query's class: an upper bound, which needs class folders.")
  private Boolean oracle;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the images. Default: 20 to 200, so that there are 2000 steps.")
  private Integer epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images per step. Default: up to 128, less for few images.")
  private Integer batch;

  @Option(
      names = "--optimizer",
      paramLabel = "sgd|adamw",
      description = "Default: sgd for models with batch norms, otherwise adamw.")
  private String optimizer;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description =
          "Highest learning rate. Default: 0.03 for a batch of 256, in proportion (sgd); 5e-4"
              + " (adamw).")
  private Double lr;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of all randomness. Default: 0.")
  private Long seed;

  /** Refuses to begin without images. */
  void requireData() {
    if (data == null) {
      throw new IllegalArgumentException(
          "--data is missing: a folder or zip file of images, or a named set");
    }
  }

  /** Where the images are. */
  PhotoSource photos() {
    return new PhotoSource(
        data, valid, validShare == null ? 0.1 : validShare, seed == null ? 0 : seed, false);
  }

  /** Side of the images. */
  int size() {
    return size == null ? 64 : size;
  }

  /** The channels that were given, or null. */
  Integer channels() {
    return channels;
  }

  /** Refuses unknown models before images are read. */
  void requireModel() {
    Vision.model(model == null ? MODEL : model);
  }

  /** The settings of a new training, with what suits a number of images. */
  Pretraining settings(int images) {
    int few = Math.max(2, Integer.highestOneBit(Math.max(1, images / 8)));
    int step = Math.min(images, batch == null ? Math.min(128, few) : batch);
    int keys =
        queue == null
            ? Math.max(step, Math.min(MOST_KEYS, Integer.highestOneBit(Math.max(2, images / 2))))
            : queue;
    int mixed = hard == null ? Math.max(1, keys / 16) : hard;
    int perEpoch = Math.max(1, images / Math.max(1, step));
    String name = model == null ? MODEL : model;
    String how = optimizer == null ? usual(name) : optimizer;
    return new Pretraining(
        name,
        set,
        data,
        valid,
        validShare == null ? 0.1 : validShare,
        size(),
        channels,
        method == null ? "mochi" : method,
        dim == null ? 128 : dim,
        keys,
        mixed,
        pairs == null ? mixed : pairs,
        withQuery == null ? mixed / 8 : withQuery,
        temperature == null ? 0.2 : temperature,
        momentum == null ? 0.99 : momentum,
        warmUp == null ? 0.1 : warmUp,
        oracle != null && oracle,
        epochs == null ? Math.max(20, Math.min(200, (STEPS + perEpoch - 1) / perEpoch)) : epochs,
        step,
        how,
        lr == null ? (how.equals("sgd") ? 0.03 * step / 256 : 5e-4) : lr,
        seed == null ? 0 : seed);
  }

  private String usual(String name) {
    try (var network =
        Vision.create(
            name,
            options ->
                options
                    .channels(channels == null ? 3 : channels)
                    .size(size())
                    .classes(2)
                    .set(set))) {
      return network.hasBatchStatistics() ? "sgd" : "adamw";
    }
  }

  /** Earlier settings with what was given now. */
  Pretraining over(Pretraining had) {
    return new Pretraining(
        model == null ? had.model() : model,
        set.isEmpty() ? had.set() : set,
        data == null ? had.data() : data,
        valid == null ? had.valid() : valid,
        validShare == null ? had.valid_share() : validShare,
        size == null ? had.size() : size,
        channels == null ? had.channels() : channels,
        method == null ? had.method() : method,
        dim == null ? had.dim() : dim,
        queue == null ? had.queue() : queue,
        hard == null ? had.n_hard() : hard,
        pairs == null ? had.s() : pairs,
        withQuery == null ? had.s_prime() : withQuery,
        temperature == null ? had.temperature() : temperature,
        momentum == null ? had.momentum() : momentum,
        warmUp == null ? had.warm_up() : warmUp,
        oracle == null ? had.oracle() : oracle,
        epochs == null ? had.epochs() : epochs,
        batch == null ? had.batch() : batch,
        optimizer == null ? had.optimizer() : optimizer,
        lr == null ? had.lr() : lr,
        seed == null ? had.seed() : seed);
  }
}
