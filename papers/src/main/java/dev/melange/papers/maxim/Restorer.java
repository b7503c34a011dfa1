package dev.melange.papers.maxim;

import dev.melange.data.image.Image;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Restores photographs of any size. An image is padded by reflection to what the network needs; a
 * large one is cut into overlapping tiles, which are restored one after the other and blended, so
 * that the memory does not grow with the image. The grid of the network then spans a tile only, so
 * results differ slightly from those of the whole image.
 *
 * <pre>{@code
 * try (RestorationModel model = RestorationModel.load(Path.of("denoise.safetensors"))) {
 *   Image restored = new Restorer(model.network(), Restorer.Options.usual(model.network())).restore(photo);
 * }
 * }</pre>
 */
public final class Restorer {
  private static final int PEAK = 255;

  /**
   * How images are restored.
   *
   * @param tile side of the tiles in pixels, made a multiple of what the network needs; 0 for whole
   *     images, however large
   * @param overlap pixels that neighbouring tiles share at least
   * @param ensemble 1, or 4 or 8 turned and mirrored versions of which the mean is taken
   */
  public record Options(int tile, int overlap, int ensemble) {
    private static final int LARGEST = 1 << 14;

    /** Checks the numbers. */
    public Options {
      if (tile < 0 || tile > LARGEST) {
        throw new IllegalArgumentException(
            "the tile must be 0 (whole images) to %d pixels, got %d".formatted(LARGEST, tile));
      }
      if (overlap < 0 || (tile > 0 && overlap >= (tile + 1) / 2)) {
        throw new IllegalArgumentException(
            "the overlap must be at least 0 and less than half of the tile of %d, got %d"
                .formatted(tile, overlap));
      }
      if (ensemble != 1 && ensemble != 4 && ensemble != 8) {
        throw new IllegalArgumentException("the ensemble must be 1, 4 or 8, got " + ensemble);
      }
    }

    /**
     * No ensemble, and tiles that need less than 2 GB in all: of 256 pixels, for networks of more
     * than 32 channels of 192; with an overlap of an eighth. Tiles of a network that is made for
     * one size have that size.
     */
    public static Options usual(Maxim network) {
      if (network.madeFor().isPresent()) {
        Maxim.ImageSize size = network.madeFor().get();
        int least = Math.min(size.height(), size.width());
        return new Options(least, least / 8, 1);
      }
      int side = network.config().features() > 32 ? 192 : 256;
      return new Options(side, side / 8, 1);
    }
  }

  private final Maxim network;
  private final Options options;
  private final int heightFactor;
  private final int widthFactor;
  private final int tileHeight;
  private final int tileWidth;

  /**
   * A restorer.
   *
   * @param network trained, in inference mode, in float32
   * @param options how
   * @throws IllegalArgumentException for tiles of another size than the only one that the network
   *     sees
   */
  public Restorer(Maxim network, Options options) {
    this.network = network;
    this.options = options;
    Maxim.ImageSize only = network.madeFor().orElse(null);
    heightFactor = only == null ? network.config().heightFactor() : only.height();
    widthFactor = only == null ? network.config().widthFactor() : only.width();
    tileHeight = only != null && options.tile == 0 ? only.height() : multiple(heightFactor);
    tileWidth = only != null && options.tile == 0 ? only.width() : multiple(widthFactor);
    if (only != null && (tileHeight != heightFactor || tileWidth != widthFactor)) {
      throw new IllegalArgumentException(
          "the network has token mixers for images of %d x %d pixels, got tiles of %d; leave them out, and it restores in tiles of that size"
              .formatted(only.height(), only.width(), options.tile));
    }
  }

  private int multiple(int factor) {
    return options.tile == 0 ? Integer.MAX_VALUE : (options.tile + factor - 1) / factor * factor;
  }

  /** Whether an image of a size is restored in several tiles. */
  public boolean isTiled(int height, int width) {
    return height > tileHeight || width > tileWidth;
  }

  /** Number of tiles of an image. */
  public int tiles(int height, int width) {
    return Tiling.of(height, tileHeight, options.overlap).count()
        * Tiling.of(width, tileWidth, options.overlap).count();
  }

  /** Restores an image; a grey one is restored as a colour image and made grey again. */
  public Image restore(Image image) {
    return restore(image, (row, values, planes) -> {}, done -> {}, () -> false);
  }

  /**
   * Restores an image.
   *
   * @param also is given every row before it is cut to 8 bits
   * @param done is told how many tiles are done
   * @param cancelled is asked between tiles
   * @return 8 bits, values cut off as in the official evaluation, not rounded
   * @throws CancellationException if the user wants to stop
   */
  public Image restore(Image image, RowSink also, IntConsumer done, BooleanSupplier cancelled) {
    int height = image.height();
    int width = image.width();
    byte[] result = new byte[3 * height * width];
    rows(
        image,
        (row, values, planes) -> {
          also.row(row, values, planes);
          for (int c = 0; c < 3; c++) {
            int at = (c * height + row) * width;
            for (int x = 0; x < width; x++) {
              float value = Math.max(0, Math.min(1, values[planes[c] + x]));
              result[at + x] = (byte) (int) (value * PEAK);
            }
          }
        },
        done,
        cancelled);
    return new Image(3, height, width, result).withChannels(image.channels());
  }

  /** Takes finished rows of a result, from the first to the last. */
  @FunctionalInterface
  public interface RowSink {
    /**
     * A row.
     *
     * @param row its number
     * @param values holds it, not cut to [0, 1]; valid during the call
     * @param planes where red, green and blue begin there
     */
    void row(int row, float[] values, int[] planes);
  }

  private void rows(Image image, RowSink sink, IntConsumer done, BooleanSupplier cancelled) {
    Image colour = image.withChannels(3);
    int height = colour.height();
    int width = colour.width();
    Tiling down = Tiling.of(height, tileHeight, options.overlap);
    Tiling across = Tiling.of(width, tileWidth, options.overlap);
    // the rows that tiles still add to
    float[] strip = new float[Math.multiplyExact(Math.multiplyExact(3, down.tile()), width)];
    int finished = 0;
    for (int i = 0; i < down.count(); i++) {
      for (int j = 0; j < across.count(); j++) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("restoring was stopped");
        }
        Image part = colour.crop(down.starts()[i], across.starts()[j], down.tile(), across.tile());
        float[] restored = restored(part);
        add(strip, width, restored, down, i, across, j);
        done.accept(++finished);
      }
      int next = i + 1 < down.count() ? down.starts()[i + 1] : height;
      flush(strip, width, down.tile(), down.starts()[i], next, sink);
    }
  }

  private float[] restored(Image part) {
    try (Scope scope = Scope.open()) {
      return restore(tensor(part)).contiguous().toFloats();
    }
  }

  private static void add(
      float[] strip, int width, float[] tile, Tiling down, int i, Tiling across, int j) {
    int rows = down.tile();
    int columns = across.tile();
    float[] horizontal = across.weights()[j];
    int left = across.starts()[j];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < rows; y++) {
        float vertical = down.weights()[i][y];
        int to = (c * rows + y) * width + left;
        int from = (c * rows + y) * columns;
        for (int x = 0; x < columns; x++) {
          strip[to + x] += vertical * horizontal[x] * tile[from + x];
        }
      }
    }
  }

  /** Hands over the rows from start to next and moves the others to the top of the strip. */
  private static void flush(float[] strip, int width, int rows, int start, int next, RowSink sink) {
    int count = Math.min(rows, next - start);
    for (int y = 0; y < count; y++) {
      int[] planes = {y * width, (rows + y) * width, (2 * rows + y) * width};
      sink.row(start + y, strip, planes);
    }
    for (int c = 0; c < 3; c++) {
      int plane = c * rows * width;
      int kept = (rows - count) * width;
      System.arraycopy(strip, plane + count * width, strip, plane, kept);
      java.util.Arrays.fill(strip, plane + kept, plane + rows * width, 0);
    }
  }

  /** An image as the network sees it, [1, 3, H, W] in [0, 1], on the CPU. */
  static Tensor tensor(Image image) {
    Image colour = image.withChannels(3);
    return Tensor.of(colour.toFloat().data(), 1, 3, colour.height(), colour.width());
  }

  /** The largest images that are to be restored as a whole: of a side, or all that it sees. */
  Maxim.ImageSize whole(int side) {
    return network.madeFor().orElse(new Maxim.ImageSize(side, side));
  }

  /**
   * Restores an image as a whole.
   *
   * @param x [1, 3, H, W] in [0, 1], of any size
   * @return the same shape, on the CPU, not cut to [0, 1]; owned by the current scope
   */
  public Tensor restore(Tensor x) {
    return Autograd.noGrad(
        () ->
            Scope.run(
                () -> {
                  Tensor image = x.to(Engine.get().device()).to(network.dtype());
                  if (options.ensemble == 1) {
                    return padded(image).to(Device.CPU);
                  }
                  GeometricEnsemble ensemble =
                      new GeometricEnsemble(new GeometricEnsemble.Config(options.ensemble), 2, 3);
                  Tensor sum = null;
                  for (int version = 0; version < options.ensemble; version++) {
                    int turned = version;
                    Tensor part =
                        Scope.run(
                            () ->
                                ensemble.undo(
                                    padded(ensemble.version(image, turned).contiguous()), turned));
                    sum = sum == null ? part : sum.add(part);
                  }
                  return sum.div((double) options.ensemble).to(Device.CPU);
                }));
  }

  private Tensor padded(Tensor image) {
    ReflectPadding padding = padding(image);
    return padding.crop(network.forward(padding.pad(image, 2, 3)), 2, 3);
  }

  private ReflectPadding padding(Tensor image) {
    return ReflectPadding.of((int) image.size(2), (int) image.size(3), heightFactor, widthFactor);
  }

  /**
   * What every stage makes of an image at every scale, for pictures; as a whole, without ensemble.
   *
   * @param x [1, 3, H, W] in [0, 1]
   * @return by stage, then by scale, full size first: [1, 3, about H / 2^i, about W / 2^i], float32
   *     on the CPU, owned by the current scope
   */
  public List<List<Tensor>> stages(Tensor x) {
    return Autograd.noGrad(
        () ->
            Scope.run(
                () -> {
                  Tensor image = x.to(Engine.get().device()).to(network.dtype());
                  ReflectPadding padding = padding(image);
                  List<List<Tensor>> cropped = new ArrayList<>();
                  for (List<Tensor> scales : network.forwardStages(padding.pad(image, 2, 3))) {
                    List<Tensor> images = new ArrayList<>();
                    for (int i = 0; i < scales.size(); i++) {
                      long step = 1L << i;
                      images.add(
                          scales
                              .get(i)
                              .slice(2, padding.top() / step, (padding.bottom() + step - 1) / step)
                              .slice(3, padding.left() / step, (padding.right() + step - 1) / step)
                              .to(DType.F32)
                              .to(Device.CPU)
                              .contiguous());
                    }
                    cropped.add(images);
                  }
                  return cropped;
                }));
  }
}
