package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Random rays through the pixels of pictures, cut into intervals with random limits. */
final class RayBatches implements Minibatches {
  private final PosedImages images;
  private final SceneFit.Options options;
  private final List<PosedImages.Rays> rays = new ArrayList<>();

  RayBatches(PosedImages images, SceneFit.Options options) {
    this.images = images;
    this.options = options;
    for (PosedImages.View view : images.views()) {
      rays.add(PosedImages.rays(images.camera(), view.cameraToWorld()));
    }
  }

  @Override
  public int size() {
    return options.rays() * options.evaluate_every();
  }

  @Override
  public int batches() {
    return options.evaluate_every();
  }

  @Override
  public Epoch epoch(int epoch, int firstBatch) {
    return new Epoch() {
      private int next = firstBatch;

      @Override
      public boolean hasNext() {
        return next < batches();
      }

      @Override
      public TensorBatch next() {
        return batch(new Rng(options.seed()).fork(epoch, next++));
      }

      @Override
      public void close() {}
    };
  }

  private TensorBatch batch(Rng rng) {
    int count = options.rays();
    int pixels = images.camera().height() * images.camera().width();
    float[] origins = new float[3 * count];
    float[] directions = new float[3 * count];
    float[] colours = new float[3 * count];
    float[] times = new float[count];
    for (int i = 0; i < count; i++) {
      int view = rng.nextInt(rays.size());
      int pixel = rng.nextInt(pixels);
      System.arraycopy(rays.get(view).origins(), 3 * pixel, origins, 3 * i, 3);
      System.arraycopy(rays.get(view).directions(), 3 * pixel, directions, 3 * i, 3);
      System.arraycopy(images.views().get(view).colours(), 3 * pixel, colours, 3 * i, 3);
      double time = images.views().get(view).time();
      times[i] = Double.isNaN(time) ? 0 : (float) time;
    }
    Map<String, Tensor> batch = new LinkedHashMap<>();
    batch.put("origin", Tensor.of(origins, count, 3));
    batch.put("direction", Tensor.of(directions, count, 3));
    batch.put("color", Tensor.of(colours, count, 3));
    batch.put("time", Tensor.of(times, count, 1));
    batch.put("edges", edges(options, count, rng));
    if (options.fine() > 0) {
      batch.put("u", rng.uniform(count, options.fine()));
    }
    return TensorBatch.of(batch);
  }

  /**
   * Limits of intervals, [R, N + 1]: equally spaced from near to far, each moved by up to half an
   * interval.
   *
   * @param rng of the moves; null for none
   */
  static Tensor edges(SceneFit.Options options, int rays, Rng rng) {
    int limits = options.samples() + 1;
    double width = (options.far() - options.near()) / options.samples();
    float[] edges = new float[rays * limits];
    for (int i = 0; i < edges.length; i++) {
      double move = rng == null ? 0 : rng.nextDouble() - 0.5;
      double edge = options.near() + width * (i % limits + move);
      edges[i] = (float) Math.max(options.near(), Math.min(options.far(), edge));
    }
    return Tensor.of(edges, rays, limits);
  }

  @Override
  public String describe() {
    return "%d pictures of %s, %d rays a step, seed %d"
        .formatted(images.views().size(), images.camera(), options.rays(), options.seed());
  }
}
