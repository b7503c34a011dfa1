package dev.melange.component;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Binds JSON objects to config records and back.
 *
 * <p>A config is a record whose components are named exactly as the JSON keys:
 *
 * <pre>{@code
 * record Config(
 *     @Default("[2, 2, 6, 2]") int[] layers,
 *     @Default("gelu") @OneOf({"gelu", "relu", "silu"}) String act,
 *     @Default("null") Integer head_dim,
 *     int num_classes) {}
 *
 * Config config = Configs.read(Config.class, json, "vision/poolformer");
 * Config larger = Configs.with(config, Map.of("layers", "4,4,12,4", "act", "relu"));
 * }</pre>
 *
 * <p>Components may be numbers, booleans, strings, enums, records, arrays, {@code List}s, {@code
 * Map<String, T>}s, {@link JsonNode} (any JSON; for keys whose shape varies) or any type Jackson
 * can bind through its own annotations. Elements of an array of arrays or records may be null,
 * other elements may not. Unknown keys, missing required keys and wrong types are refused with an
 * {@link IllegalArgumentException} that names the key, what was expected and what was found. The
 * record's compact constructor checks values; what it throws is reported under the config's name.
 */
public final class Configs {
  private Configs() {}

  /**
   * Reads a config.
   *
   * @param type the config record
   * @param json the JSON object; keys that are absent take their {@link Default}
   * @param what the name of what is configured, for error messages, such as {@code
   *     vision/poolformer}
   * @param <R> the config record
   * @return the config
   * @throws IllegalArgumentException if a key is unknown, missing, of the wrong type, or refused by
   *     the record's constructor
   */
  public static <R extends Record> R read(Class<R> type, JsonNode json, String what) {
    if (!json.isObject()) {
      throw new IllegalArgumentException(
          "the config of " + what + " must be a JSON object, got " + ConfigTypes.show(json));
    }
    ConfigSchema schema = ConfigSchema.of(type);
    json.fieldNames().forEachRemaining(key -> schema.requireKnown(key, what));
    Object[] values = new Object[schema.entries().size()];
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      ConfigSchema.Entry entry = schema.entries().get(i);
      JsonNode value = json.has(entry.name()) ? json.get(entry.name()) : entry.defaultValue();
      if (value == null) {
        missing.add(entry.name());
      } else {
        values[i] = entry.read(value, what);
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "the config of "
              + what
              + " lacks the required key"
              + (missing.size() == 1 ? " " : "s ")
              + String.join(", ", missing)
              + "; known keys: "
              + String.join(", ", schema.names()));
    }
    try {
      return type.cast(schema.constructor().newInstance(values));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw new IllegalArgumentException(
            "the config of " + what + " is not valid: " + refused.getMessage(), refused);
      }
      throw new IllegalStateException(
          "the constructor of " + type.getName() + " failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " cannot be constructed", e);
    }
  }

  /**
   * Reads a config, named in error messages after its type.
   *
   * @param type the config record
   * @param json the JSON object
   * @param <R> the config record
   * @return the config
   * @throws IllegalArgumentException as {@link #read(Class, JsonNode, String)}
   */
  public static <R extends Record> R read(Class<R> type, JsonNode json) {
    return read(type, json, ConfigSchema.nameOf(type));
  }

  /**
   * The config with every key at its default.
   *
   * @param type the config record
   * @param <R> the config record
   * @return the config
   * @throws IllegalArgumentException if a key has no default
   */
  public static <R extends Record> R defaults(Class<R> type) {
    return read(type, JsonNodeFactory.instance.objectNode());
  }

  /**
   * A copy of a config with some keys replaced, as {@code --set key=value} on the command line
   * does.
   *
   * @param config the config to start from
   * @param overrides key to text. Keys of nested records are written with dots ({@code llm.dim}).
   *     The text is JSON, a bare word for a string ({@code act=relu}), or a comma-separated list
   *     without brackets for an array ({@code layers=2,2,6,2})
   * @param what the name of what is configured, for error messages
   * @param <R> the config record
   * @return the new config
   * @throws IllegalArgumentException as {@link #read(Class, JsonNode, String)}
   */
  public static <R extends Record> R with(R config, Map<String, String> overrides, String what) {
    ObjectNode json = toJson(config);
    overrides.forEach((key, text) -> set(json, config.getClass(), key, text, what));
    @SuppressWarnings("unchecked") // getClass() of an R that is a record, hence final
    Class<R> type = (Class<R>) config.getClass();
    return read(type, json, what);
  }

  /**
   * A copy of a config with some keys replaced, named in error messages after its type.
   *
   * @param config the config to start from
   * @param overrides key to text, as in {@link #with(Record, Map, String)}
   * @param <R> the config record
   * @return the new config
   * @throws IllegalArgumentException as {@link #read(Class, JsonNode, String)}
   */
  public static <R extends Record> R with(R config, Map<String, String> overrides) {
    return with(config, overrides, ConfigSchema.nameOf(config.getClass()));
  }

  /**
   * The whole config as JSON, defaults included, keys in the order of the record's components.
   *
   * @param config the config
   * @return a new JSON object from which {@link #read(Class, JsonNode)} makes an equal config
   */
  public static ObjectNode toJson(Record config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (ConfigSchema.Entry entry : ConfigSchema.of(config.getClass()).entries()) {
      json.set(entry.name(), ConfigTypes.write(entry.valueIn(config)));
    }
    return json;
  }

  /**
   * The keys of a config with their types, defaults and choices, for help texts.
   *
   * @param type the config record
   * @return one entry per key, in the order of the record's components
   */
  public static List<ConfigKey> describe(Class<? extends Record> type) {
    return ConfigSchema.of(type).entries().stream().map(ConfigSchema.Entry::describe).toList();
  }

  /**
   * Splits {@code key=value} texts, as given to {@code --set}.
   *
   * @param texts the texts; of equal keys the last one wins
   * @return key to value, in order
   * @throws IllegalArgumentException if a text has no {@code =} or no key
   */
  public static Map<String, String> parseOverrides(List<String> texts) {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("expected key=value, got '" + text + "'");
      }
      overrides.put(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
    }
    return overrides;
  }

  private static void set(
      ObjectNode json, Class<? extends Record> type, String path, String text, String what) {
    ConfigSchema schema = ConfigSchema.of(type);
    int dot = path.indexOf('.');
    String key = dot < 0 ? path : path.substring(0, dot);
    schema.requireKnown(key, what);
    ConfigSchema.Entry entry = schema.entry(key);
    if (dot < 0) {
      json.set(key, ConfigTypes.parse(text, entry.type()));
      return;
    }
    String rest = path.substring(dot + 1);
    if (!(entry.type() instanceof Class<?> nested && nested.isRecord())) {
      throw new IllegalArgumentException(
          "key '"
              + key
              + "' of "
              + what
              + " holds no keys of its own, so '"
              + path
              + "' cannot be set");
    }
    JsonNode inner = json.get(key);
    ObjectNode target = inner instanceof ObjectNode object ? object : json.putObject(key);
    set(target, nested.asSubclass(Record.class), rest, text, what + " " + key);
  }
}
