package dev.melange.demo;

import java.util.List;

/**
 * Something a demonstration asks for.
 *
 * @param name in forms and requests
 * @param label for readers
 * @param kind how it is given
 * @param choices of a {@link Kind#CHOICE}; otherwise empty
 * @param value what is taken if nothing is given; empty where nothing is
 */
public record Field(String name, String label, Kind kind, List<Choice> choices, String value) {
  /** How a field is given. */
  public enum Kind {
    /** An image file. */
    IMAGE,
    /** An image file, or a drawing made on the page. */
    DRAWING,
    /** A CSV file. */
    CSV,
    /** Text of many lines. */
    TEXT,
    /** Text of one line. */
    LINE,
    /** One of some values. */
    CHOICE;

    /** Whether it is an uploaded file. */
    public boolean file() {
      return this == IMAGE || this == DRAWING || this == CSV;
    }

    /** In the API. */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** A value that can be chosen, and its words. */
  public record Choice(String value, String label) {}

  /** Copies the list. */
  public Field {
    choices = List.copyOf(choices);
  }

  static Field of(String name, String label, Kind kind) {
    return new Field(name, label, kind, List.of(), "");
  }

  static Field line(String name, String label, String value) {
    return new Field(name, label, Kind.LINE, List.of(), value);
  }

  static Field choice(String name, String label, Choice... choices) {
    return new Field(name, label, Kind.CHOICE, List.of(choices), choices[0].value());
  }
}
