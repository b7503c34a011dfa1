package dev.melange.papers.dynamicspectrummixer;

import dev.melange.nn.Layer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/**
 * The cosine transform of maps of one size and the bands of its frequencies. Maps are stored with
 * the channels last, [B, H, W, C]: a transform along a dimension is then a convolution of one pixel
 * in which that dimension takes the place of the channels, and nothing is copied.
 */
final class BandSpectrum extends Layer {
  private final int height;
  private final int width;
  private final Tensor rows; // [H, H, 1, 1]
  private final Tensor columns; // [W, W, 1, 1]
  private final Tensor averages; // [bands, H W, 1, 1]: the mean over each band
  private final Tensor index; // [H W], the band of each frequency

  BandSpectrum(SpectrumBands partition) {
    height = partition.height();
    width = partition.width();
    int bands = partition.bands();
    rows = constant("rows", scoped(() -> CosineTransform.matrix(height).reshape(-1, height, 1, 1)));
    columns =
        constant("columns", scoped(() -> CosineTransform.matrix(width).reshape(-1, width, 1, 1)));
    long[] band = partition.indices();
    index = constant("index", Tensor.of(band, band.length));
    averages = constant("averages", Tensor.of(averages(band, bands), bands, band.length, 1, 1));
  }

  private static double[] averages(long[] band, int bands) {
    double[] counts = new double[bands];
    for (long b : band) {
      counts[(int) b]++;
    }
    double[] weights = new double[bands * band.length];
    for (int i = 0; i < band.length; i++) {
      weights[(int) band[i] * band.length + i] = 1 / counts[(int) band[i]];
    }
    return weights; // the row of an empty band is zero
  }

  boolean isFor(long rowCount, long columnCount) {
    return rowCount == height && columnCount == width;
  }

  /** The spectrum of maps [B, H, W, C]. */
  Tensor of(Tensor x) {
    return alongRows(alongColumns(x, columns), rows);
  }

  /** The maps of a spectrum [B, H, W, C]. */
  Tensor inverse(Tensor z) {
    return alongColumns(alongRows(z, rows.transpose(0, 1)), columns.transpose(0, 1));
  }

  private Tensor alongRows(Tensor x, Tensor matrix) {
    return Nn.conv2d(x, matrix.to(x.dtype()), null); // [B, H, W, C]: H in the place of the channels
  }

  private Tensor alongColumns(Tensor x, Tensor matrix) {
    Tensor lines = x.reshape(x.size(0) * height, width, 1, x.size(3));
    return Nn.conv2d(lines, matrix.to(x.dtype()), null).reshape(x.shape());
  }

  /** The mean over each band of [B, H, W, C]: [B, bands, C]. */
  Tensor means(Tensor x) {
    Tensor frequencies = x.reshape(x.size(0), (long) height * width, 1, x.size(3));
    return Nn.conv2d(frequencies, averages.to(x.dtype()), null).squeeze(2);
  }

  /** Weights of the bands [B, bands, G] at each frequency: [B, H, W, G]. */
  Tensor spread(Tensor weights) {
    return weights.indexSelect(1, index).unflatten(1, height, width);
  }
}
