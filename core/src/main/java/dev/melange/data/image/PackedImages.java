package dev.melange.data.image;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.melange.data.Batch;
import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.Loader;
import dev.melange.data.Source;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Labelled images of one size, wholly in memory: one byte per sample. */
public final class PackedImages implements Dataset<LabelledImage> {
  private final String name;
  private final int channels;
  private final int height;
  private final int width;
  private final byte[] pixels;
  private final int[] labels;
  private final List<String> classes;

  /**
   * Images from their samples.
   *
   * @param name what messages call the set
   * @param pixels samples (image, channel, row, column); owned by the set from now on
   * @param labels class indices, one per image; owned by the set from now on
   * @param classes the classes' names
   */
  public PackedImages(
      String name,
      int channels,
      int height,
      int width,
      byte[] pixels,
      int[] labels,
      List<String> classes) {
    if (pixels.length != (long) labels.length * channels * height * width) {
      throw new DataException(
          "%s: %,d labels but %,d samples of images of shape [%d, %d, %d]"
              .formatted(name, labels.length, pixels.length, channels, height, width));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes.size()) {
        throw new DataException(
            "%s: image %d has label %d; there are %d classes"
                .formatted(name, i, labels[i], classes.size()));
      }
    }
    this.name = name;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
    this.labels = labels;
    this.classes = List.copyOf(classes);
  }

  /** From a pair of IDX files: images (n, rows, columns) and labels (n). */
  public static PackedImages fromIdx(Source images, Source labels, List<String> classes)
      throws IOException {
    Idx pixels = Idx.read(images);
    Idx labelled = Idx.read(labels);
    int[] shape = pixels.shape();
    if (shape.length != 3 || labelled.shape().length != 1 || shape[0] != labelled.shape()[0]) {
      throw new DataException(
          "%s has shape %s and %s has %s; expected images [n, rows, columns] and labels [n]"
              .formatted(
                  images.name(),
                  Arrays.toString(shape),
                  labels.name(),
                  Arrays.toString(labelled.shape())));
    }
    int[] values = IntStream.range(0, shape[0]).map(i -> labelled.data()[i] & 0xff).toArray();
    return new PackedImages(images.name(), 1, shape[1], shape[2], pixels.data(), values, classes);
  }

  /**
   * The bundled 8x8 handwritten digits: 1,797 grey images of ten classes. The stored values 0..16
   * are scaled to 0..255.
   */
  public static PackedImages digits() throws IOException {
    Source source = Source.bundled("digits.csv.gz");
    try (CsvReader<CsvRecord> rows =
        CsvReader.builder()
            .ofCsvRecord(new InputStreamReader(source.open(), StandardCharsets.US_ASCII))) {
      List<CsvRecord> all = rows.stream().toList();
      byte[] pixels = new byte[64 * all.size()];
      int[] labels = new int[all.size()];
      for (int i = 0; i < labels.length; i++) {
        for (int j = 0; j < 64; j++) {
          int ink = Integer.parseInt(all.get(i).getField(j));
          pixels[64 * i + j] = (byte) Math.round(ink * 255f / 16);
        }
        labels[i] = Integer.parseInt(all.get(i).getField(64));
      }
      return new PackedImages(source.name(), 1, 8, 8, pixels, labels, digitNames());
    }
  }

  /** "0" .. "9". */
  public static List<String> digitNames() {
    return IntStream.range(0, 10).mapToObj(Integer::toString).toList();
  }

  /**
   * Decodes a set once, on all processors, and keeps the result.
   *
   * @param images images of one shape, for instance of an image folder through {@link Resize}
   * @throws DataException if one differs in shape; names it
   */
  public static PackedImages of(String name, Dataset<LabelledImage> images, List<String> classes) {
    if (images.size() == 0) {
      throw new DataException(name + " has no images");
    }
    int workers = Math.min(8, Runtime.getRuntime().availableProcessors());
    Loader<LabelledImage> loader =
        new Loader<>(images, Loader.Config.evaluation(256).withWorkers(workers));
    int[] labels = new int[images.size()];
    byte[] pixels = null;
    Image first = null;
    int at = 0;
    try (Loader.Batches<LabelledImage> batches = loader.epoch(0)) {
      while (batches.hasNext()) {
        Batch<LabelledImage> batch = batches.next();
        for (int i = 0; i < batch.size(); i++) {
          Image image = batch.items().get(i).image();
          if (first == null) {
            first = image;
            pixels = new byte[checkedTotal(name, images.size(), first)];
          }
          if (image.channels() != first.channels()
              || image.height() != first.height()
              || image.width() != first.width()) {
            throw new DataException(
                "%s is %s, but %s is %s; resize the images to one size first"
                    .formatted(batch.ids().get(i), image, images.id(0), first));
          }
          System.arraycopy(image.data(), 0, pixels, at * image.data().length, image.data().length);
          labels[at++] = batch.items().get(i).label();
        }
      }
    }
    return new PackedImages(
        name, first.channels(), first.height(), first.width(), pixels, labels, classes);
  }

  private static int checkedTotal(String name, int count, Image first) {
    long total = (long) first.data().length * count;
    if (total > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "%s: %,d images of %s do not fit in one array; load them from disk instead"
              .formatted(name, count, first));
    }
    return (int) total;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public LabelledImage get(int index, RandomGenerator draws) {
    return new LabelledImage(image(index), labels[index]);
  }

  @Override
  public String id(int index) {
    return name + " image " + index;
  }

  /** One image. */
  public Image image(int index) {
    Objects.checkIndex(index, labels.length);
    int n = channels * height * width;
    return new Image(
        channels, height, width, Arrays.copyOfRange(pixels, index * n, (index + 1) * n));
  }

  /** The class of one image. */
  public int label(int index) {
    return labels[index];
  }

  /** All class indices. */
  public int[] labels() {
    return labels.clone();
  }

  /** Channels of every image. */
  public int channels() {
    return channels;
  }

  /** Rows of every image. */
  public int height() {
    return height;
  }

  /** Columns of every image. */
  public int width() {
    return width;
  }

  /** The classes' names. */
  public List<String> classes() {
    return classes;
  }

  /**
   * A set of some of the images, sharing nothing.
   *
   * @param indices which, in the new order
   */
  public PackedImages select(int[] indices) {
    int n = channels * height * width;
    byte[] chosen = new byte[indices.length * n];
    int[] chosenLabels = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      Objects.checkIndex(indices[i], labels.length);
      System.arraycopy(pixels, indices[i] * n, chosen, i * n, n);
      chosenLabels[i] = labels[indices[i]];
    }
    return new PackedImages(name, channels, height, width, chosen, chosenLabels, classes);
  }
}
