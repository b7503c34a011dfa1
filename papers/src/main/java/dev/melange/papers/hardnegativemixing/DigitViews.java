package dev.melange.papers.hardnegativemixing;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.TensorBatch;

/**
 * Views of small grey images with values 0 to 1: moved by up to a pixel, a random 3x3 square
 * erased, the contrast changed by up to 30 %, noise of deviation 0.15.
 */
final class DigitViews {
  private static final int SHIFT = 1;
  private static final int HOLE = 3;
  private static final double CONTRAST = 0.3;
  private static final double NOISE = 0.15;

  private DigitViews() {}

  /** Both views of a batch of {@code image} and {@code label}. */
  static TensorBatch of(TensorBatch batch, Rng rng) {
    Tensor image = batch.get(ImageBatches.IMAGE);
    return batch
        .with(ImageBatches.IMAGE, view(image, rng.fork(1)))
        .with(ContrastiveTraining.SECOND_VIEW, view(image, rng.fork(2)));
  }

  /** A view of each image [N, 1, H, W]. */
  static Tensor view(Tensor images, Rng rng) {
    int n = (int) images.size(0);
    int h = (int) images.size(2);
    int w = (int) images.size(3);
    float[] in = images.toFloats();
    float[] out = new float[in.length];
    for (int i = 0; i < n; i++) {
      int dy = rng.nextInt(2 * SHIFT + 1) - SHIFT;
      int dx = rng.nextInt(2 * SHIFT + 1) - SHIFT;
      int top = rng.nextInt(h - HOLE + 1);
      int left = rng.nextInt(w - HOLE + 1);
      double contrast = 1 - CONTRAST + 2 * CONTRAST * rng.nextDouble();
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          int sy = y + dy;
          int sx = x + dx;
          boolean hole = y >= top && y < top + HOLE && x >= left && x < left + HOLE;
          boolean inside = sy >= 0 && sy < h && sx >= 0 && sx < w;
          double ink = inside && !hole ? contrast * in[(i * h + sy) * w + sx] : 0;
          out[(i * h + y) * w + x] = (float) (ink + NOISE * rng.nextGaussian());
        }
      }
    }
    return Tensor.of(out, images.shape()).to(images.device());
  }
}
