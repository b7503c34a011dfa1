package dev.melange.papers.maxformer;

import dev.melange.component.OneOf;
import dev.melange.mix.MixPolicies;
import dev.melange.optim.Schedule;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param data named sets of images, of which the first that is on this machine is used; or one
 *     folder of images, {@code train/CLASS/x.jpg} and {@code val/CLASS/x.jpg}
 * @param train training images, the first of a fixed random order; 0 for all
 * @param test test images, likewise
 * @param size side in pixels to which images of a folder are brought; named sets keep theirs
 * @param shrink side of the squares of pixels that are averaged before the network sees them
 * @param augment what training images go through, see {@link StudyImages.Choice}; or {@code paper}:
 *     mirroring, one operation of RandAugment, random erasing
 * @param mixers the networks to compare, by the mixer that all of their stages have; {@code
 *     published} for the published mixers of each stage
 * @param twins mixers of which a network of ordinary neurons (ReLU, one step) is trained as well,
 *     once, for its spectra
 * @param seeds repetitions of each spiking network
 * @param embeds patch embedding of each stage
 * @param depths blocks of each stage
 * @param embed_dims width of the last stage
 * @param num_heads heads of attentions
 * @param mlp_ratio hidden width of the MLPs, as a multiple of the stage's
 * @param T time steps
 * @param epochs passes over the data; a set with fewer than {@code train} images is passed over as
 *     many more times as make up for that
 * @param cooldown further epochs at the lowest learning rate
 * @param batch images per step
 * @param lr highest learning rate
 * @param min_lr lowest learning rate
 * @param warmup epochs in which the learning rate rises from {@code warmup_lr}
 * @param warmup_lr where it rises from
 * @param schedule {@code one-cycle} by steps, or {@code cosine}: rise, then the rest of half a
 *     cosine, by epochs
 * @param weight_decay of tensors with more than one dimension
 * @param smoothing label smoothing
 * @param mix how batches are mixed, in the notation of {@link MixPolicies#parse}; {@code vanilla}
 *     for not at all
 * @param mix_epochs epochs with mixing; none later
 * @param neurons independent neurons of the check of their frequency response
 */
record MaxFormerSettings(
    List<String> data,
    int train,
    int test,
    int size,
    int shrink,
    String augment,
    @OneOf({"published", "identity", "max", "avg", "dwc3", "dwc5", "dwc7", "ssa", "ssa-dwc", "qka"})
        List<String> mixers,
    @OneOf({"published", "identity", "max", "avg", "dwc3", "dwc5", "dwc7", "ssa", "ssa-dwc", "qka"})
        List<String> twins,
    int seeds,
    List<String> embeds,
    List<Integer> depths,
    int embed_dims,
    int num_heads,
    double mlp_ratio,
    int T,
    int epochs,
    int cooldown,
    int batch,
    double lr,
    double min_lr,
    int warmup,
    double warmup_lr,
    @OneOf({"one-cycle", "cosine"}) String schedule,
    double weight_decay,
    double smoothing,
    String mix,
    int mix_epochs,
    int neurons) {
  /** The paper's augmentation. */
  static final String PAPER = "paper";

  /** Checks what no other class checks. */
  MaxFormerSettings {
    data = List.copyOf(data);
    mixers = List.copyOf(mixers);
    twins = List.copyOf(twins);
    embeds = List.copyOf(embeds);
    depths = List.copyOf(depths);
    choice(data, train, test, size, augment); // checks them
    MixPolicies.parse(mix);
    if (mixers.isEmpty()
        || mixers.stream().distinct().count() != mixers.size()
        || twins.stream().distinct().count() != twins.size()) {
      throw new IllegalArgumentException(
          "mixers must be some, and mixers and twins each once, got %s and %s"
              .formatted(mixers, twins));
    }
    if (seeds < 1 || epochs < 1 || batch < 1 || shrink < 1 || neurons < 1) {
      throw new IllegalArgumentException(
          "seeds, epochs, batch, shrink and neurons must be at least 1, got %d, %d, %d, %d and %d"
              .formatted(seeds, epochs, batch, shrink, neurons));
    }
    if (cooldown < 0 || warmup < 0 || mix_epochs < 0) {
      throw new IllegalArgumentException(
          "cooldown, warmup and mix_epochs must not be negative, got %d, %d and %d"
              .formatted(cooldown, warmup, mix_epochs));
    }
    if (!(lr > 0 && min_lr >= 0 && warmup_lr >= 0)) {
      throw new IllegalArgumentException(
          "lr must be positive and min_lr and warmup_lr not negative, got %s, %s and %s"
              .formatted(lr, min_lr, warmup_lr));
    }
  }

  static MaxFormerSettings at(Scale scale) {
    List<String> compared = List.of("avg", "max", "dwc3", "identity");
    return switch (scale) {
      case SMOKE ->
          small(
              List.of("digits"),
              320,
              100,
              1,
              "none",
              List.of("avg", "max"),
              1,
              16,
              4,
              32,
              5e-3,
              400);
      case QUICK ->
          small(
              List.of("cifar10", "digits"),
              5_000,
              2_000,
              2,
              "flip",
              compared,
              3,
              64,
              3,
              100,
              3e-3,
              4000);
      case FULL ->
          new MaxFormerSettings(
              List.of("cifar10"),
              0,
              0,
              32,
              1,
              PAPER,
              List.of("avg", "max", "dwc3", "identity", "published"),
              List.of("avg", "max", "published"),
              3,
              List.of("orig", "max", "max"),
              List.of(1, 1, 2),
              384,
              8,
              4,
              4,
              400,
              10,
              128,
              1.5e-3,
              1e-5,
              20,
              8e-5,
              "cosine",
              0.06,
              0.1,
              "mixup:0.5,cutmix:0.5",
              200,
              4000);
    };
  }

  private static MaxFormerSettings small(
      List<String> data,
      int train,
      int test,
      int shrink,
      String augment,
      List<String> mixers,
      int seeds,
      int dims,
      int epochs,
      int batch,
      double lr,
      int neurons) {
    return new MaxFormerSettings(
        data,
        train,
        test,
        32,
        shrink,
        augment,
        mixers,
        List.of("avg", "max"),
        seeds,
        List.of("orig", "max"),
        List.of(1, 1),
        dims,
        8,
        2,
        2,
        epochs,
        0,
        batch,
        lr,
        0,
        0,
        0,
        "one-cycle",
        0.05,
        0,
        "vanilla",
        0,
        neurons);
  }

  StudyImages.Choice images() {
    return choice(data, train, test, size, augment);
  }

  private static StudyImages.Choice choice(
      List<String> data, int train, int test, int size, String augment) {
    return new StudyImages.Choice(
        data, train, test, size, augment.equals(PAPER) ? "none" : augment);
  }

  /**
   * The network with a mixer.
   *
   * @param mixer one of {@link #mixers}
   * @param spiking whether it spikes; otherwise it has one time step
   */
  MaxFormerConfig network(String mixer, boolean spiking, int channels, int side, int classes) {
    List<String> each =
        mixer.equals("published")
            ? List.of("identity", "dwc3", "ssa").subList(3 - embeds.size(), 3)
            : embeds.stream().map(stage -> mixer).toList();
    return new MaxFormerConfig(
            embeds,
            each,
            depths,
            num_heads,
            channels,
            classes,
            embed_dims,
            mlp_ratio,
            spiking ? T : 1)
        .forImages(channels, side, side, classes);
  }

  /** Passes over a training set of a size, without those at the lowest learning rate. */
  int epochs(int images) {
    return train <= images ? epochs : epochs * ((train + images - 1) / images);
  }

  /** The learning rate by step. */
  Schedule schedule(int passes, long stepsPerEpoch) {
    return schedule.equals("one-cycle")
        ? Schedule.oneCycle(lr, passes * stepsPerEpoch)
        : Schedule.cosineInside(lr, warmup, warmup_lr, passes, min_lr).perEpoch(stepsPerEpoch);
  }
}
