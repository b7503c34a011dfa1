package dev.melange.io;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * NumPy's {@code .npz} files: a zip archive of arrays of numbers. Arrays of Python objects, which
 * are pickles that could run programs, are refused; so is an array whose size is not what its
 * header says, before memory is taken for it.
 */
public final class NpzFile {
  private static final String ENDING = ".npy";
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MOST_HEADER = 1 << 16;
  // Deflate cannot shrink data more than this.
  private static final long MOST_COMPRESSION = 1032;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\), \\}\\s*");
  private static final String AGAIN = "fetch or save it again";

  private static final Map<String, DType> TYPES =
      Map.of(
          "<f2", DType.F16,
          "<f4", DType.F32,
          "<f8", DType.F64,
          "<i2", DType.I16,
          "<i4", DType.I32,
          "<i8", DType.I64,
          "|i1", DType.I8,
          "|u1", DType.U8,
          "|b1", DType.BOOL);

  private NpzFile() {}

  /**
   * Reads arrays of a file.
   *
   * @param wanted tells by their names which ones
   * @return tensors by name in file order, owned by the current scope
   * @throws CorruptFileException if the file is damaged or one of these is no array of numbers
   */
  public static Map<String, Tensor> read(Path file, Predicate<String> wanted) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file; expected an .npz file");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : ZipEntries.of(zip)) {
        String name = entry.getName();
        if (name.endsWith(ENDING)) {
          name = name.substring(0, name.length() - ENDING.length());
          if (wanted.test(name)) {
            try (InputStream in = zip.getInputStream(entry)) {
              if (tensors.put(name, read(file, name, entry, in)) != null) {
                throw new CorruptFileException(file, "it has two arrays called " + name, AGAIN);
              }
            }
          }
        }
      }
    } catch (ZipException | EOFException e) {
      throw new CorruptFileException(
          file, "it is no intact .npz archive (" + e.getMessage() + ")", AGAIN, e);
    }
    return tensors;
  }

  private static Tensor read(Path file, String name, ZipEntry entry, InputStream in)
      throws IOException {
    byte[] start = in.readNBytes(8);
    if (start.length < 8 || !startsWith(start, MAGIC) || start[6] < 1 || start[6] > 3) {
      throw new CorruptFileException(file, name + " is not a NumPy array", AGAIN);
    }
    int lengthBytes = start[6] == 1 ? 2 : 4;
    byte[] length = in.readNBytes(lengthBytes);
    long headerBytes = 0;
    for (int i = length.length - 1; i >= 0; i--) {
      headerBytes = headerBytes << 8 | (length[i] & 0xff);
    }
    if (length.length < lengthBytes || headerBytes > MOST_HEADER) {
      throw new CorruptFileException(
          file, "%s has a header of %,d bytes".formatted(name, headerBytes), AGAIN);
    }
    String header = new String(in.readNBytes((int) headerBytes), StandardCharsets.ISO_8859_1);
    Matcher parsed = HEADER.matcher(header);
    if (!parsed.matches()) {
      throw new CorruptFileException(
          file, name + " has a header that cannot be read: " + printable(header), AGAIN);
    }
    DType type = TYPES.get(parsed.group(1));
    if (type == null) {
      throw new CorruptFileException(
          file,
          "%s has elements of the type %s, which is refused"
              .formatted(name, printable(parsed.group(1))),
          "save plain little-endian numbers (" + String.join(", ", TYPES.keySet()) + ")");
    }
    long[] shape = shape(file, name, parsed.group(3));
    int bytes = bytes(file, name, type, shape);
    long declared = entry.getSize();
    long prefix = 8 + lengthBytes + headerBytes;
    if (declared != prefix + bytes || entry.getCompressedSize() < declared / MOST_COMPRESSION) {
      throw new CorruptFileException(
          file,
          "%s is said to have %,d bytes, its header tells of %,d"
              .formatted(name, declared, prefix + bytes),
          AGAIN);
    }
    byte[] data = in.readNBytes(bytes);
    if (data.length != bytes) {
      throw new CorruptFileException(
          file, "%s ends after %,d of %,d bytes".formatted(name, data.length, bytes), AGAIN);
    }
    boolean columnsFirst = parsed.group(2).equals("True");
    Tensor tensor = Tensor.of(type, ByteBuffer.wrap(data), columnsFirst ? reversed(shape) : shape);
    return columnsFirst ? tensor.permute(countingDown(shape.length)).contiguous() : tensor;
  }

  private static boolean startsWith(byte[] bytes, byte[] start) {
    return java.util.Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }

  private static long[] shape(Path file, String name, String text) throws IOException {
    String[] parts = text.isBlank() ? new String[0] : text.split(",");
    long[] shape = new long[parts.length];
    int dims = 0;
    for (String part : parts) {
      if (!part.isBlank()) {
        String digits = part.strip();
        if (digits.length() > 18 || digits.contains(" ")) {
          throw new CorruptFileException(
              file, name + " has an impossible shape (" + printable(text) + ")", AGAIN);
        }
        shape[dims++] = Long.parseLong(digits);
      }
    }
    return java.util.Arrays.copyOf(shape, dims);
  }

  private static int bytes(Path file, String name, DType type, long[] shape) throws IOException {
    try {
      long bytes = type.bytes();
      for (long size : shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
      return Math.toIntExact(bytes);
    } catch (ArithmeticException e) {
      throw new CorruptFileException(
          file,
          "%s has the shape %s, more than 2 GB".formatted(name, java.util.Arrays.toString(shape)),
          AGAIN,
          e);
    }
  }

  private static long[] reversed(long[] shape) {
    long[] reversed = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      reversed[i] = shape[shape.length - 1 - i];
    }
    return reversed;
  }

  private static long[] countingDown(int n) {
    long[] dims = new long[n];
    for (int i = 0; i < n; i++) {
      dims[i] = n - 1L - i;
    }
    return dims;
  }

  private static String printable(String text) {
    return "'" + text.substring(0, Math.min(80, text.length())).replaceAll("[^ -~]", "?") + "'";
  }
}
