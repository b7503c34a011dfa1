package dev.melange.papers;

import dev.melange.data.image.Normalize;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Simple corruptions of images, to see how a classifier stands them. */
public enum ImageCorruption {
  /** Gaussian noise of standard deviation 0.1 in each value. */
  NOISE {
    @Override
    Tensor corrupt(Tensor pixels, Rng rng) {
      return pixels.add(rng.normal(pixels.shape()).to(pixels.device()).mul(0.1));
    }
  },
  /** Means of 3 x 3 pixels. */
  BLUR {
    @Override
    Tensor corrupt(Tensor pixels, Rng rng) {
      Tensor padded = Nn.pad(pixels, new long[] {1, 1, 1, 1}, "replicate", 0);
      Tensor sum = pixels.zerosLike();
      for (int i = 0; i < 9; i++) {
        sum = sum.add(padded.narrow(2, i / 3, pixels.size(2)).narrow(3, i % 3, pixels.size(3)));
      }
      return sum.div(9);
    }
  },
  /** Differences from the image's mean are halved. */
  CONTRAST {
    @Override
    Tensor corrupt(Tensor pixels, Rng rng) {
      Tensor mean = pixels.flatten(1, -1).mean(1).reshape(-1, 1, 1, 1);
      return pixels.add(mean).div(2);
    }
  },
  /** All values are raised by 0.2. */
  BRIGHTNESS {
    @Override
    Tensor corrupt(Tensor pixels, Rng rng) {
      return pixels.add(0.2);
    }
  },
  /** A black square of a quarter of the area, at a place of its own in each image. */
  OCCLUSION {
    @Override
    Tensor corrupt(Tensor pixels, Rng rng) {
      int height = (int) pixels.size(2);
      int width = (int) pixels.size(3);
      int n = (int) pixels.size(0);
      float[] kept = new float[n * height * width];
      Arrays.fill(kept, 1);
      for (int i = 0; i < n; i++) {
        int top = rng.nextInt(height - height / 2 + 1);
        int left = rng.nextInt(width - width / 2 + 1);
        for (int y = top; y < top + height / 2; y++) {
          int row = (i * height + y) * width;
          Arrays.fill(kept, row + left, row + left + width / 2, 0);
        }
      }
      return pixels.mul(Tensor.of(kept, n, 1, height, width).to(pixels.device()));
    }
  };

  private static final long SEED = 41;

  /** Changes images with values in [0, 1]; what leaves that range is cut off afterwards. */
  abstract Tensor corrupt(Tensor pixels, Rng rng);

  /** The name in tables and results, in small letters. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Corrupts normalised images.
   *
   * @param image [N, C, H, W]
   * @param normalize how they were normalised
   * @param rng all randomness
   */
  public Tensor apply(Tensor image, Normalize normalize, Rng rng) {
    Tensor std = channels(normalize.std(), image);
    Tensor mean = channels(normalize.mean(), image);
    return corrupt(image.mul(std).add(mean), rng).clamp(0, 1).sub(mean).div(std);
  }

  private static Tensor channels(float[] values, Tensor image) {
    return Tensor.of(values, 1, values.length, 1, 1).to(image.device());
  }

  /**
   * Share of correct images under each corruption, 0..1, by {@link #label}. The corrupted images
   * are the same for all classifiers.
   *
   * @param model in inference mode
   * @param data batches of {@code image} and {@code label}, in order
   * @param normalize how the images were normalised
   */
  public static Map<String, Double> accuracies(
      ImageModel model, Minibatches data, Normalize normalize) {
    Map<ImageCorruption, Double> right = new EnumMap<>(ImageCorruption.class);
    long images = 0;
    int batches = 0;
    try (Minibatches.Epoch epoch = data.epoch(0, 0)) {
      while (epoch.hasNext()) {
        try (Scope scope = Scope.open()) {
          TensorBatch batch = epoch.next();
          for (ImageCorruption corruption : values()) {
            Rng rng = new Rng(SEED).fork(corruption.label().hashCode(), batches);
            Tensor image = corruption.apply(batch.get(ImageBatches.IMAGE), normalize, rng);
            right.merge(
                corruption, correct(model, batch.with(ImageBatches.IMAGE, image)), Double::sum);
          }
          images += batch.size();
          batches++;
        }
      }
    }
    Map<String, Double> shares = new LinkedHashMap<>();
    for (ImageCorruption corruption : values()) {
      shares.put(corruption.label(), right.get(corruption) / (double) images);
    }
    return shares;
  }

  private static double correct(ImageModel model, TensorBatch batch) {
    Tensor logits =
        Inference.run(
            batch.to(Engine.get().device()), part -> model.forward(part.get(ImageBatches.IMAGE)));
    return logits.argmax(1).eq(batch.get(ImageBatches.LABEL).to(logits.device())).sum().item();
  }
}
