package dev.melange.papers.fields;

import dev.melange.nn.Layer;
import dev.melange.optim.ParameterGroup;
import dev.melange.report.ImageGrid;
import dev.melange.train.Minibatches;
import dev.melange.train.Objective;
import java.util.List;

/** A network for one signal, in training or trained. */
public interface SignalField extends AutoCloseable {
  /** The network whose weights are the signal. */
  Layer network();

  /** What is trained and saved in checkpoints: the network, perhaps with more around it. */
  default Layer trainee() {
    return network();
  }

  /**
   * What to train on.
   *
   * @param signal of the shape that the field was made for
   * @param points most points of a step; those of a video model are whole frames
   * @param evaluateEvery steps of an epoch
   * @param seed of the choice of points
   */
  Minibatches batches(Signal signal, int points, int evaluateEvery, long seed);

  /** The loss of such a batch. */
  Objective objective();

  /** Whether the loss needs whole batches. */
  default boolean wholeBatch() {
    return false;
  }

  /** The parameters, with factors of the learning rate. */
  default List<ParameterGroup> groups() {
    return ParameterGroup.all(network(), 0);
  }

  /**
   * The signal's values at all points of a grid.
   *
   * @param sizes points along each axis
   * @return planar, about 0..1: channel, then the axes
   * @throws IllegalArgumentException if the network cannot be decoded at this size
   */
  float[] decode(List<Integer> sizes);

  /** Pictures of what the network has learned, for a report; empty for most. */
  default List<ImageGrid> pictures() {
    return List.of();
  }

  @Override
  default void close() {
    trainee().close();
  }
}
