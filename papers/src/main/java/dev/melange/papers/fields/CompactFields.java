package dev.melange.papers.fields;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.AtomicFiles;
import dev.melange.io.CorruptFileException;
import dev.melange.io.SafeTensorsFile;
import dev.melange.io.Weights;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * Fields in few bytes: each tensor's values are rounded to one of {@code 2^bits} levels between its
 * least and its greatest, and the codes are compressed. The file is a gzipped safetensors file with
 * bytes as elements; codes of more than 8 bits are two planes of bytes.
 */
public final class CompactFields {
  private static final String KEY = "melange.levels";
  private static final int MOST_BITS = 16;
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;
  private static final long MOST_BYTES = 2L << 30; // a small file can inflate to very much
  private static final ObjectMapper JSON = new ObjectMapper();

  private CompactFields() {}

  /**
   * Writes a field, atomically.
   *
   * @param bits of a weight, 2 to 16
   * @param hashes SHA-256 of the data by name; may be empty
   * @return bytes of the file
   */
  public static long save(FittedField field, int bits, Path file, Map<String, String> hashes)
      throws IOException {
    if (bits < 2 || bits > MOST_BITS) {
      throw new IllegalArgumentException("bits is 2 to %d, got %d".formatted(MOST_BITS, bits));
    }
    Path plain = temporary(file);
    try (Scope scope = Scope.open()) {
      ObjectNode levels = JSON.createObjectNode();
      Map<String, Tensor> codes = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> weight : field.field().network().state().entrySet()) {
        codes.put(weight.getKey(), encode(weight.getKey(), weight.getValue(), bits, levels));
      }
      Map<String, String> metadata =
          new LinkedHashMap<>(
              field.provenance(hashes.isEmpty() ? field.hashes() : hashes).toMetadata());
      metadata.put(KEY, levels.toString());
      Weights.write(plain, codes, metadata);
      AtomicFiles.write(
          file,
          out -> {
            GZIPOutputStream zipped =
                new Strongest(out); // not closed: the file is not ours to close
            Files.copy(plain, zipped);
            zipped.finish();
          });
    } finally {
      Files.deleteIfExists(plain);
    }
    return Files.size(file);
  }

  private static final class Strongest extends GZIPOutputStream {
    Strongest(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }

  private static Path temporary(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    return Files.createTempFile(folder, "field", ".safetensors");
  }

  private static Tensor encode(String name, Tensor weight, int bits, ObjectNode levels) {
    if (!weight.dtype().isFloating()) {
      return weight;
    }
    float[] values = weight.detach().toFloats();
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    ArrayNode entry = levels.putArray(name).add(low).add(high).add(bits);
    for (long size : weight.shape()) {
      entry.add(size);
    }
    int planes = bits > 8 ? 2 : 1;
    int last = (1 << bits) - 1;
    double step = high > low ? ((double) high - low) / last : 1;
    byte[] codes = new byte[planes * values.length];
    for (int i = 0; i < values.length; i++) {
      int code = (int) Math.round((values[i] - low) / step);
      codes[i] = (byte) code;
      if (planes == 2) {
        codes[values.length + i] = (byte) (code >> 8);
      }
    }
    return Tensor.of(codes, planes, values.length);
  }

  /** Whether a file is compressed as these are. */
  static boolean isCompact(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
    }
  }

  static FittedField load(Path file, Function<String, SignalModel> models) throws IOException {
    Path plain = Files.createTempFile("field", ".safetensors");
    try {
      inflate(file, plain);
      try (SafeTensorsFile codes = SafeTensorsFile.open(plain);
          Scope scope = Scope.open()) {
        String levels = codes.metadata().get(KEY);
        if (levels == null) {
          throw corrupt(file, "it does not say what its codes stand for", null);
        }
        return FittedField.of(
            file, codes.metadata(), decode(file, Weights.read(codes), levels), models);
      }
    } finally {
      Files.deleteIfExists(plain);
    }
  }

  private static void inflate(Path file, Path plain) throws IOException {
    try (InputStream in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)));
        OutputStream out = Files.newOutputStream(plain)) {
      byte[] buffer = new byte[1 << 16];
      long total = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        total += n;
        if (total > MOST_BYTES) {
          throw corrupt(file, "it inflates to more than %,d bytes".formatted(MOST_BYTES), null);
        }
        out.write(buffer, 0, n);
      }
    } catch (ZipException | java.io.EOFException e) {
      throw corrupt(file, "it is cut off or damaged (" + e.getMessage() + ")", e);
    }
  }

  private static Map<String, Tensor> decode(Path file, Map<String, Tensor> codes, String levels)
      throws IOException {
    ObjectNode table;
    try {
      table = JSON.readValue(levels, ObjectNode.class);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw corrupt(file, "its levels are not JSON", e);
    }
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> code : codes.entrySet()) {
      if (table.get(code.getKey()) instanceof ArrayNode entry) {
        weights.put(code.getKey(), decode(file, code.getKey(), code.getValue(), entry));
      } else {
        weights.put(code.getKey(), code.getValue());
      }
    }
    return weights;
  }

  private static Tensor decode(Path file, String name, Tensor codes, ArrayNode entry)
      throws IOException {
    long[] shape = new long[Math.max(0, entry.size() - 3)];
    long count = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = entry.get(i + 3).asLong();
      count *= shape[i];
    }
    int bits = entry.path(2).asInt();
    int planes = bits > 8 ? 2 : 1;
    if (bits < 2
        || bits > MOST_BITS
        || codes.dtype() != DType.U8
        || codes.dim() != 2
        || codes.size(0) != planes
        || codes.size(1) != count) {
      throw corrupt(file, "the codes of " + name + " do not fit their description", null);
    }
    double low = entry.get(0).asDouble();
    double high = entry.get(1).asDouble();
    double step = high > low ? (high - low) / ((1 << bits) - 1) : 1;
    int[] code = codes.to(DType.I32).toInts();
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      int whole = planes == 2 ? code[i] | (code[values.length + i] << 8) : code[i];
      values[i] = (float) (low + step * whole);
    }
    return Tensor.of(values, shape);
  }

  private static CorruptFileException corrupt(Path file, String what, Exception cause) {
    String remedy = "fit it again with: melange fit-signal";
    String problem = "is not a compact field: " + what;
    return cause == null
        ? new CorruptFileException(file, problem, remedy)
        : new CorruptFileException(file, problem, remedy, cause);
  }
}
