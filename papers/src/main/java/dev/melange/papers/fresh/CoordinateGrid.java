package dev.melange.papers.fresh;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** The coordinates of a grid's points, from -1 to 1 along each axis. */
public final class CoordinateGrid {
  /**
   * Configuration of {@code field/coordinate-grid}.
   *
   * @param resolution points along each axis: (row, column) or (frame, row, column)
   */
  public record Config(List<Integer> resolution) {
    /** Checks that there are points. */
    public Config {
      resolution = List.copyOf(resolution);
      if (resolution.isEmpty() || resolution.stream().anyMatch(size -> size < 1)) {
        throw new IllegalArgumentException(
            "resolution needs at least one point along each axis, got " + resolution);
      }
    }
  }

  private CoordinateGrid() {}

  /** The points in row-major order, float64: [points, axes]. An axis of one point is at -1. */
  public static Tensor of(List<Integer> resolution) {
    int axes = resolution.size();
    Tensor[] columns = new Tensor[axes];
    long[] shape = resolution.stream().mapToLong(Integer::longValue).toArray();
    for (int axis = 0; axis < axes; axis++) {
      long size = shape[axis];
      long[] along = new long[axes];
      Arrays.fill(along, 1);
      along[axis] = size;
      Tensor points =
          Tensor.arange(size).to(DType.F64).div((double) Math.max(size - 1, 1)).sub(0.5).mul(2.0);
      columns[axis] = points.reshape(along).expand(shape).reshape(-1);
    }
    return Tensor.stack(1, columns);
  }
}
