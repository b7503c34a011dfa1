package dev.melange.component;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The keys of one config record, read once by reflection. */
final class ConfigSchema {
  private static final ClassValue<ConfigSchema> SCHEMAS =
      new ClassValue<>() {
        @Override
        protected ConfigSchema computeValue(Class<?> type) {
          return new ConfigSchema(type.asSubclass(Record.class));
        }
      };

  private final Constructor<? extends Record> constructor;
  private final List<Entry> entries;
  private final List<String> names;

  private ConfigSchema(Class<? extends Record> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] parameters =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      constructor = type.getDeclaredConstructor(parameters);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type.getName() + " has no canonical constructor", e);
    }
    // Configs nested in a package-private class are legitimate.
    constructor.setAccessible(true);
    List<Entry> found = new ArrayList<>();
    for (RecordComponent component : components) {
      found.add(Entry.of(component));
    }
    entries = List.copyOf(found);
    names = entries.stream().map(Entry::name).toList();
  }

  static ConfigSchema of(Class<? extends Record> type) {
    return SCHEMAS.get(type);
  }

  /** "PoolFormer" for {@code PoolFormer.Config}, "PoolFormerConfig" for a top-level record. */
  static String nameOf(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return outer != null && type.getSimpleName().equals("Config")
        ? outer.getSimpleName()
        : type.getSimpleName();
  }

  Constructor<? extends Record> constructor() {
    return constructor;
  }

  List<Entry> entries() {
    return entries;
  }

  List<String> names() {
    return names;
  }

  Entry entry(String name) {
    return entries.get(names.indexOf(name));
  }

  void requireKnown(String key, String what) {
    if (!names.contains(key)) {
      throw new IllegalArgumentException(
          "unknown key '"
              + key
              + "' for "
              + what
              + Suggestions.closest(key, names).map(n -> "; did you mean '" + n + "'?").orElse(";")
              + (names.isEmpty() ? " it has no keys" : " known keys: " + String.join(", ", names)));
    }
  }

  /** One key: its type, default and choices. */
  record Entry(
      String name,
      Type type,
      JsonNode defaultValue,
      boolean nullable,
      List<String> choices,
      Method accessor) {
    static Entry of(RecordComponent component) {
      Type type = component.getGenericType();
      Default given = component.getAnnotation(Default.class);
      JsonNode defaultValue = given == null ? null : ConfigTypes.parse(given.value(), type);
      OneOf oneOf = component.getAnnotation(OneOf.class);
      Key key = component.getAnnotation(Key.class);
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      return new Entry(
          key == null ? component.getName() : key.value(),
          type,
          defaultValue,
          given != null && (given.orNull() || defaultValue.isNull()),
          oneOf == null ? List.of() : List.of(oneOf.value()),
          accessor);
    }

    Object read(JsonNode json, String what) {
      String place = "key '" + name + "' of " + what;
      if (json.isNull() && nullable) {
        return ConfigTypes.isJson(type) ? json : null;
      }
      Object value = ConfigTypes.read(json, type, place);
      if (!choices.isEmpty()) {
        requireChoice(json, place);
      }
      return value;
    }

    private void requireChoice(JsonNode json, String place) {
      if (json.isArray()) {
        json.forEach(element -> requireChoice(element, place));
      } else if (!json.isNull() && !choices.contains(json.asText())) {
        throw new IllegalArgumentException(
            place
                + " must be one of "
                + String.join(", ", choices)
                + ", got "
                + ConfigTypes.show(json)
                + Suggestions.didYouMean(json.asText(), choices));
      }
    }

    Object valueIn(Record config) {
      try {
        return accessor.invoke(config);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + accessor, e);
      }
    }

    ConfigKey describe() {
      return new ConfigKey(
          name,
          ConfigTypes.describe(type),
          Optional.ofNullable(defaultValue).map(JsonNode::toString),
          choices);
    }
  }
}
