package dev.melange.component;

import java.util.List;
import java.util.Optional;

/**
 * One key of a config record, as shown to users.
 *
 * @param name the JSON key, equal to the name of the record component
 * @param type the type in words, such as {@code int}, {@code number[]} or {@code [int, int]}
 * @param defaultJson the default as JSON text; empty when the key is required
 * @param choices the accepted strings; empty when the key is not restricted
 */
public record ConfigKey(
    String name, String type, Optional<String> defaultJson, List<String> choices) {
  /** Copies the choices. */
  public ConfigKey {
    choices = List.copyOf(choices);
  }
}
