package dev.melange.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Converts between JSON and the types a config record may hold. */
final class ConfigTypes {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ConfigTypes() {}

  static boolean isJson(Type type) {
    return type instanceof Class<?> c && JsonNode.class.isAssignableFrom(c);
  }

  /** Reads one value; {@code place} is what error messages call it. */
  static Object read(JsonNode json, Type type, String place) {
    Type element = elementOf(type);
    if (element != null) {
      return readElements(json, type, element, place);
    }
    if (type instanceof ParameterizedType p && p.getRawType() == Map.class) {
      require(json.isObject(), json, type, place);
      Map<String, Object> map = new LinkedHashMap<>();
      json.properties()
          .forEach(
              e ->
                  map.put(
                      e.getKey(),
                      read(e.getValue(), p.getActualTypeArguments()[1], place + "." + e.getKey())));
      return Collections.unmodifiableMap(map);
    }
    if (!(type instanceof Class<?> c)) {
      throw new IllegalStateException(place + " has a type no config can hold: " + type);
    }
    if (isJson(c)) {
      require(c.isInstance(json), json, type, place);
      return json;
    }
    if (c == String.class) {
      require(json.isTextual(), json, type, place);
      return json.asText();
    }
    if (c == boolean.class || c == Boolean.class) {
      require(json.isBoolean(), json, type, place);
      return json.asBoolean();
    }
    if (c == double.class || c == Double.class || c == float.class || c == Float.class) {
      require(json.isNumber(), json, type, place);
      boolean wide = c == double.class || c == Double.class;
      return wide ? (Object) json.doubleValue() : (Object) json.floatValue();
    }
    if (c == int.class || c == Integer.class) {
      // 2.0 is taken for 2: other languages write whole numbers either way.
      require(isWhole(json) && json.canConvertToInt(), json, type, place);
      return json.intValue();
    }
    if (c == long.class || c == Long.class) {
      require(isWhole(json) && json.canConvertToLong(), json, type, place);
      return json.longValue();
    }
    if (c.isEnum()) {
      return Arrays.stream(c.getEnumConstants())
          .filter(constant -> json.isTextual() && nameOf(constant).equals(json.asText()))
          .findFirst()
          .orElseThrow(() -> wrongType(json, type, place));
    }
    if (c.isRecord() && !hasOwnBinding(c)) {
      require(json.isObject(), json, type, place);
      return Configs.read(c.asSubclass(Record.class), json, place);
    }
    require(!json.isNull(), json, type, place);
    try {
      return MAPPER.treeToValue(json, c);
    } catch (JsonProcessingException e) {
      // The cause is what the type's own factory said; Jackson's wrapping speaks of Java classes.
      String why = e.getCause() == null ? e.getOriginalMessage() : e.getCause().getMessage();
      throw new IllegalArgumentException(place + " is not valid: " + why, e);
    }
  }

  private static Object readElements(JsonNode json, Type type, Type element, String place) {
    require(json.isArray(), json, type, place);
    boolean structured =
        elementOf(element) != null || (element instanceof Class<?> c && c.isRecord());
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      JsonNode value = json.get(i);
      values.add(value.isNull() && structured ? null : read(value, element, place + "[" + i + "]"));
    }
    if (type instanceof ParameterizedType) {
      return Collections.unmodifiableList(values);
    }
    Object array = Array.newInstance(rawClass(element), values.size());
    for (int i = 0; i < values.size(); i++) {
      Array.set(array, i, values.get(i));
    }
    return array;
  }

  /** Writes one value as JSON. */
  static JsonNode write(Object value) {
    if (value == null) {
      return NODES.nullNode();
    }
    if (value instanceof JsonNode json) {
      return json.deepCopy();
    }
    if (value instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(element -> array.add(write(element)));
      return array;
    }
    if (value.getClass().isArray()) {
      ArrayNode array = NODES.arrayNode();
      for (int i = 0; i < Array.getLength(value); i++) {
        array.add(write(Array.get(value, i)));
      }
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = NODES.objectNode();
      map.forEach((key, element) -> object.set((String) key, write(element)));
      return object;
    }
    if (value instanceof Enum<?>) {
      return NODES.textNode(nameOf(value));
    }
    if (value instanceof Record r && !hasOwnBinding(r.getClass())) {
      return Configs.toJson(r);
    }
    return MAPPER.valueToTree(value);
  }

  /** Reads a text typed by a person: JSON, a bare word, or a list without brackets. */
  static JsonNode parse(String text, Type type) {
    if (type == String.class && !text.equals("null") && !text.startsWith("\"")) {
      return NODES.textNode(text);
    }
    Type element = elementOf(type);
    if (element != null && !text.equals("null") && !text.startsWith("[")) {
      ArrayNode array = NODES.arrayNode();
      if (!text.isBlank()) {
        Arrays.stream(text.split(",", -1)).forEach(part -> array.add(parse(part.strip(), element)));
      }
      return array;
    }
    try {
      JsonNode json = MAPPER.readTree(text);
      return json.isMissingNode() ? NODES.textNode(text) : json;
    } catch (JsonProcessingException e) {
      if (element != null && text.endsWith("]")) {
        return parse(text.substring(1, text.length() - 1), type);
      }
      // Not JSON, so a bare word; whether a word fits is for the reading to say.
      return NODES.textNode(text);
    }
  }

  /** The type in a user's words. */
  static String describe(Type type) {
    Type element = elementOf(type);
    if (element != null) {
      return describe(element) + "[]";
    }
    if (type instanceof ParameterizedType p && p.getRawType() == Map.class) {
      return "object of " + describe(p.getActualTypeArguments()[1]);
    }
    if (!(type instanceof Class<?> c)) {
      return type.getTypeName();
    }
    if (c == int.class || c == Integer.class || c == long.class || c == Long.class) {
      return "int";
    }
    if (Number.class.isAssignableFrom(c) || c == double.class || c == float.class) {
      return "number";
    }
    if (c == boolean.class || c == Boolean.class) {
      return "bool";
    }
    if (c.isEnum()) {
      return String.join(
          " or ", Arrays.stream(c.getEnumConstants()).map(ConfigTypes::nameOf).toList());
    }
    if (c == String.class) {
      return "string";
    }
    return isJson(c) ? "any" : c.isRecord() && !hasOwnBinding(c) ? "object" : c.getSimpleName();
  }

  /** A JSON value as error messages show it, shortened when long. */
  static String show(JsonNode json) {
    String text = json.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  private static boolean isWhole(JsonNode json) {
    return json.isNumber() && json.doubleValue() == Math.rint(json.doubleValue());
  }

  private static boolean hasOwnBinding(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .anyMatch(m -> m.isAnnotationPresent(com.fasterxml.jackson.annotation.JsonCreator.class));
  }

  private static void require(boolean fits, JsonNode json, Type type, String place) {
    if (!fits) {
      throw wrongType(json, type, place);
    }
  }

  private static IllegalArgumentException wrongType(JsonNode json, Type type, String place) {
    return new IllegalArgumentException(
        place + " must be " + describe(type) + ", got " + show(json));
  }

  private static String nameOf(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
  }

  private static Type elementOf(Type type) {
    if (type instanceof Class<?> c) {
      return c.getComponentType();
    }
    if (type instanceof GenericArrayType array) {
      return array.getGenericComponentType();
    }
    return type instanceof ParameterizedType p && p.getRawType() == List.class
        ? p.getActualTypeArguments()[0]
        : null;
  }

  private static Class<?> rawClass(Type type) {
    return type instanceof ParameterizedType p
        ? (Class<?>) p.getRawType()
        : type instanceof GenericArrayType a
            ? rawClass(a.getGenericComponentType()).arrayType()
            : (Class<?>) type;
  }
}
