package dev.melange.papers.coordinateawaremodulation;

import dev.melange.nn.Layer;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalField;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A video by {@link CamVideo}, frame by frame: each is decoded alone and then mixed with its
 * neighbours as they were last decoded ({@link FlowAggregation}). Frames whose sides are no
 * multiples of the network's enlargement are decoded larger and cut.
 */
final class VideoField implements SignalField {
  private static final int SMALLEST_SIDE = 11; // the window of the structural similarity
  private static final int COLOURS = 3;
  private static final double SHARE_OF_PARTS = 0.1;
  private static final int[] NEIGHBOURS = {-1, 1, -2, 2};

  /** The network and the frames that it decoded last, which a resumed training needs too. */
  private static final class Trainee extends Layer {
    final CamVideo video;
    final Tensor decoded; // [T, 3, H', W']

    Trainee(CamVideo video, int frames, int height, int width) {
      this.video = child("video", video);
      decoded = buffer("decoded", Tensor.zeros(frames, COLOURS, height, width));
    }
  }

  private final Trainee trainee;
  private final int frames;
  private final int height;
  private final int width;
  private final int neighbours;

  VideoField(CamVideo.Config config, Signal.Shape shape, Rng rng) {
    frames = shape.sizes().get(0);
    height = shape.sizes().get(1);
    width = shape.sizes().get(2);
    neighbours = config.aggs();
    int factor = config.strides().stream().reduce(1, (a, b) -> a * b);
    int tall = config.fc_hw_dim().get(0) * factor;
    int wide = config.fc_hw_dim().get(1) * factor;
    if (tall < height || wide < width) {
      throw new IllegalArgumentException(
          "fc_hw_dim %s with strides %s gives frames of %d x %d, but those of the video have %d x %d; raise fc_hw_dim"
              .formatted(config.fc_hw_dim(), config.strides(), tall, wide, height, width));
    }
    if (neighbours > NEIGHBOURS.length) {
      throw new IllegalArgumentException(
          "aggs is at most %d here, got %d".formatted(NEIGHBOURS.length, neighbours));
    }
    trainee = new Trainee(new CamVideo(config, rng), frames, tall, wide);
  }

  /** A network for a video of a few frames of a hundred or so pixels. */
  static CamVideo.Config config(Signal.Shape shape) {
    int frames = shape.sizes().get(0);
    int height = shape.sizes().get(1);
    int width = shape.sizes().get(2);
    if (Math.min(height, width) < SMALLEST_SIDE || shape.channels().size() != COLOURS) {
      throw new IllegalArgumentException(
          "cam needs frames of at least %d x %d pixels and 3 channels, got a %s"
              .formatted(SMALLEST_SIDE, SMALLEST_SIDE, shape));
    }
    int side = Math.max(height, width);
    List<Integer> strides =
        side <= 160 ? List.of(2, 2, 2) : side <= 320 ? List.of(4, 2, 2) : List.of(5, 2, 2, 2);
    int factor = strides.stream().reduce(1, (a, b) -> a * b);
    return new CamVideo.Config(
        List.of((height + factor - 1) / factor, (width + factor - 1) / factor, 64),
        List.of((frames + 1) / 2, frames),
        strides,
        1,
        2,
        32,
        1,
        true,
        "none",
        "gelu",
        "conv",
        32,
        Math.min(frames, 60),
        false,
        frames < 5 ? 2 : 4,
        false);
  }

  @Override
  public Layer network() {
    return trainee.video;
  }

  @Override
  public Layer trainee() {
    return trainee;
  }

  @Override
  public boolean wholeBatch() {
    return true;
  }

  @Override
  public Minibatches batches(Signal signal, int points, int evaluateEvery, long seed) {
    return new FrameBatches(signal, Math.max(1, evaluateEvery / frames), seed);
  }

  @Override
  public Objective objective() {
    return batch -> {
      int frame = (int) batch.get("frame").item();
      Tensor target = batch.get("target");
      CamVideo.Decoded decoded = trainee.video.forward(time(frame));
      var mixed = mix(decoded, frame);
      Tensor own = decoded.frame().narrow(1, 0, COLOURS);
      Autograd.noGrad(() -> trainee.decoded.narrow(0, frame, 1).copy_(own.detach()));
      Tensor whole = FusionLoss.of(cut(mixed.frame()), target);
      Tensor parts =
          FusionLoss.of(cut(mixed.aggregated()), target).add(FusionLoss.of(cut(own), target));
      return whole.add(parts.mul(SHARE_OF_PARTS));
    };
  }

  private Tensor time(double frame) {
    return Tensor.of(new float[] {(float) (frame / frames)}, 1).to(Engine.get().device());
  }

  private Tensor cut(Tensor picture) {
    return picture.narrow(2, 0, height).narrow(3, 0, width);
  }

  // Neighbours before the first and after the last frame are black.
  private FlowAggregation.Aggregated mix(CamVideo.Decoded decoded, int frame) {
    List<Tensor> near = new ArrayList<>();
    for (int i = 0; i < neighbours; i++) {
      int other = frame + NEIGHBOURS[i];
      Tensor one = trainee.decoded.narrow(0, Math.max(0, Math.min(frames - 1, other)), 1).detach();
      near.add(other < 0 || other >= frames ? one.zerosLike() : one);
    }
    Tensor flows = decoded.flows(); // [1, 3 n, h, w]
    Tensor flow = flows.narrow(1, 0, 2L * neighbours);
    // a copy: frames of the buffer are replaced while the graph still needs them
    return FlowAggregation.of(
        Tensor.cat(0, near.toArray(Tensor[]::new)),
        flow.reshape(neighbours, 2, flows.size(2), flows.size(3)),
        flows.narrow(1, 2L * neighbours, neighbours),
        decoded.frame());
  }

  @Override
  public float[] decode(List<Integer> sizes) {
    if (sizes.get(1) != height || sizes.get(2) != width) {
      throw new IllegalArgumentException(
          "cam decodes videos with frames of their own size, %d x %d, got %d x %d; for any size, fit the video with --model siren"
              .formatted(height, width, sizes.get(1), sizes.get(2)));
    }
    int count = sizes.get(0);
    float[] result = new float[Math.multiplyExact(COLOURS * count, height * width)];
    trainee.eval();
    try (var guard = Autograd.noGrad()) {
      if (count == frames) {
        refresh();
      }
      for (int i = 0; i < count; i++) {
        double place = count == frames ? i : i * (frames - 1.0) / Math.max(1, count - 1);
        try (Scope scope = Scope.open()) {
          CamVideo.Decoded decoded = trainee.video.forward(time(place));
          // flows lead to neighbours of whole frames, so that frames in between stand alone
          Tensor picture =
              count == frames ? mix(decoded, i).frame() : decoded.frame().narrow(1, 0, COLOURS);
          float[] values = cut(picture).contiguous().to(Device.CPU).toFloats();
          int plane = height * width;
          for (int c = 0; c < COLOURS; c++) {
            System.arraycopy(values, c * plane, result, (c * count + i) * plane, plane);
          }
        }
      }
    }
    return result;
  }

  private void refresh() {
    for (int frame = 0; frame < frames; frame++) {
      try (Scope scope = Scope.open()) {
        Tensor own = trainee.video.forward(time(frame)).frame().narrow(1, 0, COLOURS);
        trainee.decoded.narrow(0, frame, 1).copy_(own);
      }
    }
  }

  /** One frame a batch: {@code frame} [1] and {@code target} [1, 3, H, W]. */
  private static final class FrameBatches implements Minibatches {
    private final Signal signal;
    private final int passes;
    private final long seed;

    FrameBatches(Signal signal, int passes, long seed) {
      this.signal = signal;
      this.passes = passes;
      this.seed = seed;
    }

    @Override
    public int size() {
      return signal.shape().sizes().get(0);
    }

    @Override
    public int batches() {
      return passes * size();
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
          int[] order = new Rng(seed).fork(epoch, next / size()).permutation(size());
          int frame = order[next % size()];
          next++;
          List<Integer> sizes = signal.shape().sizes();
          return TensorBatch.of(
              Map.of(
                  "frame", Tensor.of(new int[] {frame}, 1).to(DType.I64),
                  "target",
                      Tensor.of(
                          signal.frame(frame).values(), 1, COLOURS, sizes.get(1), sizes.get(2))));
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public String describe() {
      return "%s, a frame a step, seed %d".formatted(signal.shape(), seed);
    }
  }
}
