package dev.melange.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file open for reading: the whole header is checked at opening, the tensors are
 * slices of a memory map. Files and single tensors may be larger than 2 GB.
 *
 * <pre>{@code
 * try (SafeTensorsFile file = SafeTensorsFile.open(Path.of("model.safetensors"))) {
 *   for (String name : file.names()) {
 *     System.out.println(file.entry(name));
 *   }
 *   float[] bias = file.floats("head.bias");
 * }
 * }</pre>
 *
 * <p>Format: 8 bytes of little-endian header length, a JSON header, then the tensors' bytes without
 * holes. Element types of the format that {@link dev.melange.tensor.DType} lacks (8-bit and smaller
 * floats, U16, U32, U64) are refused.
 */
public final class SafeTensorsFile implements TensorFile {
  private final MappedFile mapped;
  private final SafeTensorsHeader header;

  private SafeTensorsFile(MappedFile mapped, SafeTensorsHeader header) {
    this.mapped = mapped;
    this.header = header;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws CorruptFileException if the file is not a valid safetensors file
   * @throws IOException if the file cannot be read
   */
  public static SafeTensorsFile open(Path path) throws IOException {
    MappedFile mapped = MappedFile.open(path);
    try {
      return new SafeTensorsFile(mapped, SafeTensorsHeader.read(mapped));
    } catch (IOException | RuntimeException | Error e) {
      mapped.close();
      throw e;
    }
  }

  @Override
  public Path path() {
    return mapped.path();
  }

  /** The header's {@code __metadata__}, in the header's order; empty if there is none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The tensors' names, in the order of their bytes in the file. */
  @Override
  public List<String> names() {
    return header.names();
  }

  @Override
  public TensorEntry entry(String name) {
    return Names.find(mapped.path(), header.entries(), name);
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) throws IOException {
    Names.checkRange(entry(name), offset, length);
    return mapped.slice(header.begins().get(name) + offset, length);
  }

  @Override
  public void close() throws IOException {
    mapped.close();
  }
}
