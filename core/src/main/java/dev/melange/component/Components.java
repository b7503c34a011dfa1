package dev.melange.component;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.TreeMap;

/** Components by name. */
public final class Components {
  private final TreeMap<String, Component> byName = new TreeMap<>();

  /**
   * Indexes components.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public Components(Collection<Component> components) {
    for (Component component : components) {
      if (byName.put(component.name(), component) != null) {
        throw new IllegalArgumentException("two components are named " + component.name());
      }
    }
  }

  /** The component of a name, if there is one. */
  public Optional<Component> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /**
   * The component of a name.
   *
   * @throws IllegalArgumentException with a suggestion, if there is none
   */
  public Component get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown component '"
                        + name
                        + "'"
                        + Suggestions.didYouMean(name, byName.keySet())));
  }

  /** All components, by name. */
  public Collection<Component> all() {
    return Collections.unmodifiableCollection(byName.values());
  }
}
