package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The band of each frequency of a cosine transform, 0 for the lowest, by exact integer rules.
 *
 * <ul>
 *   <li>{@code radial}: {@code floor(bands sqrt(((u / H)^2 + (v / W)^2) / 2))}. On small maps a
 *       band may be empty.
 *   <li>{@code zigzag}: the frequencies in order of {@code u W + v H}, cut into bands of equal
 *       size.
 * </ul>
 *
 * @param height rows of the map
 * @param width columns of the map
 * @param bands number of bands
 * @param band_type radial or zigzag
 */
public record SpectrumBands(
    int height,
    int width,
    int bands,
    @Default("radial") @OneOf({"radial", "zigzag"}) String band_type) {
  /** Checks the sizes. */
  public SpectrumBands {
    if (height < 1 || width < 1 || bands < 1) {
      throw new IllegalArgumentException(
          "height, width and bands must be at least 1, got %d, %d and %d"
              .formatted(height, width, bands));
    }
  }

  /** The band of each frequency, row by row. */
  public long[] indices() {
    return band_type.equals("radial") ? radial() : zigzag();
  }

  /** The same as a tensor of int64, [height, width]. */
  public Tensor tensor() {
    return Tensor.of(indices(), height, width);
  }

  private long[] radial() {
    long[] band = new long[height * width];
    long all = 2L * height * height * width * width;
    for (int i = 0; i < band.length; i++) {
      long u = i / width;
      long v = i % width;
      long radius = (u * u * width * width + v * v * height * height) * bands * bands;
      while (band[i] + 1 < bands && radius >= (band[i] + 1) * (band[i] + 1) * all) {
        band[i]++;
      }
    }
    return band;
  }

  private long[] zigzag() {
    List<Integer> order =
        IntStream.range(0, height * width)
            .boxed()
            .sorted(
                Comparator.comparingLong(
                        (Integer i) -> (long) (i / width) * width + (long) (i % width) * height)
                    .thenComparingInt(i -> i / width))
            .toList();
    long[] band = new long[order.size()];
    for (int rank = 0; rank < band.length; rank++) {
      band[order.get(rank)] = (long) rank * bands / band.length;
    }
    return band;
  }
}
