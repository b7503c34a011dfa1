package dev.melange.mix;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What learned policies are made with: the classifier that they learn beside, and how to make one
 * like it. Collects the learners that {@link MixPolicy#bind} makes and the networks that it reads.
 */
public final class MixSetup {
  private final ImageModel model;
  private final Supplier<ImageModel> twin;
  private final long[] shape;
  private final Rng rng;
  private final BinaryOperator<Tensor> mixedLoss;
  private final List<MixLearner> learners = new ArrayList<>();
  private final List<ImageModel> opened = new ArrayList<>();
  private Function<String, ImageModel> reader; // null without

  /**
   * A setup.
   *
   * @param model the classifier in training, on its device
   * @param twin makes an untrained classifier of the same shape
   * @param shape of the images: channels, height, width
   * @param rng of the initial weights of generators
   */
  public MixSetup(ImageModel model, Supplier<ImageModel> twin, long[] shape, Rng rng) {
    this(model, twin, shape, rng, MixLosses::softCrossEntropy);
  }

  /**
   * A setup with another loss of the classifier's mixed batches than the cross entropy.
   *
   * @param mixedLoss mean loss of logits and targets, both [N, classes]
   */
  public MixSetup(
      ImageModel model,
      Supplier<ImageModel> twin,
      long[] shape,
      Rng rng,
      BinaryOperator<Tensor> mixedLoss) {
    if (shape.length != 3) {
      throw new IllegalArgumentException(
          "the shape of an image is {channels, height, width}, got "
              + java.util.Arrays.toString(shape));
    }
    this.model = model;
    this.twin = twin;
    this.shape = shape.clone();
    this.rng = rng;
    this.mixedLoss = mixedLoss;
  }

  /** The classifier in training. */
  public ImageModel model() {
    return model;
  }

  /** A classifier of the same shape, type and device with other weights; the caller owns it. */
  public ImageModel twin() {
    ImageModel made = twin.get();
    match(made);
    return made;
  }

  /** Gives a layer the element type and device of the classifier. */
  public void match(Layer layer) {
    layer.to(model.dtype());
    layer.to(device());
  }

  private Device device() {
    return model.parameters().values().iterator().next().device();
  }

  /** Black images of the classifier's element type on its device, to see what shapes it makes. */
  public Tensor like(int count) {
    return Tensor.zeros(count, shape[0], shape[1], shape[2]).to(model.dtype()).to(device());
  }

  /** The loss of the classifier's logits of mixed images and their targets, [N, classes]. */
  public BinaryOperator<Tensor> mixedLoss() {
    return mixedLoss;
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
   * Says how trained classifiers that policies name are read.
   *
   * @param trained from a file's name; throws IllegalArgumentException for one that cannot see the
   *     images
   */
  public MixSetup reading(Function<String, ImageModel> trained) {
    reader = trained;
    return this;
  }

  /**
   * A trained classifier from a file, in inference mode on the classifier's device; it is freed
   * with the {@link MixTraining}.
   */
  public ImageModel trained(String file) {
    if (reader == null) {
      throw new IllegalArgumentException(
          "the policy looks at the classifier in %s, but the mixing setup cannot read it; say how with reading(...)"
              .formatted(file));
    }
    ImageModel network = reader.apply(file);
    opened.add(network);
    match(network);
    network.eval();
    return network;
  }

  /** Frees all that was made for the training but the classifier. */
  void close() {
    learners.forEach(Layer::close);
    opened.forEach(Layer::close);
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
