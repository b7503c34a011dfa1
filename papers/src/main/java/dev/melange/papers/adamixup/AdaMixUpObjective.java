package dev.melange.papers.adamixup;

import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * The joint objective of all three parts: to classify mixed and real images, and to tell them
 * apart, which moves the generator's regions away from mixtures that look real.
 *
 * @param networks the parts
 * @param fold images in a tuple
 * @param classes number of classes
 * @param labelGrad whether the gradient reaches the generator through the mixed targets, too
 * @param intrusion weight of the discriminator's loss; 0 leaves it out
 * @param mixedLoss mean loss of logits and targets, both [N, classes]
 */
record AdaMixUpObjective(
    AdaMixUpNetworks networks,
    int fold,
    int classes,
    boolean labelGrad,
    double intrusion,
    BinaryOperator<Tensor> mixedLoss) {
  /** Losses and the mixtures that they are of; intrusion is null if it is left out. */
  record Parts(Tensor mix, Tensor intrusion, PolicyGenerator.Mixture mixture) {}

  /**
   * The losses of a batch of B images, of which h = B / 2 are mixed.
   *
   * @param image [B, C, H, W], B 2 or more
   * @param labels int64 [B]
   * @param draws what is random, made for this batch
   */
  Parts losses(Tensor image, Tensor labels, AdaMixUpDraws draws) {
    long batch = image.size(0);
    long half = batch / 2;
    if (half == 0) {
      throw new IllegalArgumentException(
          "adamixup mixes half of a batch and expects 2 images or more, got " + batch);
    }
    Tensor first = image.narrow(0, 0, half);
    Tensor oneHot = labels.oneHot(classes).to(image.dtype());
    Tensor firstTarget = oneHot.narrow(0, 0, half);
    List<Tensor> images = new ArrayList<>(List.of(first));
    List<Tensor> targets = new ArrayList<>(List.of(firstTarget));
    for (int i = 0; i < draws.index().size(0); i++) {
      Tensor partner = draws.index().get(i).narrow(0, 0, half);
      images.add(image.indexSelect(0, partner));
      targets.add(oneHot.indexSelect(0, partner));
    }
    PolicyGenerator.Mixture mixture =
        PolicyGenerator.mix(
            gated -> networks.triples(gated, draws.dropoutPolicy()),
            fold,
            images,
            draws.noise(),
            draws.u());
    Tensor weights = labelGrad ? mixture.weights() : mixture.weights().detach();
    Tensor target = target(targets, weights);

    Tensor seen = Tensor.cat(0, mixture.image(), first);
    Tensor mix =
        mixedLoss.apply(
            networks.classify(networks.features(seen, draws.dropoutClassifier())),
            Tensor.cat(0, target, firstTarget));
    if (intrusion == 0) {
      return new Parts(mix, null, mixture);
    }
    Tensor judged = Tensor.cat(0, image.narrow(0, half, batch - half), first, mixture.image());
    Tensor log =
        networks.intrusion(networks.features(judged, draws.dropoutDiscriminator())).logSoftmax(1);
    Tensor real = log.narrow(0, 0, batch).select(1, 1).sum();
    Tensor mixed = log.narrow(0, batch, half).select(1, 0).sum();
    return new Parts(mix, real.add(mixed).div(-(batch + half)), mixture);
  }

  /** Weighted sums of distributions, [N, classes]. */
  static Tensor target(List<Tensor> targets, Tensor weights) {
    return Tensor.stack(1, targets.toArray(Tensor[]::new)).mul(weights.unsqueeze(2)).sum(1);
  }
}
