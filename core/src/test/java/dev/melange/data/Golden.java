package dev.melange.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.io.SafeTensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Reference values computed by the papers' own code. */
public final class Golden {
  private final SafeTensorsFile file;

  private Golden(SafeTensorsFile file) {
    this.file = file;
  }

  public static Golden open(String name) throws IOException {
    try {
      return new Golden(
          SafeTensorsFile.open(
              Path.of(Golden.class.getResource("golden/" + name + ".safetensors").toURI())));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public JsonNode config() throws IOException {
    return new ObjectMapper().readTree(file.metadata().get("config"));
  }

  public double[] doubles(String tensor) throws IOException {
    ByteBuffer bytes = bytes(tensor);
    double[] values = new double[bytes.remaining() / 8];
    bytes.asDoubleBuffer().get(values);
    return values;
  }

  public long[] longs(String tensor) throws IOException {
    ByteBuffer bytes = bytes(tensor);
    long[] values = new long[bytes.remaining() / 8];
    bytes.asLongBuffer().get(values);
    return values;
  }

  private ByteBuffer bytes(String tensor) throws IOException {
    return file.read(tensor, 0, (int) file.entry(tensor).bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }
}
