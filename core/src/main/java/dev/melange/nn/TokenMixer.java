package dev.melange.nn;

import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;

/**
 * A way of mixing the positions of a map, by name: it can stand in any {@link TokenMixerHost} whose
 * shapes it permits, in the place of the mixer that the backbone was published with.
 *
 * <pre>{@code
 * TokenMixer.of("dwconv", "depthwise 3x3 convolution",
 *     (channels, height, width, rng) -> new DepthwiseConv(channels, 3, rng));
 *
 * TokenMixer.of("grid_mlp", "an MLP over a grid of 4 x 4 cells", GridMlp::new)
 *     .permitting(Shapes.ANY.sidesMultipleOf(4));
 * }</pre>
 *
 * @param name lower-case letters, digits and underscores, unique in the catalogue
 * @param description what it does, in a few words
 * @param shapes the maps that it can be made for
 * @param factory makes it
 */
public record TokenMixer(String name, String description, Shapes shapes, Factory factory) {
  /** Makes a mixer for maps of one shape. */
  @FunctionalInterface
  public interface Factory {
    /**
     * A layer with initial weights, from [B, channels, height, width] to the same shape, without
     * norm and residual path: these are the backbone's.
     *
     * @param channels channels of the maps
     * @param height rows of the maps
     * @param width columns of the maps
     * @param rng for the initial weights
     */
    UnaryLayer make(int channels, int height, int width, Rng rng);
  }

  /**
   * A class of maps [B, C, h, w].
   *
   * @param channelsMultiple C is a multiple of this
   * @param sidesMultiple h and w are multiples of this
   * @param smallestSide h and w are at least this
   * @param mostPositions h w is at most this
   * @param square whether h = w is needed
   */
  public record Shapes(
      int channelsMultiple,
      int sidesMultiple,
      int smallestSide,
      int mostPositions,
      boolean square) {
    /** All maps. */
    public static final Shapes ANY = new Shapes(1, 1, 1, Integer.MAX_VALUE, false);

    /** Checks the numbers. */
    public Shapes {
      if (channelsMultiple < 1 || sidesMultiple < 1 || smallestSide < 1 || mostPositions < 1) {
        throw new IllegalArgumentException(
            "channelsMultiple, sidesMultiple, smallestSide and mostPositions are at least 1, got %d, %d, %d and %d"
                .formatted(channelsMultiple, sidesMultiple, smallestSide, mostPositions));
      }
    }

    /** Those of these maps whose number of channels is a multiple of n. */
    public Shapes channelsMultipleOf(int n) {
      return new Shapes(n, sidesMultiple, smallestSide, mostPositions, square);
    }

    /** Those of these maps whose height and width are multiples of n. */
    public Shapes sidesMultipleOf(int n) {
      return new Shapes(channelsMultiple, n, smallestSide, mostPositions, square);
    }

    /** Those of these maps whose height and width are at least n. */
    public Shapes sidesAtLeast(int n) {
      return new Shapes(channelsMultiple, sidesMultiple, n, mostPositions, square);
    }

    /**
     * Those of these maps with at most n positions, for mixers whose weights or memory grow with
     * the square of their number.
     */
    public Shapes positionsAtMost(int n) {
      return new Shapes(channelsMultiple, sidesMultiple, smallestSide, n, square);
    }

    /** Those of these maps that are as high as wide. */
    public Shapes squareOnly() {
      return new Shapes(channelsMultiple, sidesMultiple, smallestSide, mostPositions, true);
    }

    /** Whether maps of a shape belong to this class. */
    public boolean permit(int channels, int height, int width) {
      return channels % channelsMultiple == 0
          && height % sidesMultiple == 0
          && width % sidesMultiple == 0
          && Math.min(height, width) >= smallestSide
          && (long) height * width <= mostPositions
          && (!square || height == width);
    }

    /** In words: {@code any}, or {@code C a multiple of 8, h = w}. */
    @Override
    public String toString() {
      List<String> conditions = new ArrayList<>();
      if (channelsMultiple > 1) {
        conditions.add("C a multiple of " + channelsMultiple);
      }
      if (sidesMultiple > 1) {
        conditions.add("h and w multiples of " + sidesMultiple);
      }
      if (smallestSide > 1) {
        conditions.add("h and w at least " + smallestSide);
      }
      if (mostPositions < Integer.MAX_VALUE) {
        conditions.add("h w at most " + mostPositions);
      }
      if (square) {
        conditions.add("h = w");
      }
      return conditions.isEmpty() ? "any" : String.join(", ", conditions);
    }
  }

  /** Checks the name. */
  public TokenMixer {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException(
          "a token mixer is named by lower-case letters, digits and underscores, got '"
              + name
              + "'");
    }
  }

  /** A mixer for maps of any shape. */
  public static TokenMixer of(String name, String description, Factory factory) {
    return new TokenMixer(name, description, Shapes.ANY, factory);
  }

  /** The same for maps of some shapes only. */
  public TokenMixer permitting(Shapes some) {
    return new TokenMixer(name, description, some, factory);
  }

  /**
   * A layer for maps of a shape, with initial weights.
   *
   * @throws IllegalArgumentException if the mixer cannot be made for such maps
   */
  public UnaryLayer make(int channels, int height, int width, Rng rng) {
    requirePermitted(channels, height, width);
    return factory.make(channels, height, width, rng);
  }

  /**
   * Refuses maps of shapes that the mixer cannot be made for.
   *
   * @throws IllegalArgumentException with the shape and what would be right
   */
  public void requirePermitted(int channels, int height, int width) {
    if (!shapes.permit(channels, height, width)) {
      throw new IllegalArgumentException(
          "token mixer '%s' takes maps [B, C, h, w] with %s, not [B, %d, %d, %d]; choose another mixer, or images of another size"
              .formatted(name, shapes, channels, height, width));
    }
  }
}
