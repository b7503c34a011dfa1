package dev.melange.papers.adamixup;

import dev.melange.component.Default;
import dev.melange.mix.MixLosses;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The three parts of AdaMixUp for small images: a classifier, a discriminator that tells mixed
 * images from real ones with the classifier's features, and the generator of policy regions.
 *
 * <pre>{@code
 * AdaMixUpDraws draws = AdaMixUpDraws.draw(image, 2, rng);
 * AdaMixUp.Losses losses = model.losses(image, labels, draws);
 * losses.total().backward();
 * }</pre>
 */
public final class AdaMixUp extends Layer implements AdaMixUpNetworks {
  /**
   * Shape of the networks.
   *
   * @param in_channels channels of the images
   * @param image_size rows and columns of the images, multiples of 4
   * @param channels channels of the convolutions
   * @param hidden width of the hidden layer
   * @param num_classes number of classes
   * @param gate_hidden width of the generator's second hidden layer
   * @param fold images in a mixed tuple, 2 or more
   */
  public record Config(
      int in_channels,
      int[] image_size,
      @Default("32") int channels,
      @Default("512") int hidden,
      @Default("10") int num_classes,
      @Default("100") int gate_hidden,
      @Default("2") int fold) {
    /** Refuses shapes that cannot be built. */
    public Config {
      if (image_size.length != 2
          || Arrays.stream(image_size).anyMatch(size -> size < 4 || size % 4 != 0)) {
        throw new IllegalArgumentException(
            "image_size is [rows, columns], multiples of 4, got " + Arrays.toString(image_size));
      }
      if (Math.min(Math.min(in_channels, channels), Math.min(hidden, gate_hidden)) < 1
          || num_classes < 1) {
        throw new IllegalArgumentException(
            "AdaMixUp expects widths of 1 or more, got %d in_channels, %d channels, %d hidden, %d gate_hidden, %d num_classes"
                .formatted(in_channels, channels, hidden, gate_hidden, num_classes));
      }
      if (fold < 2) {
        throw new IllegalArgumentException("fold is 2 or more, got " + fold);
      }
    }
  }

  /**
   * The objective of a step.
   *
   * @param total sum of the other three
   * @param mix cross entropy of mixed and real images, in equal parts
   * @param intrusion cross entropy of the discriminator; null if it is left out
   * @param decay {@code weight_decay * sum(p^2) / 2} over all parameters of the three parts
   * @param mixture the mixed images, their weights and regions
   */
  public record Losses(
      Tensor total, Tensor mix, Tensor intrusion, Tensor decay, PolicyGenerator.Mixture mixture) {}

  private final Config config;
  private final boolean labelGrad;
  private final double weightDecay;
  private final PolicyGenerator policy;
  private final ConvTrunk trunk;
  private final Linear classifier;
  private final Linear intrusionHidden;
  private final Linear intrusionHead;

  /** Untrained networks with the published objective. */
  public AdaMixUp(Config config, Rng rng) {
    this(config, false, 1e-4, rng);
  }

  /**
   * Untrained networks.
   *
   * @param config shape of the networks
   * @param labelGrad whether the gradient reaches the generator through the mixed targets, too; the
   *     official implementation lets it not
   * @param weightDecay factor of half the sum of the squared parameters, 0 or more
   */
  public AdaMixUp(Config config, boolean labelGrad, double weightDecay, Rng rng) {
    this.config = config;
    this.labelGrad = labelGrad;
    this.weightDecay = weightDecay;
    policy = child("policy", new PolicyGenerator(config, rng));
    trunk = child("mixup_model", new ConvTrunk(config, rng));
    classifier = child("linear", ConvTrunk.smallLinear(config.hidden(), config.num_classes(), rng));
    intrusionHidden =
        child("linear001", ConvTrunk.smallLinear(config.hidden(), config.num_classes(), rng));
    intrusionHead = child("linear2", ConvTrunk.smallLinear(config.num_classes(), 2, rng));
  }

  /** The shape of the networks. */
  public Config config() {
    return config;
  }

  /** The generator of policy regions. */
  public PolicyGenerator policy() {
    return policy;
  }

  /** Hidden features [N, hidden] of images [N, C, H, W] in [0, 1]; with dropout in training. */
  public Tensor features(Tensor image) {
    return trunk.features(image, null);
  }

  @Override
  public Tensor features(Tensor image, Tensor dropout) {
    return trunk.features(image, dropout);
  }

  @Override
  public Tensor triples(Tensor gated, Tensor dropout) {
    return policy.triples(gated, dropout);
  }

  /** Logits of the classes [N, classes] from features. */
  @Override
  public Tensor classify(Tensor features) {
    return classifier.forward(features);
  }

  /** Logits of "mixed" and "real" [N, 2] from features. */
  @Override
  public Tensor intrusion(Tensor features) {
    return intrusionHead.forward(intrusionHidden.forward(features));
  }

  /**
   * The joint objective of all three parts: to classify mixed and real images, and to tell them
   * apart, which moves the generator's regions away from mixtures that look real.
   *
   * @param image [B, C, H, W] in [0, 1], B even: the first half is mixed and classified, the second
   *     half is only shown to the discriminator
   * @param labels int64 [B]
   * @param draws what is random, made for this batch
   * @throws IllegalArgumentException if B is odd
   */
  public Losses losses(Tensor image, Tensor labels, AdaMixUpDraws draws) {
    return losses(image, labels, draws, 1);
  }

  /**
   * As the other, with another weight of the discriminator's loss.
   *
   * @param weight 1 as published; 0 leaves the discriminator out
   */
  public Losses losses(Tensor image, Tensor labels, AdaMixUpDraws draws, double weight) {
    long batch = image.size(0);
    if (batch % 2 != 0) {
      throw new IllegalArgumentException(
          "AdaMixUp mixes half of a batch and expects an even number of images, got " + batch);
    }
    AdaMixUpObjective.Parts parts =
        new AdaMixUpObjective(
                this,
                config.fold(),
                config.num_classes(),
                labelGrad,
                weight,
                MixLosses::softCrossEntropy)
            .losses(image, labels, draws);
    Tensor decay = decay(image, this);
    Tensor total = parts.mix().add(decay);
    if (parts.intrusion() != null) {
      total = total.add(parts.intrusion().mul(weight));
    }
    return new Losses(total, parts.mix(), parts.intrusion(), decay, parts.mixture());
  }

  /**
   * The objective of the classifier alone, for training without the generator: cross entropy and
   * weight decay.
   *
   * @param image [N, C, H, W] in [0, 1]
   * @param target distributions over the classes, [N, classes]
   */
  public Tensor classifierLoss(Tensor image, Tensor target) {
    return MixLosses.softCrossEntropy(classify(trunk.features(image, null)), target)
        .add(decay(image, trunk))
        .add(decay(image, classifier));
  }

  private Tensor decay(Tensor image, Layer part) {
    Tensor squares = image.detach().newZeros();
    for (Tensor parameter : part.parameters().values()) {
      squares = squares.add(parameter.square().sum());
    }
    return squares.mul(weightDecay / 2);
  }
}
