package dev.melange.feed;

import java.util.List;

/**
 * What a parser found.
 *
 * @param kind the format
 * @param records the whole records, in order
 * @param refusals what was left out, and why
 */
public record ParsedSource(SourceKind kind, List<PaperRecord> records, List<Refusal> refusals) {
  /** The most records one source may have. */
  public static final int MAX_RECORDS = 50_000;

  /** Copies the lists and refuses sources with too many records. */
  public ParsedSource {
    records = List.copyOf(records);
    refusals = List.copyOf(refusals);
    if (records.size() > MAX_RECORDS) {
      throw new ImportException(
          "the source has more than %,d records; import it in parts".formatted(MAX_RECORDS));
    }
  }
}
