package dev.melange.papers.scalingmlps;

import dev.melange.component.Configs;
import dev.melange.nn.Extent;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of the study and what it is trained on.
 *
 * @param key name in trials and files
 * @param title name for readers
 * @param bottleneck whether it is a bottleneck MLP
 * @param blocks blocks, or hidden widths of a standard MLP
 * @param width features
 * @param augmented whether training images are changed at random
 * @param images number of training images; 0 for all
 */
record ScalingVariant(
    String key,
    String title,
    boolean bottleneck,
    int blocks,
    int width,
    boolean augmented,
    int images) {
  /** Key of the standard MLP. */
  static final String STANDARD = "standard";

  /** Key of the widest network without augmentation. */
  static final String PLAIN = "plain";

  /** Key of the widest network on few images. */
  static final String FEW = "few";

  /** All networks of a study: the widths, then the others. */
  static List<ScalingVariant> of(ScalingSettings settings) {
    List<ScalingVariant> variants = new ArrayList<>();
    for (int width : settings.widths()) {
      variants.add(
          new ScalingVariant(
              key(width),
              "bottleneck MLP, width " + width,
              true,
              settings.blocks(),
              width,
              true,
              settings.train()));
    }
    ScalingVariant widest = variants.get(variants.size() - 1);
    variants.add(
        new ScalingVariant(
            STANDARD,
            "standard MLP, width " + settings.standard_width(),
            false,
            settings.standard_layers(),
            settings.standard_width(),
            true,
            settings.train()));
    variants.add(
        new ScalingVariant(
            PLAIN,
            widest.title + ", no augmentation",
            true,
            widest.blocks,
            widest.width,
            false,
            settings.train()));
    variants.add(
        new ScalingVariant(
            FEW,
            widest.title + ", fewer images",
            true,
            widest.blocks,
            widest.width,
            true,
            settings.few()));
    return variants;
  }

  /** The key of the bottleneck network of a width. */
  static String key(int width) {
    return "width-" + width;
  }

  /** The configuration for images. */
  ScalingMlpConfig config(int channels, int side, int classes) {
    ScalingMlpConfig published = Configs.defaults(ScalingMlpConfig.class);
    return new ScalingMlpConfig(
        bottleneck ? "BottleneckMLP" : "MLP",
        Extent.square(side),
        channels,
        classes,
        blocks,
        width,
        published.expansion_factor(),
        published.normalization());
  }
}
