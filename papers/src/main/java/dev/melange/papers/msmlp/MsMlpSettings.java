package dev.melange.papers.msmlp;

import dev.melange.component.Configs;
import dev.melange.component.OneOf;
import dev.melange.mix.MixPolicies;
import dev.melange.papers.study.ImageRecipe;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings of the study.
 *
 * @param data named sets of images, of which the first that is on this machine is used; or one
 *     folder of images, {@code train/CLASS/x.jpg} and {@code val/CLASS/x.jpg}
 * @param train training images, the first of a fixed random order; 0 for all
 * @param test test images, likewise
 * @param size side in pixels to which images of a folder are brought
 * @param augment {@code shift}: mirroring of colour images and shifts by up to 3 pixels; {@code
 *     imagenet}: random resized crop, mirroring, RandAugment, random erasing; or {@code none}
 * @param mix how batches are mixed, in the notation of {@link MixPolicies#parse}; {@code vanilla}
 *     for not at all
 * @param seeds repetitions of each network
 * @param variants the networks to compare
 * @param network {@code small}: two stages of 2 blocks from width 40 on; {@code tiny}: as published
 * @param drop_path rate of stochastic depth of the last block
 * @param layer_scale initial factor of every branch
 * @param recipe of the training
 * @param field_images test images over which the pictures of what is read are averaged
 */
record MsMlpSettings(
    List<String> data,
    int train,
    int test,
    int size,
    @OneOf({"none", "shift", "imagenet"}) String augment,
    String mix,
    int seeds,
    @OneOf({"mix-shift", "shift-only", "mix-only", "neither"}) List<String> variants,
    @OneOf({"small", "tiny"}) String network,
    double drop_path,
    double layer_scale,
    ImageRecipe recipe,
    int field_images) {
  private static final List<String> ALL = List.of("mix-shift", "shift-only", "mix-only", "neither");
  private static final List<List<Integer>> SMALL_SIZES =
      List.of(List.of(1, 1, 3, 5, 7), List.of(1, 3, 3, 5, 7));

  /** Checks the values. */
  MsMlpSettings {
    data = List.copyOf(data);
    variants = List.copyOf(variants);
    new StudyImages.Choice(data, train, test, size, augment); // checks them
    MixPolicies.parse(mix);
    if (seeds < 1
        || variants.isEmpty()
        || variants.stream().distinct().count() != variants.size()) {
      throw new IllegalArgumentException(
          "the study needs at least one seed, and variants each once, got %d and %s"
              .formatted(seeds, variants));
    }
    if (field_images < 1) {
      throw new IllegalArgumentException("field_images is at least 1, got " + field_images);
    }
  }

  /** Which images. */
  StudyImages.Choice images() {
    return new StudyImages.Choice(data, train, test, size, augment);
  }

  static MsMlpSettings at(Scale scale) {
    return switch (scale) {
      case SMOKE -> small(List.of("digits"), 320, 100, 1, ImageRecipe.small(5, 32, 1e-2), 8);
      case QUICK ->
          small(List.of("cifar10", "digits"), 5000, 2000, 3, ImageRecipe.small(6, 128, 1e-3), 64);
      case FULL ->
          new MsMlpSettings(
              List.of("imagenet-1k"),
              0,
              0,
              224,
              "imagenet",
              "mixup:0.8,cutmix:1",
              1,
              ALL,
              "tiny",
              0.1,
              1e-6,
              new ImageRecipe(
                  300, 1024, 1e-3, 1e-6, 1e-5, 20.0 / 300, "inside", 0.05, "matrices", 0.1, 5),
              64);
    };
  }

  private static MsMlpSettings small(
      List<String> data, int train, int test, int seeds, ImageRecipe recipe, int fieldImages) {
    return new MsMlpSettings(
        data,
        train,
        test,
        32,
        "shift",
        "vanilla",
        seeds,
        ALL,
        "small",
        0,
        0.1,
        recipe,
        fieldImages);
  }

  /** The configuration of a network for the images of the study. */
  MsMlpConfig config(Variant variant, StudyImages images) {
    return config(variant, images.channels(), images.size(), images.classes().size());
  }

  /** The configuration of a network for square images. */
  MsMlpConfig config(Variant variant, int channels, int side, int classes) {
    MsMlpConfig tiny = Configs.defaults(MsMlpConfig.class);
    Map<String, String> keys = new HashMap<>();
    keys.put("drop_path_rate", Double.toString(drop_path));
    keys.put("layer_scale_init_value", Double.toString(layer_scale));
    keys.put("shift_dist", variant.distances(tiny.shift_dist()).toString());
    keys.put("mix_size", variant.sizes(tiny.mix_size()).toString());
    keys.put("img_size", Integer.toString(side));
    keys.put("in_chans", Integer.toString(channels));
    keys.put("num_classes", Integer.toString(classes));
    if (network.equals("small")) {
      // very small images keep a map of some positions
      keys.put("patch_size", side < 16 ? "2" : "4");
      keys.put("embed_dim", "40");
      keys.put("depths", "2,2");
      keys.put("mlp_ratio", "2");
      keys.put("mix_size", variant.sizes(SMALL_SIZES).toString());
    }
    return Configs.with(tiny, keys, "the study's network");
  }
}
