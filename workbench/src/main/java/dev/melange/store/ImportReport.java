package dev.melange.store;

import dev.melange.feed.SourceKind;
import java.util.List;

/**
 * What an import did, or would do.
 *
 * @param kind the source's format
 * @param dryRun whether nothing was stored
 * @param items one for each record, and for each refusal, in the source's order
 */
public record ImportReport(SourceKind kind, boolean dryRun, List<Item> items) {
  /** What happened to a record. */
  public enum Outcome {
    /** Stored as a new paper. */
    NEW,
    /** Changed a paper; {@link Item#fields} says what. */
    CHANGED,
    /** Nothing to change. */
    SAME,
    /** Left out; the notes say why. */
    REFUSED
  }

  /**
   * One record.
   *
   * @param line where it stands in the source
   * @param outcome what happened
   * @param paper the paper's id in addresses; null when refused
   * @param title its title; null when refused
   * @param fields the names of what changed
   * @param notes reasons, possible duplicates, suggestions
   */
  public record Item(
      int line,
      Outcome outcome,
      String paper,
      String title,
      List<String> fields,
      List<String> notes) {
    /** Copies the lists. */
    public Item {
      fields = List.copyOf(fields);
      notes = List.copyOf(notes);
    }
  }

  /** Copies the list. */
  public ImportReport {
    items = List.copyOf(items);
  }

  /** How many records had an outcome. */
  public long count(Outcome outcome) {
    return items.stream().filter(item -> item.outcome() == outcome).count();
  }
}
