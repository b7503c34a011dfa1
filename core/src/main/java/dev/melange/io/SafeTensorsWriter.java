package dev.melange.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.melange.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Writes a safetensors file, atomically (see {@link AtomicFiles}) and tensor by tensor.
 *
 * <pre>{@code
 * new SafeTensorsWriter()
 *     .metadata("model", "poolformer_s12")
 *     .add(TensorSource.of("head.bias", bias, 10))
 *     .write(Path.of("head.safetensors"));
 * }</pre>
 *
 * <p>The same content gives the same bytes: metadata are sorted by key; tensors by the width of
 * their elements, widest first, then by name, so that each one is aligned; the header is padded
 * with blanks to a multiple of 8 bytes.
 */
public final class SafeTensorsWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private final TreeMap<String, String> metadata = new TreeMap<>();
  private final Map<String, TensorSource> sources = new HashMap<>();

  /** Starts with no tensors and no metadata. */
  public SafeTensorsWriter() {}

  /** Sets a metadata entry, replacing an earlier one of the same key. */
  public SafeTensorsWriter metadata(String key, String value) {
    metadata.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, key));
    return this;
  }

  /** Sets metadata entries, replacing earlier ones of the same keys. */
  public SafeTensorsWriter metadata(Map<String, String> entries) {
    entries.forEach(this::metadata);
    return this;
  }

  /**
   * Adds a tensor, which is read when the file is written.
   *
   * @throws IllegalArgumentException if the name is taken or reserved, or the format lacks the type
   */
  public SafeTensorsWriter add(TensorSource source) {
    TensorEntry entry = source.entry();
    if (entry.name().equals(SafeTensorsHeader.METADATA)) {
      throw new IllegalArgumentException(
          "a tensor cannot be named " + SafeTensorsHeader.METADATA + ", the format reserves it");
    }
    if (entry.dtype() == DType.C128) {
      throw new IllegalArgumentException(
          entry + ": safetensors has no C128; write real and imaginary part as F64");
    }
    if (entry.shape().length > SafeTensorsHeader.MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          entry + " has more than " + SafeTensorsHeader.MOST_DIMENSIONS + " dimensions");
    }
    if (sources.putIfAbsent(entry.name(), source) != null) {
      throw new IllegalArgumentException("two tensors are named '" + entry.name() + "'");
    }
    return this;
  }

  /**
   * Writes the file.
   *
   * @throws IOException if writing fails or a source writes more or fewer bytes than its entry
   *     says; the target is then as before
   */
  public void write(Path target) throws IOException {
    List<TensorSource> ordered = new ArrayList<>(sources.values());
    ordered.sort(
        Comparator.comparing((TensorSource source) -> -source.entry().dtype().bytes())
            .thenComparing(source -> source.entry().name()));
    byte[] header = header(target, ordered);
    AtomicFiles.writeChannel(
        target,
        out -> {
          ByteBuffer length =
              ByteBuffer.allocate(SafeTensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
          AtomicFiles.writeFully(out, length.putLong(header.length).flip());
          AtomicFiles.writeFully(out, ByteBuffer.wrap(header));
          for (TensorSource source : ordered) {
            var counting = new CountingChannel(out, source.entry());
            source.writeTo(counting);
            counting.checkComplete();
          }
        });
  }

  private byte[] header(Path target, List<TensorSource> ordered) throws IOException {
    if (ordered.size() > SafeTensorsHeader.MOST_TENSORS) {
      throw new IOException(
          target
              + ": cannot hold "
              + ordered.size()
              + " tensors, the most is "
              + SafeTensorsHeader.MOST_TENSORS);
    }
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafeTensorsHeader.METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long begin = 0;
      for (TensorSource source : ordered) {
        TensorEntry entry = source.entry();
        long end = Math.addExact(begin, entry.bytes());
        json.writeObjectFieldStart(entry.name());
        json.writeStringField("dtype", entry.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(entry.shape(), 0, entry.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, end}, 0, 2);
        json.writeEndObject();
        begin = end;
      }
      json.writeEndObject();
    }
    int padded = (bytes.size() + 7) / 8 * 8;
    if (padded > SafeTensorsHeader.LONGEST_HEADER) {
      throw new IOException(
          target
              + ": the header would have "
              + padded
              + " bytes, the format allows "
              + SafeTensorsHeader.LONGEST_HEADER
              + "; shorten the metadata or split the file");
    }
    byte[] header = Arrays.copyOf(bytes.toByteArray(), padded);
    Arrays.fill(header, bytes.size(), padded, (byte) ' ');
    return header;
  }

  /** Holds a source to the number of bytes its entry says. */
  private static final class CountingChannel implements WritableByteChannel {
    private final FileChannel out;
    private final TensorEntry entry;
    private long written;

    CountingChannel(FileChannel out, TensorEntry entry) {
      this.out = out;
      this.entry = entry;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (bytes.remaining() > entry.bytes() - written) {
        throw new IOException(entry + " takes " + entry.bytes() + " bytes, its source writes more");
      }
      int count = out.write(bytes);
      written += count;
      return count;
    }

    void checkComplete() throws IOException {
      if (written != entry.bytes()) {
        throw new IOException(
            entry + " takes " + entry.bytes() + " bytes, its source wrote " + written);
      }
    }

    @Override
    public boolean isOpen() {
      return out.isOpen();
    }

    // The file goes on after this tensor.
    @Override
    public void close() {}
  }
}
