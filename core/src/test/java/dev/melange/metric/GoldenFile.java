package dev.melange.metric;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reference values in a safetensors file, read here by hand so that the metrics are tested without
 * the library's own reader.
 */
final class GoldenFile {
  private final JsonNode header;
  private final ByteBuffer data;

  private GoldenFile(JsonNode header, ByteBuffer data) {
    this.header = header;
    this.data = data;
  }

  static GoldenFile read(String name) {
    try (InputStream in = GoldenFile.class.getResourceAsStream(name + ".safetensors")) {
      ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      byte[] json = new byte[Math.toIntExact(file.getLong())];
      file.get(json);
      JsonNode header = new ObjectMapper().readTree(json);
      return new GoldenFile(header, file.slice().order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode config() throws IOException {
    return new ObjectMapper().readTree(header.get("__metadata__").get("config").asText());
  }

  int[] shape(String tensor) {
    List<Integer> shape = new ArrayList<>();
    header.get(tensor).get("shape").forEach(n -> shape.add(n.asInt()));
    return shape.stream().mapToInt(Integer::intValue).toArray();
  }

  double[] doubles(String tensor) {
    boolean whole = header.get(tensor).get("dtype").asText().equals("I64");
    JsonNode offsets = header.get(tensor).get("data_offsets");
    int begin = offsets.get(0).asInt();
    double[] values = new double[(offsets.get(1).asInt() - begin) / 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = whole ? data.getLong(begin + 8 * i) : data.getDouble(begin + 8 * i);
    }
    return values;
  }

  long[] longs(String tensor) {
    double[] values = doubles(tensor);
    long[] result = new long[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (long) values[i];
    }
    return result;
  }

  boolean[] flags(String tensor) {
    double[] values = doubles(tensor);
    boolean[] result = new boolean[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i] == 1;
    }
    return result;
  }

  double[][] rows(String tensor) {
    int[] shape = shape(tensor);
    double[] values = doubles(tensor);
    double[][] rows = new double[shape[0]][shape[1]];
    for (int r = 0; r < shape[0]; r++) {
      System.arraycopy(values, r * shape[1], rows[r], 0, shape[1]);
    }
    return rows;
  }

  double scalar(String tensor) {
    return doubles(tensor)[0];
  }
}
