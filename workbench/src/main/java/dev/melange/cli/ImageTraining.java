package dev.melange.cli;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.papers.Mixing;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code train image} was asked to do: with the same images it gives the same classifier.
 *
 * @param model name of the model
 * @param set changed keys of its configuration
 * @param data folder or zip file of the images, or a named set
 * @param valid folder of the validation images; null to take a share of {@code data}
 * @param valid_share share of each class for validation, unless {@code data} is split already
 * @param size side of the square that the model sees, in pixels
 * @param channels 1 or 3, to which all images are converted; null for 3 and no conversion
 * @param epochs passes over the images
 * @param batch images per step
 * @param lr highest learning rate
 * @param mix how batches are mixed, in the notation of {@link Mixing#parse}
 * @param augment {@code none}; {@code flip}: mirroring and mild crops; {@code rand}: strong crops,
 *     RandAugment, random erasing
 * @param smoothing label smoothing
 * @param weights file of weights to start from; null to start from scratch
 * @param body_lr factor of the learning rate for all but the classifier; 0 trains it alone
 * @param seed of the split, the first weights, the order and the augmentation
 */
record ImageTraining(
    String model,
    Map<String, String> set,
    String data,
    @Default("null") String valid,
    double valid_share,
    int size,
    @Default("null") Integer channels,
    int epochs,
    int batch,
    double lr,
    String mix,
    @OneOf({"none", "flip", "rand"}) String augment,
    double smoothing,
    @Default("null") String weights,
    @Default("1") double body_lr,
    long seed) {
  /** Checks the values. */
  ImageTraining {
    set = new LinkedHashMap<>(set);
    PhotoSource.require(channels, valid_share, size);
    if (epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "--epochs and --batch must be at least 1, got %d and %d".formatted(epochs, batch));
    }
    if (!(lr > 0 && Double.isFinite(lr))) {
      throw new IllegalArgumentException("--lr must be positive, got " + lr);
    }
    if (!(body_lr >= 0 && body_lr <= 1) || (body_lr != 1 && weights == null)) {
      throw new IllegalArgumentException(
          "--body-lr is a factor from 0 to 1 for training from weights (--init), got %s%s"
              .formatted(body_lr, weights == null ? " without --init" : ""));
    }
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("--smoothing must be in [0, 1), got " + smoothing);
    }
    Mixing.parse(mix);
  }

  /** The same with another number of epochs and images per step. */
  ImageTraining withBudget(int passes, int images) {
    return new ImageTraining(
        model,
        set,
        data,
        valid,
        valid_share,
        size,
        channels,
        passes,
        images,
        lr,
        mix,
        augment,
        smoothing,
        weights,
        body_lr,
        seed);
  }

  /** The same of another model. */
  ImageTraining withModel(String name, Map<String, String> keys) {
    return with(name, keys, mix, weights, seed);
  }

  /** The same with another mixing of images. */
  ImageTraining withMix(String policy) {
    return with(model, set, policy, weights, seed);
  }

  /** The same from other weights; null for random ones. */
  ImageTraining withWeights(String file) {
    return with(model, set, mix, file, seed);
  }

  /** The same with another seed. */
  ImageTraining withSeed(long number) {
    return with(model, set, mix, weights, number);
  }

  private ImageTraining with(
      String name, Map<String, String> keys, String policy, String file, long number) {
    return new ImageTraining(
        name,
        keys,
        data,
        valid,
        valid_share,
        size,
        channels,
        epochs,
        batch,
        lr,
        policy,
        augment,
        smoothing,
        file,
        body_lr,
        number);
  }

  /** Channels that the model sees. */
  int modelChannels() {
    return channels == null ? 3 : channels;
  }
}
