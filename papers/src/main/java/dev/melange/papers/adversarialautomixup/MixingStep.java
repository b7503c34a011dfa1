package dev.melange.papers.adversarialautomixup;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.function.BinaryOperator;

/**
 * The joint objective of AutoMix and AdAutoMix (equations of section 3): its gradient reaches the
 * student and its heads through the clean and the mixed loss, the generator through the teacher's
 * loss alone.
 *
 * @param student the classifier
 * @param teacher its moving average, frozen; its norms use statistics of the batch
 * @param generator of the masks; null mixes linearly and leaves the teacher out
 * @param weights of the objective's parts
 * @param mixedLoss of the student's logits of mixed images and their targets, [N, classes]
 */
record MixingStep(
    TwoHeads student,
    TwoHeads teacher,
    MaskSource generator,
    Weights weights,
    BinaryOperator<Tensor> mixedLoss) {
  /** Which way the generator learns in a step. */
  enum Turn {
    /** To make the teacher fail. */
    AGAINST,
    /** To make the teacher succeed. */
    WITH,
    /** Not at all. */
    OFF
  }

  /**
   * Weights of the objective's parts.
   *
   * @param lamMargin weights closer than this to 0 or 1 mix linearly for the classifier
   * @param mixupRatio of three images: part of the linear mixture in the clean loss
   * @param beta part of the cross entropy in the adversarial objective
   * @param one of the clean loss
   * @param mix of the classifier's mixed loss
   * @param teacher of the generator's loss
   * @param mask of what the masks are held to
   * @param cosineSign 1 lowers the similarity to the clean images' logits in adversarial steps, -1
   *     raises it
   * @param cosine whether the similarity is computed at all
   */
  record Weights(
      double lamMargin,
      double mixupRatio,
      double beta,
      double one,
      double mix,
      double teacher,
      double mask,
      int cosineSign,
      boolean cosine) {}

  /** What the masks make of a batch, and what the networks say of it. */
  AdAutoMix.Losses losses(Tensor image, Tensor labels, AdAutoMixDraws draws, Turn turn) {
    int count = (int) draws.lam().numel();
    double[] raw = draws.lam().toDoubles();
    double[] forGenerator = count == 2 ? pair(raw[0]) : normed(raw);
    double[] forClassifier = count == 2 ? pair(raw[1]) : forGenerator;
    Tensor[] generatorOrder = order(draws.indexGenerator(), image, count);
    Tensor[] classifierOrder = order(draws.indexClassifier(), image, count);

    Tensor early = null;
    Tensor cleanLogits = null;
    Tensor classifierMask = row(forClassifier, image).reshape(1, count, 1, 1);
    if (generator != null) {
      try (var guard = Autograd.noGrad()) {
        early = teacher.early(image);
        if (weights.cosine && turn != Turn.OFF) {
          cleanLogits = teacher.mixed(teacher.late(early));
        }
        double first = forClassifier[0];
        boolean linear =
            weights.lamMargin >= first
                || (count == 2 ? weights.lamMargin >= 1 - first : weights.lamMargin > 1 - first);
        if (!linear) {
          classifierMask = generator.masks(early, classifierOrder, forClassifier).mask();
        }
      }
    }
    Tensor classifierImage = mix(image, classifierMask, classifierOrder);

    Tensor generatorImage = null;
    Tensor taught = null;
    Tensor cosine = null;
    Tensor generatorLoss = null;
    if (generator != null && turn != Turn.OFF) {
      MaskSource.Masks masks = generator.masks(early, generatorOrder, forGenerator);
      generatorImage = mix(image, masks.mask(), generatorOrder);
      Tensor logits = teacher.mixed(teacher.late(teacher.early(generatorImage)));
      taught = crossEntropy(logits, labels, generatorOrder, forGenerator);
      generatorLoss = taught;
      if (cleanLogits != null) {
        cosine = image.detach().newZeros();
        for (int i = 0; i < count; i++) {
          Tensor clean = at(cleanLogits, generatorOrder[i]);
          cosine = cosine.add(cosine(logits, clean).mean().mul(forGenerator[i]));
        }
        if (turn == Turn.AGAINST) {
          generatorLoss =
              taught.mul(-weights.beta).add(cosine.mul(weights.cosineSign * (1 - weights.beta)));
        }
      }
      if (masks.loss() != null && weights.mask > 0) {
        generatorLoss = generatorLoss.add(masks.loss().mul(weights.mask));
      }
    }

    Tensor clean = crossEntropy(student.one(student.late(student.early(image))), labels);
    if (count == 3 && weights.mixupRatio > 0) {
      Tensor linear = image.zerosLike();
      for (int i = 0; i < count; i++) {
        linear = linear.add(at(image, classifierOrder[i]).mul(forClassifier[i]));
      }
      Tensor loss = mixedLoss(linear, labels, classifierOrder, forClassifier);
      clean = clean.mul(1 - weights.mixupRatio).add(loss.mul(weights.mixupRatio));
    }
    Tensor mixed = mixedLoss(classifierImage, labels, classifierOrder, forClassifier);
    Tensor total = mixed.mul(weights.mix).add(clean.mul(weights.one));
    if (generatorLoss != null) {
      total = total.add(generatorLoss.mul(weights.teacher));
    }
    return new AdAutoMix.Losses(
        total, clean, mixed, taught, cosine, generatorImage, classifierImage);
  }

  private Tensor mixedLoss(Tensor image, Tensor labels, Tensor[] order, double[] lam) {
    Tensor logits = student.mixed(student.late(student.early(image)));
    return mixedLoss.apply(
        logits, target(labels, order, lam, (int) logits.size(1)).to(logits.dtype()));
  }

  /** Tuples of a batch, mixed by the generator as it is; without recording. */
  Tensor mixture(Tensor image, Tensor[] order, double[] lam) {
    return Autograd.noGrad(
        () -> mix(image, generator.masks(teacher.early(image), order, lam).mask(), order));
  }

  /** The distributions over the classes of mixed tuples, [N, classes]. */
  static Tensor target(Tensor labels, Tensor[] order, double[] lam, int classes) {
    Tensor oneHot = labels.oneHot(classes).to(dev.melange.tensor.DType.F64);
    Tensor target = oneHot.zerosLike();
    for (int i = 0; i < order.length; i++) {
      target = target.add(at(oneHot, order[i]).mul(lam[i]));
    }
    return target;
  }

  static double[] pair(double lam) {
    return new double[] {lam, 1 - lam};
  }

  static double[] normed(double[] draws) {
    double sum = Arrays.stream(draws).sum();
    return Arrays.stream(draws).map(draw -> draw / sum).toArray();
  }

  /** Places of the mixed images; of two images the first stays where it is (null). */
  static Tensor[] order(Tensor index, Tensor image, int count) {
    Tensor[] given = index.to(image.device()).unbind(0);
    return count == 2 ? new Tensor[] {null, given[0]} : given;
  }

  static Tensor at(Tensor x, Tensor order) {
    return order == null ? x : x.indexSelect(0, order);
  }

  static Tensor row(double[] values, Tensor like) {
    return Tensor.of(values, values.length).to(like.dtype()).to(like.device());
  }

  /**
   * Tuples of images, each where its mask is.
   *
   * @param mask shares of the images at each pixel, [n, K, H, W]
   * @param order places of the images of the n tuples
   */
  static Tensor mix(Tensor image, Tensor mask, Tensor[] order) {
    Tensor mixed = at(image, order[0]).mul(mask.narrow(1, 0, 1));
    for (int i = 1; i < order.length; i++) {
      mixed = mixed.add(at(image, order[i]).mul(mask.narrow(1, i, 1)));
    }
    return mixed;
  }

  private static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return logits.logSoftmax(1).gather(1, labels.unsqueeze(1)).mean().neg();
  }

  private static Tensor crossEntropy(Tensor logits, Tensor labels, Tensor[] order, double[] lam) {
    Tensor log = logits.logSoftmax(1);
    Tensor loss = logits.detach().newZeros();
    for (int i = 0; i < order.length; i++) {
      loss = loss.sub(log.gather(1, at(labels, order[i]).unsqueeze(1)).mean().mul(lam[i]));
    }
    return loss;
  }

  /** Cosine of each row's angle, [N]; lengths below 1e-8 count as that. */
  private static Tensor cosine(Tensor a, Tensor b) {
    Tensor lengths = a.norm(2, 1).clampMin(1e-8).mul(b.norm(2, 1).clampMin(1e-8));
    return a.mul(b).sum(1).div(lengths);
  }
}
