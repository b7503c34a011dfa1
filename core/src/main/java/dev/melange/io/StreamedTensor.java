package dev.melange.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A tensor and the callback that writes it. */
record StreamedTensor(TensorEntry entry, Bytes bytes) implements TensorSource {
  private static final int CHUNK_BYTES = 1 << 20;

  @FunctionalInterface
  interface Bytes {
    void writeTo(WritableByteChannel out) throws IOException;
  }

  @FunctionalInterface
  interface Encoder {
    void encode(ByteBuffer chunk, int first, int count);
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    bytes.writeTo(out);
  }

  static StreamedTensor ofElements(TensorEntry entry, int elements, Encoder encoder) {
    if (elements != entry.elements()) {
      throw new IllegalArgumentException(
          entry + " has " + entry.elements() + " elements, got " + elements + " values");
    }
    int width = entry.dtype().bytes();
    return new StreamedTensor(
        entry,
        out -> {
          int most = Math.min(elements, CHUNK_BYTES / width);
          ByteBuffer chunk = ByteBuffer.allocate(most * width).order(ByteOrder.LITTLE_ENDIAN);
          for (int first = 0; first < elements; first += most) {
            int count = Math.min(most, elements - first);
            encoder.encode(chunk.clear(), first, count);
            AtomicFiles.writeFully(out, chunk.limit(count * width));
          }
        });
  }
}
