package dev.melange.io;

import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tensors to and from weight files. */
public final class Weights {
  private static final int CHUNK = 1 << 28;

  private Weights() {}

  /**
   * Reads all tensors of a file.
   *
   * @return tensors by name in file order, owned by the current scope
   */
  public static Map<String, Tensor> read(TensorFile file) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : file.names()) {
      tensors.put(name, read(file, name));
    }
    return tensors;
  }

  /** Reads one tensor of a file. */
  public static Tensor read(TensorFile file, String name) throws IOException {
    TensorEntry entry = file.entry(name);
    if (entry.bytes() <= CHUNK) {
      return Tensor.of(entry.dtype(), file.read(name), entry.shape());
    }
    Tensor tensor = Tensor.empty(entry.dtype(), dev.melange.tensor.Device.CPU, entry.shape());
    for (long at = 0; at < entry.bytes(); at += CHUNK) {
      int length = (int) Math.min(CHUNK, entry.bytes() - at);
      tensor.buffer(at, length).put(file.read(name, at, length));
    }
    return tensor;
  }

  /**
   * Writes tensors as a safetensors file, atomically.
   *
   * @param tensors tensors by name, in the order of the file
   * @param metadata texts stored in the header
   */
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    SafeTensorsWriter writer = new SafeTensorsWriter().metadata(metadata);
    tensors.forEach((name, tensor) -> writer.add(new Source(name, tensor)));
    writer.write(path);
  }

  private record Source(String name, Tensor tensor) implements TensorSource {
    @Override
    public TensorEntry entry() {
      return TensorEntry.of(name, tensor.dtype(), tensor.shape());
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
      try (Tensor detached = tensor.detach();
          Tensor host = detached.to(dev.melange.tensor.Device.CPU);
          Tensor dense = host.contiguous()) {
        long bytes = entry().bytes();
        for (long at = 0; at < bytes; at += CHUNK) {
          ByteBuffer chunk = dense.buffer(at, Math.min(CHUNK, bytes - at));
          while (chunk.hasRemaining()) {
            out.write(chunk);
          }
        }
      }
    }
  }
}
