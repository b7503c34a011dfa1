package dev.melange.papers.mixupneuralcollapse;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A small network of the study: the pixels, three hidden layers with ReLU, and a linear classifier
 * over the last of them. Hidden layers of a batch can be mixed (Manifold Mixup).
 */
final class FeatureMlp extends ImageModel implements StagedImageModel {
  /**
   * Shape of the network.
   *
   * @param pixels of an image, all channels together
   * @param hidden widths of the hidden layers; the last is the number of features
   * @param num_classes number of classes
   */
  record Config(int pixels, int[] hidden, int num_classes) {
    Config {
      if (pixels < 1 || hidden.length == 0 || num_classes < 2) {
        throw new IllegalArgumentException(
            "the network needs pixels, hidden layers and 2 classes, got %d, %d and %d"
                .formatted(pixels, hidden.length, num_classes));
      }
      hidden = hidden.clone();
    }
  }

  private final List<Linear> hidden = new ArrayList<>();
  private Linear fc;

  FeatureMlp(Config config, Rng rng) {
    int in = config.pixels;
    for (int width : config.hidden) {
      hidden.add(child("hidden." + hidden.size(), new Linear(in, width, rng)));
      in = width;
    }
    fc = child("fc", new Linear(in, config.num_classes, rng));
  }

  @Override
  public Tensor forwardFeatures(Tensor x) {
    return firstStages(x, hidden.size());
  }

  @Override
  public Tensor firstStages(Tensor image, int count) {
    return run(image.flatten(1, image.dim() - 1), 0, count);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return run(map, count, hidden.size());
  }

  private Tensor run(Tensor in, int from, int to) {
    Tensor x = in;
    for (int i = from; i < to; i++) {
      x = hidden.get(i).forward(x).relu();
    }
    return x;
  }

  @Override
  public Tensor forwardHead(Tensor features) {
    return fc.forward(features);
  }

  @Override
  public int stages() {
    return hidden.size();
  }

  @Override
  public int classes() {
    return (int) fc.weight().size(0);
  }

  @Override
  public void resetClassifier(int classes, Rng rng) {
    fc = replaceChild("fc", new Linear(fc.weight().size(1), classes, rng));
  }
}
