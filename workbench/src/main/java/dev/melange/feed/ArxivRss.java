package dev.melange.feed;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Parser of arXiv's announcement feeds (RSS 2.0): the new papers of a day. */
public final class ArxivRss {
  private static final String DC = "http://purl.org/dc/elements/1.1/";
  private static final String ARXIV = "http://arxiv.org/schemas/atom";
  private static final String ABSTRACT = "Abstract:";

  private ArxivRss() {}

  /**
   * Parses a feed. New papers and cross-lists are taken, each once; replacements update data only.
   *
   * @throws ImportException if it is no such feed
   */
  public static ParsedSource parse(byte[] bytes) {
    return parse(XmlTree.parse(bytes));
  }

  static ParsedSource parse(XmlTree rss) {
    XmlTree channel =
        rss.first("", "channel")
            .filter(found -> rss.name().equals("rss"))
            .orElseThrow(() -> new ImportException("expected an RSS feed with a channel"));
    LocalDate built = date(channel.line("", "pubDate"), channel.line("", "lastBuildDate"));
    Map<String, PaperRecord> records = new LinkedHashMap<>();
    List<Refusal> refusals = new ArrayList<>();
    int position = 0;
    for (XmlTree item : channel.all("", "item")) {
      position++;
      try {
        PaperRecord record = record(item, built, position);
        records.putIfAbsent(record.arxivId(), record);
      } catch (IllegalArgumentException e) {
        refusals.add(new Refusal(position, e.getMessage()));
      }
    }
    return new ParsedSource(SourceKind.RSS, List.copyOf(records.values()), refusals);
  }

  private static PaperRecord record(XmlTree item, LocalDate built, int position) {
    String guid = item.line("", "guid");
    String named = guid == null ? item.line("", "link") : guid.replace("oai:arXiv.org:", "");
    ArxivId id =
        ArxivId.parse(named)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "its guid is '" + named + "', expected oai:arXiv.org:IDvN"));
    String title = item.line("", "title");
    if (title == null) {
      throw new IllegalArgumentException(id.id() + " has no title");
    }
    String description = item.line("", "description");
    int start = description == null ? -1 : description.indexOf(ABSTRACT);
    String text = start < 0 ? null : description.substring(start + ABSTRACT.length()).strip();
    String creators = item.line(DC, "creator");
    List<String> categories = item.all("", "category").stream().map(XmlTree::line).toList();
    String kind = item.line(ARXIV, "announce_type");
    LocalDate announced = date(item.line("", "pubDate"), null);
    LocalDate day = announced == null ? built : announced;
    if (kind != null && kind.startsWith("replace")) {
      // The day of a replacement is not the paper's; its id tells the month it appeared.
      day = monthOf(id, day);
    }
    return PaperRecord.of(position, position, title, day)
        .arxivId(id)
        .abstractText(text)
        .authors(creators == null ? List.of() : Arrays.asList(creators.split(",\\s*")))
        .links(PaperLink.in(text == null ? "" : text))
        .categories(categories.isEmpty() ? null : categories.get(0), categories)
        .build(id.id() + " " + title);
  }

  private static LocalDate monthOf(ArxivId id, LocalDate otherwise) {
    return id.id().matches("\\d{4}\\..*")
        ? LocalDate.of(
            2000 + Integer.parseInt(id.id().substring(0, 2)),
            Integer.parseInt(id.id().substring(2, 4)),
            1)
        : otherwise;
  }

  private static LocalDate date(String first, String second) {
    for (String text : new String[] {first, second}) {
      if (text != null) {
        try {
          return OffsetDateTime.parse(
                  text, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ENGLISH))
              .toLocalDate();
        } catch (DateTimeException e) {
          throw new IllegalArgumentException(
              "its date is '" + text + "', expected the form Mon, 13 Nov 2023 00:00:00 -0500", e);
        }
      }
    }
    return null;
  }
}
