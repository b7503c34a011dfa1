package dev.melange.mix;

import dev.melange.nn.ImageModel;
import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What learned policies are made with: the classifier that they learn beside, and how to make one
 * like it. Collects the learners that {@link MixPolicy#bind} makes.
 */
public final class MixSetup {
  private final ImageModel model;
  private final Supplier<ImageModel> twin;
  private final long[] shape;
  private final Rng rng;
  private final List<MixLearner> learners = new ArrayList<>();

  /**
   * A setup.
   *
   * @param model the classifier in training, on its device
   * @param twin makes an untrained classifier of the same shape
   * @param shape of the images: channels, height, width
   * @param rng of the initial weights of generators
   */
  public MixSetup(ImageModel model, Supplier<ImageModel> twin, long[] shape, Rng rng) {
    if (shape.length != 3) {
      throw new IllegalArgumentException(
          "the shape of an image is {channels, height, width}, got "
              + java.util.Arrays.toString(shape));
    }
    this.model = model;
    this.twin = twin;
    this.shape = shape.clone();
    this.rng = rng;
  }

  /** The classifier in training. */
  public ImageModel model() {
    return model;
  }

  /** A classifier of the same shape, type and device with other weights; the caller owns it. */
  public ImageModel twin() {
    ImageModel made = twin.get();
    made.to(model.dtype());
    model.parameters().values().stream().findFirst().ifPresent(p -> made.to(p.device()));
    return made;
  }

  /** Channels, height and width of the images. */
  public long[] shape() {
    return shape.clone();
  }

  /** For the initial weights of generators. */
  public Rng rng() {
    return rng;
  }

  /**
   * Takes a learner in, which must be the result of a {@code bind}.
   *
   * @return its number, by which {@link MixTraining} finds it
   */
  public int register(MixLearner learner) {
    learners.add(learner);
    return learners.size() - 1;
  }

  /** The learners in order of their numbers. */
  public List<MixLearner> learners() {
    return List.copyOf(learners);
  }
}
