package dev.melange.papers.msmlp;

import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The token mixer: channels in groups, each rolled by a distance of its own, once along the rows
 * and once along the columns, and mixed over a square neighbourhood of its own size by a depthwise
 * convolution; the two results are added. [B, C, H, W] to the same shape.
 *
 * <p>Rolling is circular (content moves to higher indices by positive distances), the convolutions
 * pad with zeros. Names: {@code dwconv_lr.g} after rolling along W, {@code dwconv_td.g} after
 * rolling along H.
 */
public final class MixShift extends UnaryLayer {
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;

  private final int[] distances;
  private final long[] sizes; // channels of the groups
  private final List<Conv2d> alongWidth = new ArrayList<>();
  private final List<Conv2d> alongHeight = new ArrayList<>();

  /**
   * A mixer with PyTorch's default initial weights.
   *
   * @param channels C
   * @param distances by which each group is rolled
   * @param kernels odd side of the neighbourhood of each group
   * @throws IllegalArgumentException if the channels do not split into so many groups
   */
  public MixShift(int channels, List<Integer> distances, List<Integer> kernels, Rng rng) {
    int groups = distances.size();
    requireGroups("a mix-shift block", channels, groups);
    this.distances = distances.stream().mapToInt(Integer::intValue).toArray();
    sizes = groupSizes(channels, groups);
    for (int g = 0; g < groups; g++) {
      alongWidth.add(child("dwconv_lr." + g, depthwise(sizes[g], kernels.get(g), rng)));
    }
    for (int g = 0; g < groups; g++) {
      alongHeight.add(child("dwconv_td." + g, depthwise(sizes[g], kernels.get(g), rng)));
    }
  }

  private static Conv2d depthwise(long channels, int kernel, Rng rng) {
    return new Conv2d(
        Conv2d.Spec.of(channels, channels, kernel).padding(kernel / 2).groups(channels), rng);
  }

  /** Groups of {@code ceil(C / G)} channels, of which the last is smaller. */
  private static long[] groupSizes(int channels, int groups) {
    int size = (channels + groups - 1) / groups;
    long[] sizes = new long[groups];
    for (int g = 0; g < groups; g++) {
      sizes[g] = Math.min(size, channels - g * size);
    }
    return sizes;
  }

  /** Refuses numbers of channels of which groups of {@code ceil(C / G)} are not G groups. */
  static void requireGroups(String what, int channels, int groups) {
    int size = (channels + groups - 1) / groups;
    int made = (channels + size - 1) / size;
    if (made != groups) {
      throw new IllegalArgumentException(
          "%s has %d channels, which in groups of %d make %d groups, not the %d of shift_size; use another width"
              .formatted(what, channels, size, made, groups));
    }
  }

  /** Number C of channels. */
  long channels() {
    return Arrays.stream(sizes).sum();
  }

  /** Number of channels of each group. */
  long[] groups() {
    return sizes.clone();
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor[] groups = x.split(sizes, 1);
    Tensor[] mixed = new Tensor[groups.length];
    for (int g = 0; g < groups.length; g++) {
      int group = g;
      mixed[g] = scoped(() -> mix(group, groups[group]));
    }
    return Tensor.cat(1, mixed);
  }

  private Tensor mix(int g, Tensor x) {
    Tensor left = alongWidth.get(g).forward(rolled(x, distances[g], WIDTH));
    return left.add(alongHeight.get(g).forward(rolled(x, distances[g], HEIGHT)));
  }

  private static Tensor rolled(Tensor x, long distance, int dim) {
    return distance % x.size(dim) == 0 ? x : x.roll(new long[] {distance}, dim);
  }
}
