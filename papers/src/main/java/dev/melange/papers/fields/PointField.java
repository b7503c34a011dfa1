package dev.melange.papers.fields;

import dev.melange.nn.Layer;
import dev.melange.nn.UnaryLayer;
import dev.melange.optim.ParameterGroup;
import dev.melange.report.ImageGrid;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A field by a network from coordinates [n, axes] to values [n, C]. */
public final class PointField implements SignalField {
  private static final int CHUNK = 1 << 15;

  private final UnaryLayer network;
  private final Places places;
  private final int channels;
  private final List<ParameterGroup> groups; // null for one group
  private final Supplier<List<ImageGrid>> pictures;

  /**
   * A field of a network.
   *
   * @param places its coordinates and values
   * @param channels of its values
   */
  public PointField(UnaryLayer network, Places places, int channels) {
    this(network, places, channels, null, List::of);
  }

  /**
   * A field of a network.
   *
   * @param groups its parameters with factors of the learning rate; null for one group
   * @param pictures of what it has learned
   */
  public PointField(
      UnaryLayer network,
      Places places,
      int channels,
      List<ParameterGroup> groups,
      Supplier<List<ImageGrid>> pictures) {
    this.network = network;
    this.places = places;
    this.channels = channels;
    this.groups = groups;
    this.pictures = pictures;
  }

  @Override
  public Layer network() {
    return network;
  }

  @Override
  public Minibatches batches(Signal signal, int points, int evaluateEvery, long seed) {
    return new PointBatches(signal, places, points, evaluateEvery, seed);
  }

  @Override
  public Objective objective() {
    return batch -> Losses.mse(values(batch), batch.get("value"));
  }

  @Override
  public List<ParameterGroup> groups() {
    return groups == null ? SignalField.super.groups() : groups;
  }

  private Tensor values(TensorBatch batch) {
    Tensor output = network.forward(batch.get("point"));
    return places == Places.SIGNED ? output.add(1.0).mul(0.5) : output;
  }

  @Override
  public float[] decode(List<Integer> sizes) {
    network.eval();
    int points =
        Math.toIntExact(
            sizes.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact));
    float[] result = new float[Math.multiplyExact(channels, points)];
    for (int from = 0; from < points; from += CHUNK) {
      int count = Math.min(CHUNK, points - from);
      float[] coordinates = new float[count * sizes.size()];
      for (int i = 0; i < count; i++) {
        PointBatches.coordinates(places, sizes, from + i, coordinates, i);
      }
      try (Scope scope = Scope.open()) {
        Tensor place = Tensor.of(coordinates, count, sizes.size()).to(Engine.get().device());
        float[] values =
            Inference.run(TensorBatch.of(Map.of("point", place)), this::values).toFloats();
        for (int i = 0; i < count; i++) {
          for (int c = 0; c < channels; c++) {
            result[c * points + from + i] = values[i * channels + c];
          }
        }
      }
    }
    return result;
  }

  @Override
  public List<ImageGrid> pictures() {
    return pictures.get();
  }
}
