package dev.melange.papers.fields;

import dev.melange.data.DataException;
import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFileWriter;
import dev.melange.data.image.ImageFiles;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Signals from and to files: CSV (a column per channel) and WAV are lines, image files are images,
 * and folders of nothing but images are videos, with their frames in order of their names.
 */
public final class SignalFiles {
  /** Most values a signal may have: channels x points. */
  public static final long MAX_VALUES = 200_000_000;

  private static final int SHORTEST_LINE = 16;
  private static final int SMALLEST_SIDE = 8;
  private static final int FEWEST_FRAMES = 2;
  private static final List<String> RGB = List.of("red", "green", "blue");

  private SignalFiles() {}

  /** Reads all channels. */
  public static Signal read(Path path) throws IOException {
    return read(path, List.of());
  }

  /**
   * Reads a signal.
   *
   * @param path a {@code .csv} or {@code .wav} file, an image, or a folder of images
   * @param columns names of the columns of a CSV file; empty for all but dates
   * @throws DataException if it is none, is damaged or empty, has too few or too many values,
   *     missing ones, transparency, or frames of different size
   */
  public static Signal read(Path path, List<String> columns) throws IOException {
    if (!Files.exists(path)) {
      throw new DataException(
          path + " does not exist; give a CSV, WAV or image file, or a folder of frames");
    }
    String name = path.toString().toLowerCase(Locale.ROOT);
    boolean table = name.endsWith(".csv");
    if (!columns.isEmpty() && !table) {
      throw new DataException(
          "columns can be chosen in CSV files only; %s is none".formatted(path));
    }
    if (Files.isDirectory(path)) {
      return video(path);
    }
    if (table) {
      return table(path, columns);
    }
    if (name.endsWith(".wav")) {
      return line(path.toString(), WavFiles.read(path));
    }
    if (!ImageFiles.isImageName(name)) {
      throw new DataException(
          "%s is not a signal that can be read: its name should end in .csv, .wav, .png, .jpg, .gif, .bmp or .webp, or it should be a folder of images"
              .formatted(path));
    }
    Image image = image(path);
    return new Signal(
        path.toString(),
        pictures(List.of(image.height(), image.width()), image.channels()),
        image.toFloat().data());
  }

  /** A picture as a signal. */
  public static Signal of(String name, Image image) {
    return new Signal(
        name,
        pictures(List.of(image.height(), image.width()), image.channels()),
        image.toFloat().data());
  }

  private static Signal.Shape pictures(List<Integer> sizes, int channels) {
    return new Signal.Shape(
        sizes,
        channels == 1 ? List.of("grey") : RGB,
        Collections.nCopies(channels, 0.0),
        Collections.nCopies(channels, 255.0),
        0);
  }

  private static Image image(Path file) throws IOException {
    Image image = ImageFiles.readOpaque(file);
    if (Math.min(image.height(), image.width()) < SMALLEST_SIDE) {
      throw new DataException(
          "%s has %d x %d pixels; a picture needs at least %d x %d"
              .formatted(file, image.height(), image.width(), SMALLEST_SIDE, SMALLEST_SIDE));
    }
    return image;
  }

  /** Files that systems put into folders, and hidden ones. */
  private static boolean isHidden(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(".") || name.equals("Thumbs.db") || name.equals("desktop.ini");
  }

  private static Signal video(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> !isHidden(file)).sorted().toList();
    }
    for (Path file : files) {
      if (!ImageFiles.isImageName(file.getFileName().toString())) {
        throw new DataException(
            "%s is no image by its name, but lies in a folder of frames, which holds nothing else; move it away"
                .formatted(file));
      }
    }
    if (files.size() < FEWEST_FRAMES) {
      throw new DataException(
          "%s has %s; a video needs at least %d frames, named in their order"
              .formatted(
                  folder, files.size() == 1 ? "1 image" : files.size() + " images", FEWEST_FRAMES));
    }
    Image first = image(files.get(0));
    int channels = 3;
    long total = (long) channels * files.size() * first.pixels();
    checkSize(folder.toString(), total);
    float[] values = new float[(int) total];
    for (int t = 0; t < files.size(); t++) {
      Image frame = t == 0 ? first : image(files.get(t));
      if (frame.height() != first.height() || frame.width() != first.width()) {
        throw new DataException(
            "%s has %d x %d pixels, but %s has %d x %d; the frames of a video have the same size"
                .formatted(
                    files.get(t),
                    frame.height(),
                    frame.width(),
                    files.get(0),
                    first.height(),
                    first.width()));
      }
      float[] picture = frame.withChannels(channels).toFloat().data();
      int plane = first.pixels();
      for (int c = 0; c < channels; c++) {
        System.arraycopy(picture, c * plane, values, (c * files.size() + t) * plane, plane);
      }
    }
    return new Signal(
        folder.toString(),
        pictures(List.of(files.size(), first.height(), first.width()), channels),
        values);
  }

  private static Signal table(Path file, List<String> columns) throws IOException {
    TimeSeries series = SeriesCsv.read(file);
    List<String> chosen = columns.isEmpty() ? series.columns() : columns;
    double[][] channels = new double[chosen.size()][series.rows()];
    for (int c = 0; c < chosen.size(); c++) {
      int column = series.columns().indexOf(chosen.get(c));
      if (column < 0) {
        throw new DataException(
            "%s has no column '%s'; it has %s"
                .formatted(file, chosen.get(c), String.join(", ", series.columns())));
      }
      for (int row = 0; row < series.rows(); row++) {
        channels[c][row] = series.get(row, column);
        if (!Double.isFinite(channels[c][row])) {
          throw new DataException(
              "%s: column '%s' has no value in row %d; fill or remove such rows first"
                  .formatted(file, chosen.get(c), row + 1));
        }
      }
    }
    return line(file.toString(), new WavFiles.Sound(chosen, channels, 0));
  }

  private static Signal line(String name, WavFiles.Sound sound) {
    double[][] channels = sound.samples();
    int length = channels[0].length;
    if (length < SHORTEST_LINE) {
      throw new DataException(
          "%s has %d samples; a line needs at least %d".formatted(name, length, SHORTEST_LINE));
    }
    checkSize(name, (long) channels.length * length);
    float[] values = new float[channels.length * length];
    List<Double> low = new ArrayList<>();
    List<Double> high = new ArrayList<>();
    for (int c = 0; c < channels.length; c++) {
      double least = Arrays.stream(channels[c]).min().orElseThrow();
      double most = Arrays.stream(channels[c]).max().orElseThrow();
      if (least == most) {
        throw new DataException(
            "%s: '%s' is constant (%s throughout); there is nothing to fit"
                .formatted(name, sound.names().get(c), least));
      }
      low.add(least);
      high.add(most);
      for (int i = 0; i < length; i++) {
        values[c * length + i] = (float) ((channels[c][i] - least) / (most - least));
      }
    }
    return new Signal(
        name, new Signal.Shape(List.of(length), sound.names(), low, high, sound.rate()), values);
  }

  private static void checkSize(String name, long values) {
    if (values > MAX_VALUES) {
      throw new DataException(
          "%s has %,d values; the limit is %,d: make it smaller or shorter"
              .formatted(name, values, MAX_VALUES));
    }
  }

  /**
   * Writes a signal: lines as {@code .csv} or {@code .wav}, images as {@code .png} or {@code .jpg},
   * videos as a folder of numbered PNG files, which is made.
   *
   * @throws IllegalArgumentException for another ending
   */
  public static void write(Signal signal, Path path) throws IOException {
    checkTarget(signal.kind(), path);
    switch (signal.kind()) {
      case LINE -> {
        if (path.toString().toLowerCase(Locale.ROOT).endsWith(".wav")) {
          WavFiles.write(signal, path);
        } else {
          AtomicFiles.write(path, csv(signal));
        }
      }
      case IMAGE -> ImageFileWriter.write(picture(signal), path);
      case VIDEO -> {
        Files.createDirectories(path);
        int frames = signal.shape().sizes().get(0);
        for (int t = 0; t < frames; t++) {
          Path file = path.resolve(String.format(Locale.ROOT, "%05d.png", t));
          ImageFileWriter.write(picture(signal.frame(t)), file);
        }
      }
    }
  }

  /**
   * Checks that a signal of a kind can be written to a path.
   *
   * @throws IllegalArgumentException that says which endings are possible
   */
  public static void checkTarget(Signal.Kind kind, Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    switch (kind) {
      case LINE -> {
        if (!name.endsWith(".csv") && !name.endsWith(".wav")) {
          throw new IllegalArgumentException("a line is written as .csv or .wav, got " + path);
        }
      }
      case IMAGE -> {
        if (!ImageFileWriter.isWritable(path)) {
          throw new IllegalArgumentException(
              "an image is written as .png, .jpg or .jpeg, got " + path);
        }
      }
      case VIDEO -> {
        if (Files.isRegularFile(path)) {
          throw new IllegalArgumentException(
              "a video is written as a folder of frames, but %s is a file".formatted(path));
        }
      }
    }
  }

  /** An image signal as a picture of 8 bits. */
  public static Image picture(Signal image) {
    List<Integer> sizes = image.shape().sizes();
    return new FloatImage(
            image.shape().channels().size(), sizes.get(0), sizes.get(1), image.values())
        .toImage();
  }

  private static String csv(Signal line) {
    int channels = line.shape().channels().size();
    double[][] columns = new double[channels][];
    StringBuilder text = new StringBuilder();
    for (int c = 0; c < channels; c++) {
      columns[c] = line.channel(c);
      String name = line.shape().channels().get(c).replace("\"", "\"\"");
      text.append(c == 0 ? "" : ",").append('"').append(name).append('"');
    }
    text.append('\n');
    for (int i = 0; i < columns[0].length; i++) {
      for (int c = 0; c < channels; c++) {
        text.append(c == 0 ? "" : ",").append((float) columns[c][i]);
      }
      text.append('\n');
    }
    return text.toString();
  }
}
