package dev.melange.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.util.ByteBufferBackedInputStream;
import dev.melange.tensor.DType;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a safetensors file.
 *
 * @param metadata the free texts, in the header's order
 * @param entries the tensors by name, in the order of their bytes
 * @param begins the position in the file of each tensor's first byte
 */
record SafeTensorsHeader(
    Map<String, String> metadata, Map<String, TensorEntry> entries, Map<String, Long> begins) {

  static final String METADATA = "__metadata__";
  static final int LENGTH_BYTES = 8;

  /** The format's own limit. */
  static final int LONGEST_HEADER = 100_000_000;

  static final int MOST_TENSORS = 500_000;
  static final int MOST_DIMENSIONS = 64;

  private static final String FETCH_AGAIN = "fetch or export the file again";
  private static final String EXPORT_AGAIN = "export the file again with an intact writer";

  // Names of a hostile file must neither stay in the JVM's string table nor be hashed by a table
  // whose collisions they could provoke.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxNumberLength(64)
                  .maxStringLength(LONGEST_HEADER)
                  .build())
          .build();

  private record Tensor(TensorEntry entry, long begin, long end) {}

  List<String> names() {
    return List.copyOf(entries.keySet());
  }

  static SafeTensorsHeader read(MappedFile file) throws IOException {
    return new Reader(file).read();
  }

  /** Reads one header; keeps what the messages need. */
  private static final class Reader {
    private final MappedFile file;
    private final Path path;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();

    Reader(MappedFile file) {
      this.file = file;
      this.path = file.path();
    }

    SafeTensorsHeader read() throws IOException {
      int length = headerLength();
      ByteBuffer bytes = file.slice(LENGTH_BYTES, length);
      if (bytes.get(0) != '{') {
        throw corrupt("the header does not start with '{'" + file.lookalike(), FETCH_AGAIN);
      }
      // A reader with a strict decoder, because the parser's own detection would accept UTF-16.
      var text =
          new InputStreamReader(
              new ByteBufferBackedInputStream(bytes),
              StandardCharsets.UTF_8
                  .newDecoder()
                  .onMalformedInput(CodingErrorAction.REPORT)
                  .onUnmappableCharacter(CodingErrorAction.REPORT));
      try (JsonParser json = JSON.createParser(text)) {
        parse(json);
      } catch (JsonProcessingException e) {
        throw new CorruptFileException(
            path,
            "the header is not valid JSON: " + CorruptFileException.quote(e.getOriginalMessage()),
            FETCH_AGAIN,
            e);
      } catch (CharacterCodingException e) {
        throw new CorruptFileException(path, "the header is not UTF-8", FETCH_AGAIN, e);
      }
      return layout(LENGTH_BYTES + (long) length);
    }

    private int headerLength() throws IOException {
      if (file.size() < LENGTH_BYTES + 2) {
        throw corrupt(
            "has " + file.size() + " bytes, a safetensors file has at least 10", FETCH_AGAIN);
      }
      long length = file.slice(0, LENGTH_BYTES).getLong();
      if (length < 2 || length > LONGEST_HEADER) {
        throw corrupt(
            "the first 8 bytes give a header of "
                + Long.toUnsignedString(length)
                + " bytes, expected 2 to "
                + LONGEST_HEADER
                + file.lookalike(),
            "check that this is a safetensors file");
      }
      if (length > file.size() - LENGTH_BYTES) {
        throw corrupt(
            "the header should have "
                + length
                + " bytes, but the file has only "
                + file.size()
                + " in all"
                + file.lookalike(),
            "the file is incomplete or not a safetensors file: fetch it again");
      }
      return (int) length;
    }

    private void parse(JsonParser json) throws IOException {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals(METADATA)) {
          parseMetadata(json, value);
        } else if (tensors.size() == MOST_TENSORS) {
          throw corrupt(
              "the header lists more than " + MOST_TENSORS + " tensors", "split the file");
        } else {
          tensors.add(parseTensor(json, name, value));
        }
      }
      if (json.nextToken() != null) {
        throw corrupt("the header goes on after its JSON object ends", EXPORT_AGAIN);
      }
    }

    private void parseMetadata(JsonParser json, JsonToken start) throws IOException {
      if (start != JsonToken.START_OBJECT) {
        throw corrupt(METADATA + " is not a JSON object", EXPORT_AGAIN);
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw corrupt(
              METADATA
                  + " entry "
                  + CorruptFileException.quote(key)
                  + " is not a string, expected strings only",
              EXPORT_AGAIN);
        }
        metadata.put(key, json.getText());
      }
    }

    private Tensor parseTensor(JsonParser json, String name, JsonToken start) throws IOException {
      if (start != JsonToken.START_OBJECT) {
        throw tensor(name, "is not described by a JSON object");
      }
      DType dtype = null;
      long[] shape = null;
      long[] offsets = null;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "dtype" -> dtype = parseDtype(json, name);
          case "shape" -> shape = parseNumbers(json, name, field);
          case "data_offsets" -> offsets = parseNumbers(json, name, field);
          default -> json.skipChildren();
        }
      }
      if (dtype == null || shape == null || offsets == null) {
        throw tensor(name, "lacks one of dtype, shape and data_offsets");
      }
      if (offsets.length != 2 || offsets[0] > offsets[1]) {
        throw tensor(
            name,
            "has data_offsets " + Arrays.toString(offsets) + ", expected a begin and a later end");
      }
      TensorEntry entry;
      try {
        entry = TensorEntry.of(name, dtype, shape);
      } catch (IllegalArgumentException e) {
        throw new CorruptFileException(path, e.getMessage(), EXPORT_AGAIN, e);
      }
      if (offsets[1] - offsets[0] != entry.bytes()) {
        throw corrupt(
            entry
                + " takes "
                + entry.bytes()
                + " bytes, but its data_offsets "
                + Arrays.toString(offsets)
                + " give "
                + (offsets[1] - offsets[0]),
            EXPORT_AGAIN);
      }
      return new Tensor(entry, offsets[0], offsets[1]);
    }

    private DType parseDtype(JsonParser json, String name) throws IOException {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw tensor(name, "has a dtype that is not a string");
      }
      String text = json.getText();
      for (DType dtype : DType.values()) {
        if (dtype.name().equals(text) && dtype != DType.C128) {
          return dtype;
        }
      }
      throw new CorruptFileException(
          path,
          "tensor "
              + CorruptFileException.quote(name)
              + " has the unsupported dtype "
              + CorruptFileException.quote(text),
          "convert it to one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, C64 and export"
              + " again");
    }

    private long[] parseNumbers(JsonParser json, String name, String field) throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw tensor(name, "has a " + field + " that is not an array");
      }
      long[] numbers = new long[MOST_DIMENSIONS];
      int count = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
            || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            || json.getLongValue() < 0) {
          throw tensor(
              name,
              "has "
                  + CorruptFileException.quote(json.getText())
                  + " in its "
                  + field
                  + ", expected whole numbers from 0 to 2^63 - 1");
        }
        if (count == MOST_DIMENSIONS) {
          throw tensor(name, "has more than " + MOST_DIMENSIONS + " numbers in its " + field);
        }
        numbers[count++] = json.getLongValue();
      }
      return Arrays.copyOf(numbers, count);
    }

    private SafeTensorsHeader layout(long dataStart) throws CorruptFileException {
      tensors.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
      Map<String, TensorEntry> entries = new LinkedHashMap<>();
      Map<String, Long> begins = new LinkedHashMap<>();
      long end = 0;
      for (Tensor tensor : tensors) {
        if (tensor.begin != end) {
          throw corrupt(
              tensor.entry
                  + " begins at byte "
                  + tensor.begin
                  + " of the data, "
                  + (tensor.begin < end ? "inside another tensor that ends" : "after a hole from")
                  + " at "
                  + end,
              EXPORT_AGAIN);
        }
        end = tensor.end;
        entries.put(tensor.entry.name(), tensor.entry);
        begins.put(tensor.entry.name(), dataStart + tensor.begin);
      }
      long data = file.size() - dataStart;
      if (end > data) {
        throw corrupt(
            "the header describes " + end + " bytes of tensors, the file has " + data,
            "the file is incomplete: fetch it again");
      }
      if (end < data) {
        throw corrupt(
            "the header describes "
                + end
                + " bytes of tensors, followed by "
                + (data - end)
                + " bytes that belong to none",
            EXPORT_AGAIN);
      }
      return new SafeTensorsHeader(
          Collections.unmodifiableMap(metadata),
          Collections.unmodifiableMap(entries),
          Collections.unmodifiableMap(begins));
    }

    private CorruptFileException tensor(String name, String problem) {
      return corrupt("tensor " + CorruptFileException.quote(name) + " " + problem, EXPORT_AGAIN);
    }

    private CorruptFileException corrupt(String problem, String advice) {
      return new CorruptFileException(path, problem, advice);
    }
  }
}
