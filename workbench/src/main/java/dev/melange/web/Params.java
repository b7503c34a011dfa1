package dev.melange.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.melange.store.Sort;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Query parameters, checked. What is outside its bounds is refused, never clamped. */
final class Params {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private Params() {}

  /** A whole number within bounds. */
  static int number(Context context, String name, int least, int most, int otherwise) {
    String text = context.queryParam(name);
    if (text == null) {
      return otherwise;
    }
    int value = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    if (value < least || value > most) {
      throw RequestException.bad(
          "%s is '%s', expected a number from %d to %d"
              .formatted(name, shortened(text), least, most));
    }
    return value;
  }

  /** One of some orders. */
  static Sort sort(Context context, Sort otherwise, Sort... allowed) {
    String text = context.queryParam("sort");
    if (text == null) {
      return otherwise;
    }
    List<Sort> sorts = Arrays.asList(allowed);
    return sorts.stream()
        .filter(sort -> sort.label().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                RequestException.bad(
                    "sort is '%s', expected one of %s"
                        .formatted(
                            shortened(text),
                            sorts.stream().map(Sort::label).collect(Collectors.joining(", ")))));
  }

  /**
   * A body of JSON.
   *
   * @throws RequestException 400 if it is none, or nests deeper than anybody reads
   */
  static JsonNode json(Context context) {
    try {
      JsonNode read = MAPPER.readTree(context.bodyAsBytes());
      if (read != null && read.isObject()) {
        return read;
      }
    } catch (JsonProcessingException e) {
      throw RequestException.bad("the body is no JSON: " + shortened(e.getOriginalMessage()));
    } catch (IOException e) {
      throw RequestException.bad("the body could not be read");
    }
    throw RequestException.bad("the body is no JSON object");
  }

  /** A field of a form; empty where it is absent. */
  static String given(Context context, String name) {
    String value = context.formParam(name);
    return value == null ? "" : value;
  }

  /** A field of a form that is true or false. */
  static boolean yes(Context context, String name) {
    String value = given(context, name);
    if (!value.equals("true") && !value.equals("false")) {
      throw RequestException.bad(
          "%s is '%s', expected true or false".formatted(name, shortened(value)));
    }
    return value.equals("true");
  }

  /** An id in the store; nothing for what can be none. */
  static Optional<Long> id(String text) {
    return text.matches("\\d{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  /** Changes something; what the store refuses, it refuses for what the request said. */
  static void refusing(Runnable change) {
    refused(
        () -> {
          change.run();
          return true;
        });
  }

  /** As {@link #refusing}, for changes with a result. */
  static <T> T refused(Supplier<T> change) {
    try {
      return change.get();
    } catch (IllegalArgumentException e) {
      throw RequestException.bad(e.getMessage());
    }
  }

  static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "\u2026";
  }
}
