package dev.melange.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads JSON that may have been written to do harm. */
final class SafeJson {
  private static final int MAX_DEPTH = 100;
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private SafeJson() {}

  /**
   * Reads all of a source.
   *
   * @throws ImportException if it is no JSON or nests deeper than 100
   */
  static JsonNode tree(byte[] bytes) {
    try {
      return MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new ImportException(
          "the JSON cannot be read: %s (line %d)"
              .formatted(
                  e.getOriginalMessage(),
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // bytes in memory always can be read
    }
  }

  /**
   * The records of a list, refused when there are too many.
   *
   * @throws ImportException with more than 50,000
   */
  static List<JsonNode> records(Iterable<JsonNode> nodes) {
    List<JsonNode> records = new ArrayList<>();
    nodes.forEach(records::add);
    if (records.size() > ParsedSource.MAX_RECORDS) {
      throw new ImportException("the source has %,d records".formatted(records.size()));
    }
    return records;
  }

  /** A field's text; null if it is blank or none. */
  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isTextual() && !value.asText().isBlank() ? value.asText() : null;
  }

  /** A text on one line; null stays null. */
  static String oneLine(String text) {
    return text == null ? null : text.replaceAll("\\s+", " ").strip();
  }

  /**
   * The names of the first object's fields, up to where the JSON is broken. Whoever reads all of it
   * afterwards tells what is wrong there.
   */
  static Set<String> firstFields(byte[] bytes) {
    Set<String> names = new HashSet<>();
    try (JsonParser parser = MAPPER.getFactory().createParser(bytes)) {
      if (parser.nextToken() == JsonToken.START_ARRAY) {
        parser.nextToken();
      }
      while (parser.currentToken() != null && parser.nextToken() == JsonToken.FIELD_NAME) {
        names.add(parser.currentName());
        parser.nextToken();
        parser.skipChildren();
      }
      return names;
    } catch (JsonProcessingException e) {
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // bytes in memory always can be read
    }
  }
}
