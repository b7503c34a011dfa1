package dev.melange.mix;

import java.util.Arrays;

/**
 * The labelling of a square grid with the least energy: a cost per node and label, and a weight per
 * pair of neighbours times the squared difference of their labels. With weights that are not
 * negative this is a minimum cut, so the minimum is exact for any size and number of labels: a node
 * of L + 1 labels becomes L binary ones, "label at least k", and {@code (sum x - sum y)^2} becomes
 * linear terms and {@code |x_i - y_j|} for all pairs (Ishikawa 2003, for squares).
 *
 * <p>The flow is Dinic's. Not thread-safe; an instance solves any number of grids of its size.
 */
final class GridCut {
  private static final long UNBOUNDED = Long.MAX_VALUE / 4;

  private final int side;
  private final int levels;
  private final int nodes;
  // the arcs of node v are firstArc[v] to firstArc[v + 1] - 1
  private final int[] firstArc;
  private final int[] target;
  private final int[] opposite;
  // both arcs of each pair, in the order in which solve() comes to them
  private final int[] pairArcs;
  private final long[] capacity;
  private final long[] terminal;
  private final int[] depth;
  private final int[] current;
  private final int[] queue;
  private int pairs;

  /** For grids of side x side nodes with this many labels. */
  GridCut(int side, int labels) {
    this.side = side;
    levels = labels - 1;
    nodes = side * side * levels;
    int count = 2 * side * (side - 1) * levels * levels + side * side * (levels - 1);
    target = new int[2 * count];
    opposite = new int[2 * count];
    pairArcs = new int[2 * count];
    capacity = new long[2 * count];
    terminal = new long[nodes];
    depth = new int[nodes];
    current = new int[nodes];
    queue = new int[nodes];
    firstArc = new int[nodes + 1];
    arrange(ends(count));
  }

  /** The two nodes of each pair, in the order in which {@link #solve} comes to them. */
  private int[] ends(int count) {
    int[] ends = new int[2 * count];
    int end = 0;
    for (int i = 0; i < side * side; i++) {
      for (int k = 1; k < levels; k++) {
        ends[end++] = i * levels + k;
        ends[end++] = i * levels + k - 1;
      }
    }
    for (int i = 0; i < side * (side - 1); i++) {
      int left = left(i);
      for (int[] two : new int[][] {{i, i + side}, {left, left + 1}}) {
        for (int k = 0; k < levels * levels; k++) {
          ends[end++] = two[0] * levels + k / levels;
          ends[end++] = two[1] * levels + k % levels;
        }
      }
    }
    return ends;
  }

  /** Puts the arcs of each node beside each other. */
  private void arrange(int[] ends) {
    for (int node : ends) {
      firstArc[node + 1]++;
    }
    for (int v = 0; v < nodes; v++) {
      firstArc[v + 1] += firstArc[v];
    }
    int[] next = Arrays.copyOf(firstArc, nodes);
    for (int i = 0; i < ends.length; i += 2) {
      int forth = next[ends[i]]++;
      int back = next[ends[i + 1]]++;
      pairArcs[i] = forth;
      pairArcs[i + 1] = back;
      target[forth] = ends[i + 1];
      target[back] = ends[i];
      opposite[forth] = back;
      opposite[back] = forth;
    }
  }

  /** The node whose neighbour to the right is the i-th. */
  private int left(int i) {
    return i / (side - 1) * side + i % (side - 1);
  }

  /**
   * The labels of least energy, row by row.
   *
   * @param unary [side, side, labels] from an offset on
   * @param edgeV weights downwards, [side - 1, side] from an offset on, not negative
   * @param edgeH weights to the right, [side, side - 1] from an offset on, not negative; the
   *     difference of the first and the last label costs the weight once
   * @param grid which grid of the arrays
   */
  int[] solve(long[] unary, long[] edgeV, long[] edgeH, int grid) {
    pairs = 0;
    int labels = levels + 1;
    int base = grid * side * side * labels;
    // in units of 1/levels^2 all costs are whole numbers
    long unit = (long) levels * levels;
    for (int i = 0; i < side * side; i++) {
      for (int k = 0; k < levels; k++) {
        int at = base + i * labels + k;
        terminal[i * levels + k] = unit * (unary[at] - unary[at + 1]);
        if (k > 0) {
          connect(UNBOUNDED, 0);
        }
      }
    }
    int border = grid * side * (side - 1);
    for (int i = 0; i < side * (side - 1); i++) {
      couple(i, i + side, edgeV[border + i]);
      couple(left(i), left(i) + 1, edgeH[border + i]);
    }
    while (layer()) {
      System.arraycopy(firstArc, 0, current, 0, nodes);
      for (int v = 0; v < nodes; v++) {
        if (terminal[v] > 0 && depth[v] == 0) {
          terminal[v] -= push(v, terminal[v]);
        }
      }
    }
    int[] result = new int[side * side];
    for (int v = 0; v < nodes; v++) {
      result[v / levels] += depth[v] >= 0 ? 1 : 0;
    }
    return result;
  }

  private void couple(int a, int b, long weight) {
    if (weight < 0) {
      throw new IllegalArgumentException(
          "PuzzleMix expects weights of neighbours that are not negative, got %d; check that mean and std are those the images were normalised with"
              .formatted(weight));
    }
    for (int i = 0; i < levels; i++) {
      long linear = weight * (2 * i + 1 - levels);
      terminal[a * levels + i] -= linear;
      terminal[b * levels + i] -= linear;
      for (int j = 0; j < levels; j++) {
        connect(weight, weight);
      }
    }
  }

  /** The capacities of the next pair's arcs. */
  private void connect(long forth, long back) {
    capacity[pairArcs[pairs++]] = forth;
    capacity[pairArcs[pairs++]] = back;
  }

  /**
   * Distances from the nodes with a surplus, as far as the nearest with a deficit; whether there is
   * one within reach. If not, these are all that can be reached.
   */
  private boolean layer() {
    Arrays.fill(depth, -1);
    int end = 0;
    for (int v = 0; v < nodes; v++) {
      if (terminal[v] > 0) {
        depth[v] = 0;
        queue[end++] = v;
      }
    }
    int nearest = Integer.MAX_VALUE;
    for (int i = 0; i < end && depth[queue[i]] < nearest; i++) {
      int v = queue[i];
      for (int e = firstArc[v]; e < firstArc[v + 1]; e++) {
        int to = target[e];
        if (capacity[e] > 0 && depth[to] < 0) {
          depth[to] = depth[v] + 1;
          queue[end++] = to;
          if (terminal[to] < 0) {
            nearest = depth[to];
          }
        }
      }
    }
    return nearest < Integer.MAX_VALUE;
  }

  private long push(int v, long available) {
    long sent = 0;
    if (terminal[v] < 0) {
      sent = Math.min(available, -terminal[v]);
      terminal[v] += sent;
    }
    for (; current[v] < firstArc[v + 1] && sent < available; current[v]++) {
      int e = current[v];
      int to = target[e];
      if (capacity[e] > 0 && depth[to] == depth[v] + 1) {
        long moved = push(to, Math.min(available - sent, capacity[e]));
        capacity[e] -= moved;
        capacity[opposite[e]] += moved;
        sent += moved;
        if (sent == available) {
          break;
        }
      }
    }
    return sent;
  }
}
