package dev.melange.mix;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * PuzzleMix, third part: salient patches of each image move to where its mask shows it, at a cost
 * that grows with the distance, and the moved images are mixed.
 *
 * @param image the mixed images, [N, C, S, S]
 * @param mask the first image's weight per pixel, [N, 1, S, S]
 * @param lam the mean of each mask, float64 [N]
 * @param planA which patch of the first image comes to each place, [N][t * t] in row-major order;
 *     -1 where none comes and the image is 0
 * @param planB the same of the second image
 */
public record PuzzleTransport(Tensor image, Tensor mask, Tensor lam, int[][] planA, int[][] planB) {

  /**
   * Moves and mixes.
   *
   * @param image [N, C, S, S]
   * @param partner of the same shape
   * @param saliency of the images, [N, S, S]
   * @param partnerSaliency of the partners
   * @param mask the first image's weight per block, [N, 1, b, b]
   * @param patch side of the patches in pixels; -1, or no smaller than a block: the blocks
   * @param eps cost of the distance relative to the saliency
   */
  public static PuzzleTransport of(
      Tensor image,
      Tensor partner,
      Tensor saliency,
      Tensor partnerSaliency,
      Tensor mask,
      int patch,
      double eps) {
    int blocks = (int) mask.size(2);
    int size = PuzzleEnergy.size(image, blocks);
    boolean finer = patch != -1 && patch < size / blocks;
    if (finer && (patch < 1 || size / blocks % patch != 0)) {
      throw new IllegalArgumentException(
          "PuzzleMix expects a patch side that divides the blocks' side %d, or -1, got %d"
              .formatted(size / blocks, patch));
    }
    int tiles = finer ? size / patch : blocks;
    double[] shown = (finer ? Nn.resizeNearest(mask, tiles, tiles) : mask).toDoubles();
    double[] hidden = Arrays.stream(shown).map(m -> 1 - m).toArray();
    Neighbours neighbours = Neighbours.of(tiles, eps);
    int[][] planA = plans(shown, PuzzleEnergy.shares(saliency, tiles).toDoubles(), neighbours);
    int[][] planB =
        plans(hidden, PuzzleEnergy.shares(partnerSaliency, tiles).toDoubles(), neighbours);
    Tensor weight = mask.to(image.dtype()).to(image.device());
    Tensor tileWeight = (finer ? Nn.resizeNearest(weight, tiles, tiles) : weight).reshape(-1, 1);
    Tensor mixed =
        moved(image, planA, tiles, tileWeight)
            .add_(moved(partner, planB, tiles, tileWeight.rsub(1)));
    return new PuzzleTransport(
        joined(mixed, image, tiles),
        Nn.resizeNearest(weight, size, size),
        mask.mean(1, 2, 3),
        planA,
        planB);
  }

  private static int[][] plans(double[] mask, double[] saliency, Neighbours neighbours) {
    int tiles = neighbours.tiles;
    int cells = tiles * tiles;
    int count = mask.length / cells;
    int[][] plans = new int[count][];
    IntStream.range(0, count)
        .parallel()
        .forEach(i -> plans[i] = new Plan(mask, saliency, i * cells, neighbours).source());
    return plans;
  }

  /**
   * All cells around each cell, by distance and then by number.
   *
   * @param tiles along a side
   * @param cell [from][rank]
   * @param cost of moving there, [from][rank]
   */
  private record Neighbours(int tiles, int[][] cell, double[][] cost) {
    static Neighbours of(int tiles, double eps) {
      int cells = tiles * tiles;
      int[][] cell = new int[cells][cells];
      double[][] cost = new double[cells][cells];
      int[] rank = new int[2 * tiles * tiles];
      for (int m = 0; m < cells; m++) {
        Arrays.fill(rank, 0);
        for (int n = 0; n < cells; n++) {
          rank[squaredDistance(m, n, tiles) + 1]++;
        }
        for (int d = 1; d < rank.length; d++) {
          rank[d] += rank[d - 1];
        }
        for (int n = 0; n < cells; n++) {
          int squared = squaredDistance(m, n, tiles);
          int at = rank[squared]++;
          cell[m][at] = n;
          cost[m][at] = eps * (squared / ((tiles - 1.0) * (tiles - 1.0)));
        }
      }
      return new Neighbours(tiles, cell, cost);
    }

    private static int squaredDistance(int m, int n, int tiles) {
      int dy = m / tiles - n / tiles;
      int dx = m % tiles - n % tiles;
      return dy * dy + dx * dx;
    }
  }

  /**
   * The plan of one image. Each patch asks for its cheapest place; a place takes the patch with the
   * least negative or zero cost, the others pay 1 more for that place in the next round.
   */
  private static final class Plan {
    private final double[] mask;
    private final double[] saliency;
    private final int from;
    private final Neighbours neighbours;
    private final int[] wish;
    private final double[] cost;
    // row m: the places it was refused so far, once per refusal
    private final int[][] refused;
    private final int[] refusals;
    private final int[] penalty;

    Plan(double[] mask, double[] saliency, int from, Neighbours neighbours) {
      this.mask = mask;
      this.saliency = saliency;
      this.from = from;
      this.neighbours = neighbours;
      int cells = neighbours.cell.length;
      wish = new int[cells];
      cost = new double[cells];
      refused = new int[cells][];
      refusals = new int[cells];
      penalty = new int[cells];
    }

    int[] source() {
      int cells = wish.length;
      int[] source = new int[cells];
      double[] least = new double[cells];
      int[] inVain = new int[cells];
      boolean[] stale = new boolean[cells];
      Arrays.fill(stale, true);
      boolean settled = false;
      for (int round = 0; round < neighbours.tiles && !settled; round++) {
        for (int m = 0; m < cells; m++) {
          if (stale[m]) {
            ask(m);
          }
        }
        take(wish, cost, source, least, inVain);
        settled = true;
        for (int m = 0; m < cells; m++) {
          stale[m] = source[wish[m]] != m;
          if (stale[m]) {
            if (refused[m] == null) {
              refused[m] = new int[neighbours.tiles];
            }
            refused[m][refusals[m]++] = wish[m];
            settled = false;
          }
        }
      }
      return source;
    }

    /**
     * Finds the place of least cost, the lowest number of several. Without penalties the costs grow
     * with the distance, among the shown and among the hidden places, so the search ends early.
     */
    private void ask(int m) {
      for (int i = 0; i < refusals[m]; i++) {
        penalty[refused[m][i]]++;
      }
      int best = -1;
      double least = Double.POSITIVE_INFINITY;
      double gain = saliency[from + m];
      int[] cells = neighbours.cell[m];
      double[] costs = neighbours.cost[m];
      for (int k = 0; k < cells.length && costs[k] - gain <= least; k++) {
        int n = cells[k];
        double value = mask[from + n] > 0 ? costs[k] - gain : costs[k];
        for (int i = penalty[n]; i > 0; i--) {
          value += 1;
        }
        if (value < least || (value == least && n < best)) {
          least = value;
          best = n;
        }
      }
      wish[m] = best;
      cost[m] = least;
      for (int i = 0; i < refusals[m]; i++) {
        penalty[refused[m][i]] = 0;
      }
    }
  }

  /**
   * Which asking patch each place takes, -1 for none. The paper's rule is the first minimum of
   * {@code plan * cost} over all patches, where those that did not ask count 0: so they block all
   * positive costs, and a cost of 0 unless every patch of a lower number asked in vain.
   *
   * @param least room for a number per place
   * @param inVain the same
   */
  private static void take(int[] wish, double[] cost, int[] source, double[] least, int[] inVain) {
    int cells = wish.length;
    Arrays.fill(least, 0);
    Arrays.fill(inVain, 0);
    Arrays.fill(source, -1);
    for (int m = 0; m < cells; m++) {
      int n = wish[m];
      double value = cost[m];
      boolean first = inVain[n] == m;
      if (value < least[n] || (value == 0 && first)) {
        least[n] = value;
        source[n] = m;
      } else if (first) {
        inVain[n]++;
      }
    }
  }

  /** The patches as they come to their places times the weights there, [N * t * t, C * p * p]. */
  private static Tensor moved(Tensor image, int[][] plans, int tiles, Tensor weight) {
    long n = image.size(0);
    long channels = image.size(1);
    long patch = image.size(2) / tiles;
    int cells = tiles * tiles;
    long[] rows = new long[plans.length * cells];
    double[] present = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int source = plans[i / cells][i % cells];
      present[i] = source < 0 ? 0 : 1;
      rows[i] = (long) i / cells * cells + Math.max(source, 0);
    }
    Tensor shown = Tensor.of(present, rows.length, 1).to(image.dtype()).to(image.device());
    return image
        .reshape(n, channels, tiles, patch, tiles, patch)
        .permute(0, 2, 4, 1, 3, 5)
        .reshape(n * cells, channels * patch * patch)
        .indexSelect(0, Tensor.of(rows).to(image.device()))
        .mul_(weight.mul(shown));
  }

  /** Patches as images of a shape. */
  private static Tensor joined(Tensor patches, Tensor like, int tiles) {
    long n = like.size(0);
    long channels = like.size(1);
    long patch = like.size(2) / tiles;
    return patches
        .reshape(n, tiles, tiles, channels, patch, patch)
        .permute(0, 3, 1, 4, 2, 5)
        .reshape(n, channels, tiles * patch, tiles * patch);
  }
}
