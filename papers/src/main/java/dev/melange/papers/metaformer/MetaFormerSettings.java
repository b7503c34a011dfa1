package dev.melange.papers.metaformer;

import dev.melange.component.Configs;
import dev.melange.component.OneOf;
import dev.melange.mix.MixPolicies;
import dev.melange.nn.ImageModelConfig;
import dev.melange.optim.Schedule;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import java.util.List;
import java.util.Map;

/**
 * Settings of the study.
 *
 * @param data named sets of images, of which the first that is on this machine is used; or one
 *     folder of images, {@code train/CLASS/x.jpg} and {@code val/CLASS/x.jpg}
 * @param train training images, the first of a fixed random order; 0 for all
 * @param test test images, likewise
 * @param seeds repetitions of each variant
 * @param variants the networks to compare: pooling, identity, random, attention, spatial-fc,
 *     dwconv, no-residual, no-channel-mlp
 * @param network {@code small}: layers 1,1,2,1 and widths 32,64,96,128; {@code s12}: the published
 *     PoolFormer-S12
 * @param size side in pixels to which images of a folder are brought; named sets keep theirs
 * @param augment {@code shift}: mirroring (colour images only) and shifts by up to 3 pixels; {@code
 *     imagenet}: random resized crop, mirroring, RandAugment, random erasing; or {@code none}
 * @param mix how batches are mixed, in the notation of {@link MixPolicies#parse}; {@code vanilla}
 *     for not at all
 * @param epochs passes over the data; a set with fewer than {@code train} images is passed over as
 *     many more times as make up for that
 * @param cooldown further epochs at the lowest learning rate
 * @param batch images per step
 * @param lr highest learning rate
 * @param min_lr lowest learning rate
 * @param warmup share of the epochs in which the learning rate rises
 * @param schedule {@code product}: rise times half a cosine, by steps; {@code epochs}: rise, then
 *     the rest of half a cosine, by epochs
 * @param weight_decay of tensors with more than one dimension
 * @param smoothing label smoothing
 * @param drop_path rate of stochastic depth of the last block
 * @param clip largest norm of the gradient; 0 for no limit
 * @param heat_maps images with Grad-CAM heat maps in the report
 */
record MetaFormerSettings(
    List<String> data,
    int train,
    int test,
    int seeds,
    List<String> variants,
    @OneOf({"small", "s12"}) String network,
    int size,
    @OneOf({"none", "shift", "imagenet"}) String augment,
    String mix,
    int epochs,
    int cooldown,
    int batch,
    double lr,
    double min_lr,
    double warmup,
    @OneOf({"product", "epochs"}) String schedule,
    double weight_decay,
    double smoothing,
    double drop_path,
    double clip,
    int heat_maps) {
  private static final List<String> VARIANTS =
      List.of("pooling", "identity", "random", "attention", "no-residual", "no-channel-mlp");

  /** Checks the values. */
  MetaFormerSettings {
    data = List.copyOf(data);
    variants = List.copyOf(variants);
    new StudyImages.Choice(data, train, test, size, augment); // checks them
    variants.forEach(Mixer::of);
    if (variants.isEmpty() || variants.stream().distinct().count() != variants.size()) {
      throw new IllegalArgumentException("variants must be some, each once, got " + variants);
    }
    MixPolicies.parse(mix);
    if (train < 0 || test < 0 || seeds < 1 || epochs < 1 || cooldown < 0 || batch < 1) {
      throw new IllegalArgumentException(
          ("train, test and cooldown must not be negative and seeds, epochs and batch at least 1,"
                  + " got %d, %d, %d, %d, %d, %d")
              .formatted(train, test, cooldown, seeds, epochs, batch));
    }
    if (!(lr > 0 && min_lr >= 0 && warmup >= 0 && warmup < 1 && clip >= 0) || heat_maps < 0) {
      throw new IllegalArgumentException(
          ("lr must be positive, min_lr, clip and heat_maps not negative and warmup in [0, 1), got"
                  + " %s, %s, %s, %d, %s")
              .formatted(lr, min_lr, clip, heat_maps, warmup));
    }
  }

  StudyImages.Choice images() {
    return new StudyImages.Choice(data, train, test, size, augment);
  }

  static MetaFormerSettings at(Scale scale) {
    return switch (scale) {
      case SMOKE -> small(List.of("digits"), 320, 100, 1, 2, 32, 2);
      case QUICK -> small(List.of("cifar10", "digits"), 10_000, 2_000, 2, 8, 128, 8);
      case FULL ->
          new MetaFormerSettings(
              List.of("imagenet-1k"),
              0,
              0,
              1,
              VARIANTS,
              "s12",
              224,
              "imagenet",
              "mixup:0.8,cutmix:1",
              300,
              10,
              1024,
              1e-3,
              1e-5,
              5.0 / 300,
              "epochs",
              0.05,
              0.1,
              0.1,
              0,
              8);
    };
  }

  private static MetaFormerSettings small(
      List<String> data, int train, int test, int seeds, int epochs, int batch, int heatMaps) {
    return new MetaFormerSettings(
        data, train, test, seeds, VARIANTS, "small", 32, "shift", "vanilla", epochs, 0, batch, 1e-3,
        0, 0.1, "product", 0.05, 0.1, 0, 5, heatMaps);
  }

  /** The skeleton with pooling for images of a kind. */
  PoolFormerConfig skeleton(int channels, int side, int classes) {
    PoolFormerConfig published = Configs.defaults(PoolFormerConfig.class);
    Map<String, String> keys =
        network.equals("s12")
            ? Map.of("drop_path_rate", Double.toString(drop_path))
            : Map.of(
                "layers", "1,1,2,1",
                "embed_dims", "32,64,96,128",
                "mlp_ratios", "2,2,2,2",
                "in_patch_size", "3",
                // very small images keep their resolution in the first stage
                "in_stride", side < 16 ? "1" : "2",
                "in_pad", "1",
                "layer_scale_init_value", "0.1",
                "drop_path_rate", Double.toString(drop_path));
    ImageModelConfig skeleton = Configs.with(published, keys, "the study's network");
    return (PoolFormerConfig) skeleton.forImages(channels, side, side, classes);
  }

  /** Passes over a training set of a size, without those at the lowest learning rate. */
  int epochs(int images) {
    return train <= images ? epochs : epochs * ((train + images - 1) / images);
  }

  /**
   * The learning rate by step.
   *
   * @param passes of {@link #epochs(int)}
   */
  Schedule schedule(int passes, long stepsPerEpoch) {
    if (schedule.equals("epochs")) {
      return Schedule.cosineInside(lr, Math.round(warmup * passes), 1e-6, passes, min_lr)
          .perEpoch(stepsPerEpoch);
    }
    return new WarmCosine(lr, min_lr, warmup, passes * stepsPerEpoch);
  }

  /** A linear rise times half a cosine over all steps. */
  private record WarmCosine(double peak, double minimum, double warmup, long total)
      implements Schedule {
    @Override
    public double at(long step) {
      double t = Math.min(1, (double) step / total);
      double rise = warmup == 0 ? 1 : Math.min(1, t / warmup);
      return minimum + (peak - minimum) * rise * 0.5 * (1 + Math.cos(Math.PI * t));
    }
  }
}
