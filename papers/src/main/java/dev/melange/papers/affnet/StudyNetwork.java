package dev.melange.papers.affnet;

import dev.melange.nn.Conv2d;
import dev.melange.nn.GroupNorm;
import dev.melange.nn.ImageModel;
import dev.melange.nn.IsotropicClassifier;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.study.StudyImages;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The networks of the study, alike but for what filters. */
final class StudyNetwork {
  private static final int GROUPS = 8;
  private static final double THRESHOLD = 0.01;
  private static final int EXPAND = 2;
  private static final String NORM = "layer_norm_2d";
  private static final String ACTIVATION = "swish";
  private static final int LEAST_PATCHES = 4;

  private StudyNetwork() {}

  /** A network with new weights for the images. */
  static ImageModel create(
      AffNetSettings settings, Filtering filtering, StudyImages images, Rng rng) {
    if (settings.network().equals("affnet_et")) {
      AffNetConfig config =
          AffNetPaper.ET.forImages(
              images.channels(), images.size(), images.size(), images.classes().size());
      AffNet model = new AffNet(config, rng);
      if (filtering != Filtering.ADAPTIVE) {
        for (TokenMixerSlot slot : model.tokenMixerSlots(images.size(), images.size())) {
          AffTokenMixer.Config mixer =
              new AffTokenMixer.Config(slot.channels(), GROUPS, THRESHOLD, 1, ACTIVATION);
          slot.replace(filtering.create(mixer, slot.height(), slot.width(), rng));
        }
      }
      return model;
    }
    return isotropic(settings, filtering, images, rng);
  }

  /**
   * Patches, {@link AffInnerBlock}s whose inverted residuals lack the depthwise convolution, so
   * that the filter alone mixes positions, a norm over the whole map, and a linear classifier.
   */
  static IsotropicClassifier<AffInnerBlock> isotropic(
      AffNetSettings settings, Filtering filtering, StudyImages images, Rng rng) {
    int width = settings.width();
    int patch = Math.max(1, Math.min(settings.patch(), images.size() / LEAST_PATCHES));
    int side = (images.size() - patch) / patch + 1;
    InvertedResidual.Config mlp =
        new InvertedResidual.Config(width, width, 1, EXPAND, 1, ACTIVATION);
    AffTokenMixer.Config mixer = new AffTokenMixer.Config(width, GROUPS, THRESHOLD, 1, ACTIVATION);
    UnaryLayer embed =
        new Conv2d(Conv2d.Spec.of(images.channels(), width, patch).stride(patch), rng);
    List<AffInnerBlock> blocks = new ArrayList<>();
    for (int i = 0; i < settings.blocks(); i++) {
      blocks.add(
          new AffInnerBlock(
              AffInnerBlock.norm(NORM, width),
              InvertedResidual.withoutMixing(mlp, rng),
              AffInnerBlock.norm(NORM, width),
              filtering.create(mixer, side, side, rng)));
    }
    return new IsotropicClassifier<>(
        embed, blocks, new GroupNorm(1, width), width, images.classes().size(), rng);
  }

  /**
   * What the filters of a network with adaptive filters do to images, block by block.
   *
   * @param x [B, channels, H, W]
   */
  static List<AffTokenMixer.Filtered> filters(ImageModel model, Tensor x) {
    if (model instanceof AffNet net) {
      return net.filters(x);
    }
    if (model instanceof IsotropicClassifier<?> isotropic) {
      List<Tensor> inputs = isotropic.blockInputs(x);
      List<AffTokenMixer.Filtered> filters = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        filters.add(((AffInnerBlock) isotropic.blocks().get(i)).filter(inputs.get(i)));
      }
      return filters;
    }
    throw new IllegalArgumentException("no network of the study: " + model.getClass());
  }
}
