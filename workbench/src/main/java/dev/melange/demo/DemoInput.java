package dev.melange.demo;

import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.data.image.Resize;
import dev.melange.tensor.Rng;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was given to a demonstration. All of it is hostile until a demonstration has checked it.
 *
 * @param values of fields, by name
 * @param files that were uploaded, by the name of their field; empty ones were not given
 */
public record DemoInput(Map<String, String> values, Map<String, byte[]> files) {
  /** Bytes that a file may have. */
  public static final int MAX_FILE = 4 << 20;

  /** Characters that a value may have. */
  public static final int MAX_VALUE = 60_000;

  private static final long MAX_PIXELS = 12_000_000;

  /** Refuses what is too large. */
  public DemoInput {
    values = Map.copyOf(values);
    files = Map.copyOf(files);
    values.forEach(
        (name, value) -> {
          if (value.length() > MAX_VALUE) {
            throw new IllegalArgumentException(
                "%s has %,d characters, the limit is %,d"
                    .formatted(name, value.length(), MAX_VALUE));
          }
        });
    files.forEach(
        (name, bytes) -> {
          if (bytes.length > MAX_FILE) {
            throw new IllegalArgumentException(
                "%s has %,d bytes, the limit is %,d".formatted(name, bytes.length, MAX_FILE));
          }
        });
  }

  /** The value of a field, that of the field itself if none was given. */
  String value(Field field) {
    String given = values.getOrDefault(field.name(), "").strip();
    String value = given.isEmpty() ? field.value() : given;
    if (field.kind() == Field.Kind.CHOICE) {
      List<String> known = field.choices().stream().map(Field.Choice::value).toList();
      if (!known.contains(value)) {
        throw new IllegalArgumentException(
            "%s is '%s', expected one of %s"
                .formatted(field.name(), shortened(value), String.join(", ", known)));
      }
    }
    return value;
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "\u2026";
  }

  /** A whole number in a field of one line. */
  int number(Field field, int least, int most) {
    String text = value(field);
    int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "%s is '%s', expected a number from %d to %d"
              .formatted(field.name(), shortened(text), least, most));
    }
    return number;
  }

  /** The bytes of a file, if one was given. */
  Optional<byte[]> file(Field field) {
    return Optional.ofNullable(files.get(field.name())).filter(bytes -> bytes.length > 0);
  }

  /**
   * The picture in a file, told by its contents and decoded anew: its metadata are left behind.
   *
   * @param largest longer sides are made so long
   * @throws DataException if the file holds no intact picture of at most 12 million pixels
   */
  Optional<Image> image(Field field, int largest) {
    return file(field).map(bytes -> fitted(decode(field.name(), bytes), largest));
  }

  private static Image decode(String name, byte[] bytes) {
    Image image = ImageFiles.decode("the file of '" + name + "'", bytes, MAX_PIXELS);
    long ratio = Math.max(image.width(), image.height()) / Math.min(image.width(), image.height());
    if (ratio > 20) {
      throw new DataException(
          "the picture of '%s' is %d x %d pixels: one side is more than 20 times the other; crop it"
              .formatted(name, image.width(), image.height()));
    }
    return image;
  }

  private static Image fitted(Image image, int largest) {
    int longer = Math.max(image.width(), image.height());
    if (longer <= largest) {
      return image;
    }
    int height = Math.max(1, Math.round((float) image.height() * largest / longer));
    int width = Math.max(1, Math.round((float) image.width() * largest / longer));
    return new Resize(height, width, Resize.Filter.BICUBIC).apply(image, new Rng(0));
  }
}
