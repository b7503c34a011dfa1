package dev.melange.feed;

import java.nio.charset.StandardCharsets;

/** Tells formats apart by their content. */
public final class Formats {
  private static final int LOOKED_AT = 4096;

  private Formats() {}

  /**
   * Parses a source in whatever format it is.
   *
   * @param bytes the source
   * @throws ImportException if it is refused as a whole
   */
  public static ParsedSource parse(byte[] bytes) {
    return parse(bytes, detect(bytes));
  }

  /**
   * Parses a source in a given format.
   *
   * @throws ImportException if it is refused as a whole
   */
  public static ParsedSource parse(byte[] bytes, SourceKind kind) {
    return switch (kind) {
      case PAGE_TEXT -> PageText.parse(bytes);
      case CSV -> CsvPapers.parse(bytes);
      case BIBTEX -> BibtexReader.parse(bytes);
      case RIS -> Ris.parse(bytes);
      case CSL_JSON -> CslJson.parse(bytes);
      case RSS -> ArxivRss.parse(bytes);
      case DAILY_JSON -> DailyPapersJson.parse(bytes);
      case ARXIV -> ArxivAtom.parse(bytes);
      case CARDS -> throw new ImportException("cards come with the program and are not imported");
    };
  }

  /** The format a source seems to have; the text of a page when it has no other's marks. */
  public static SourceKind detect(byte[] bytes) {
    String start =
        new String(bytes, 0, Math.min(LOOKED_AT, bytes.length), StandardCharsets.UTF_8)
            .replace("\ufeff", "")
            .stripLeading();
    if (start.startsWith("[") || start.startsWith("{")) {
      return CslJson.looksLike(SafeJson.firstFields(bytes))
          ? SourceKind.CSL_JSON
          : SourceKind.DAILY_JSON;
    }
    if (start.startsWith("<")) {
      return start.matches("(?s).*<rss[\\s>].*") ? SourceKind.RSS : SourceKind.ARXIV;
    }
    if (start.matches("(?s)(%[^\\n]*\\n\\s*)*@\\s*[A-Za-z]+\\s*[{(].*")) {
      return SourceKind.BIBTEX;
    }
    String first = start.lines().findFirst().orElse("");
    if (Ris.looksLike(first)) {
      return SourceKind.RIS;
    }
    return CsvPapers.looksLike(first) ? SourceKind.CSV : SourceKind.PAGE_TEXT;
  }
}
