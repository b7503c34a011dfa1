package dev.melange.component;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Components by name. Two papers may give the same name to computations with different
 * configuration keys ({@code data/psnr} with a {@code peak}, or with a {@code crop_border}); then
 * the keys of a configuration decide which one is meant.
 */
public final class Components {
  private final TreeMap<String, List<Component>> byName = new TreeMap<>();

  /**
   * Indexes components.
   *
   * @throws IllegalArgumentException if two have the same name and the same configuration keys
   */
  public Components(Collection<Component> components) {
    for (Component component : components) {
      List<Component> named = byName.computeIfAbsent(component.name(), name -> new ArrayList<>());
      for (Component other : named) {
        if (keys(other).equals(keys(component))) {
          throw new IllegalArgumentException(
              "two components are named %s and have the same keys %s"
                  .formatted(component.name(), keys(component)));
        }
      }
      named.add(component);
    }
  }

  /** Whether there is a component of a name. */
  public boolean contains(String name) {
    return byName.containsKey(name);
  }

  /**
   * The component of a name.
   *
   * @throws IllegalArgumentException with a suggestion, if there is none; or if there are several,
   *     which only a configuration tells apart
   */
  public Component get(String name) {
    List<Component> named = named(name);
    if (named.size() > 1) {
      throw new IllegalArgumentException(
          "%d components are named %s; give a configuration, whose keys tell which: %s"
              .formatted(named.size(), name, named.stream().map(Components::keys).toList()));
    }
    return named.get(0);
  }

  /**
   * The component of a name that a configuration is for.
   *
   * @param config as JSON; of several components of the name, it must fit exactly one
   * @throws IllegalArgumentException with a suggestion, if there is none of the name; or if none or
   *     more than one of several is configured by such keys
   */
  public Component get(String name, JsonNode config) {
    List<Component> named = named(name);
    if (named.size() == 1) {
      return named.get(0);
    }
    Set<String> given = new TreeSet<>();
    config.fieldNames().forEachRemaining(given::add);
    List<Component> fitting =
        named.stream()
            .filter(
                component ->
                    keys(component).containsAll(given)
                        && given.containsAll(requiredKeys(component)))
            .toList();
    if (fitting.size() != 1) {
      throw new IllegalArgumentException(
          "%s of the %d components named %s have the keys %s; theirs are %s"
              .formatted(
                  fitting.isEmpty() ? "none" : "several",
                  named.size(),
                  name,
                  given,
                  named.stream().map(Components::keys).toList()));
    }
    return fitting.get(0);
  }

  private List<Component> named(String name) {
    List<Component> named = byName.get(name);
    if (named == null) {
      throw new IllegalArgumentException(
          "unknown component '" + name + "'" + Suggestions.didYouMean(name, byName.keySet()));
    }
    return named;
  }

  private static Set<String> keys(Component component) {
    return new TreeSet<>(ConfigSchema.of(component.configType()).names());
  }

  private static Set<String> requiredKeys(Component component) {
    Set<String> required = new TreeSet<>();
    for (ConfigSchema.Entry entry : ConfigSchema.of(component.configType()).entries()) {
      if (entry.defaultValue() == null) {
        required.add(entry.name());
      }
    }
    return required;
  }

  /** All components, by name. */
  public Collection<Component> all() {
    return byName.values().stream().flatMap(List::stream).toList();
  }
}
