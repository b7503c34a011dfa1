package dev.melange.mix;

import dev.melange.data.image.Normalize;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TrainingProgress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What some policies need besides the images; what none of the chosen ones needs may be null.
 *
 * @param model the network in training, for the gradients that PuzzleMix calls saliency
 * @param attention a trained network, for the maps that AttentiveMix looks at
 * @param normalize how the images were normalised, for SaliencyMix and PuzzleMix
 * @param progress of the training, for policies that begin or end in its course
 */
public record MixContext(
    ImageModel model, ImageModel attention, Normalize normalize, TrainingProgress progress) {
  /** For policies that need the images only. */
  public static final MixContext NONE = new MixContext(null, null, null);

  /** At the beginning of a training. */
  public MixContext(ImageModel model, ImageModel attention, Normalize normalize) {
    this(model, attention, normalize, TrainingProgress.START);
  }

  /** The same at another point of the training. */
  public MixContext at(TrainingProgress now) {
    return new MixContext(model, attention, normalize, now);
  }

  /** The same with another trained network to look at. */
  MixContext lookingAt(ImageModel network) {
    return new MixContext(model, network, normalize, progress);
  }

  /** For all policies but AttentiveMix. */
  public static MixContext of(ImageModel model, Normalize normalize) {
    return new MixContext(model, null, normalize);
  }

  /**
   * Saliency as the size of the clean loss's gradient, {@code sqrt(mean_c (dL/dx)^2)}, [N, H, W].
   * The network runs in inference mode and is in its old mode afterwards; the gradients of its
   * parameters are not touched.
   */
  public Tensor gradientSaliency(Tensor image, Tensor label) {
    ImageModel network = require(model, "puzzlemix", "the network in training");
    try (Autograd.NoGrad recording = Autograd.enableGrad()) {
      // a constant factor of the loss drops out, as only shares of the saliency count
      return onWorkers(
          network,
          image.size(0),
          (from, length) ->
              saliency(network, image.narrow(0, from, length), label.narrow(0, from, length)));
    }
  }

  private interface Part {
    Tensor of(long from, long length);
  }

  /** Runs a network in inference mode; it is in its old mode afterwards. */
  private static Tensor onWorkers(ImageModel network, long n, Part part) {
    Map<Layer, Boolean> modes = new LinkedHashMap<>();
    network.visit((path, layer) -> modes.put(layer, layer.isTraining()));
    network.eval();
    try {
      return onWorkers(n, part);
    } finally {
      // parents come first, and a layer's mode reaches all below it
      modes.forEach(Layer::train);
    }
  }

  private static Tensor onWorkers(long n, Part part) {
    Engine engine = Engine.get();
    List<Supplier<Tensor>> parts = new ArrayList<>();
    int count = (int) Math.min(engine.workers(), n);
    for (int i = 0; i < count; i++) {
      long from = n * i / count;
      long length = n * (i + 1) / count - from;
      parts.add(() -> part.of(from, length));
    }
    return Tensor.cat(0, engine.parallel(parts).toArray(Tensor[]::new));
  }

  private static Tensor saliency(ImageModel network, Tensor image, Tensor label) {
    return Scope.run(
        () -> {
          Tensor x = image.detach().copy().requiresGrad_(true);
          Tensor loss = Losses.crossEntropy(network.forward(x), label);
          return Autograd.grad(loss, x)[0].square().mean(1).sqrt().detach();
        });
  }

  /** The deepest map of the trained network in inference mode, [N, D, a, a]. */
  Tensor attentionMap(Tensor image) {
    ImageModel network = require(attention, "attentivemix", "a trained network");
    Tensor map =
        Autograd.noGrad(
            () ->
                onWorkers(
                    network,
                    image.size(0),
                    (from, length) -> network.forwardFeatures(image.narrow(0, from, length))));
    return SquareMaps.of("attentivemix", map);
  }

  /** The images with values in [0, 1], as they were before they were normalised. */
  Tensor pixels(Tensor image, String policy) {
    Normalize n = require(normalize, policy, "how the images were normalised");
    return image.mul(perChannel(n.std(), image)).add(perChannel(n.mean(), image));
  }

  private static Tensor perChannel(float[] values, Tensor image) {
    return Tensor.of(values, 1, values.length, 1, 1).to(image.dtype()).to(image.device());
  }

  private static <T> T require(T value, String policy, String what) {
    if (value == null) {
      throw new IllegalArgumentException(
          policy + " needs " + what + ", which the mixing context lacks; give it there");
    }
    return value;
  }
}
