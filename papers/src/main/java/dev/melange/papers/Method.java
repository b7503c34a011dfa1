package dev.melange.papers;

import dev.melange.component.Component;
import java.util.List;

/** An implemented method: its verifiable components and its models by name. */
public interface Method {
  /** The key, such as {@code metaformer}. */
  String key();

  /** All components of the method. */
  List<Component> components();

  /** The published models, by name; empty for methods that are not models. */
  default List<Model> models() {
    return List.of();
  }
}
