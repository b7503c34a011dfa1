package dev.melange.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.ResultStore.Result;
import java.io.StringWriter;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A list as a feed. Ids never change; an entry's {@code updated} moves with its text, links and
 * verdict, not with votes and comments.
 *
 * @param base the page's address
 * @param self the feed's
 * @param alternate the page with the same list
 * @param title the feed's
 * @param entries its papers
 * @param results the newest of each paper's study, as far as there are any
 */
record Feeds(
    String base,
    String self,
    String alternate,
    String title,
    List<PaperEntry> entries,
    Map<Long, Result> results) {
  private static final String DUBLIN_CORE = "http://purl.org/dc/elements/1.1/";
  private static final String ATOM = "http://www.w3.org/2005/Atom";

  static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw RequestException.bad(
          "since is '%s', expected the form 2025-08-17T00:00:00Z"
              .formatted(Params.shortened(text)));
    }
  }

  private String host() {
    return URI.create(base).getHost();
  }

  private Instant updated() {
    return entries.stream()
        .map(PaperEntry::updatedAt)
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  private String link(PaperEntry entry) {
    return base + "/papers/" + entry.publicId();
  }

  private static Instant published(PaperEntry entry) {
    return entry.listedAt() != null
        ? entry.listedAt()
        : entry.published().atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** Atom 1.0. */
  String atom() {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("feed");
      xml.writeDefaultNamespace(ATOM);
      element(xml, "id", self);
      element(xml, "title", title);
      element(xml, "updated", FeedRoutes.time(updated()));
      link(xml, "self", self);
      link(xml, "alternate", alternate);
      xml.writeStartElement("author");
      element(xml, "name", "Daily Papers");
      xml.writeEndElement();
      for (PaperEntry entry : entries) {
        atom(xml, entry);
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a feed cannot be written", e);
    }
    return text.toString();
  }

  private void atom(XMLStreamWriter xml, PaperEntry entry) throws XMLStreamException {
    xml.writeStartElement("entry");
    element(xml, "id", FeedRoutes.tag(entry, host()));
    element(xml, "title", FeedRoutes.title(entry));
    element(xml, "published", FeedRoutes.time(published(entry)));
    element(xml, "updated", FeedRoutes.time(entry.updatedAt()));
    link(xml, "alternate", link(entry));
    String authors = FeedRoutes.authors(entry);
    if (authors != null) {
      xml.writeStartElement("author");
      element(xml, "name", authors);
      xml.writeEndElement();
    }
    xml.writeStartElement("content");
    xml.writeAttribute("type", "html");
    xml.writeCharacters(valid(html(entry)));
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private static void element(XMLStreamWriter xml, String name, String value)
      throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(valid(value));
    xml.writeEndElement();
  }

  private static void link(XMLStreamWriter xml, String rel, String href) throws XMLStreamException {
    xml.writeEmptyElement("link");
    xml.writeAttribute("rel", rel);
    xml.writeAttribute("href", href);
  }

  /** Without the characters that XML cannot hold. */
  static String valid(String text) {
    return text.replaceAll(
        "[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]", "");
  }

  /** JSON Feed 1.1. */
  String json() {
    ObjectNode feed =
        JsonNodeFactory.instance
            .objectNode()
            .put("version", "https://jsonfeed.org/version/1.1")
            .put("title", title)
            .put("home_page_url", alternate)
            .put("feed_url", self);
    ArrayNode items = feed.putArray("items");
    for (PaperEntry entry : entries) {
      ObjectNode item =
          items
              .addObject()
              .put("id", FeedRoutes.tag(entry, host()))
              .put("url", link(entry))
              .put("title", FeedRoutes.title(entry))
              .put("content_html", html(entry))
              .put("date_published", FeedRoutes.time(published(entry)))
              .put("date_modified", FeedRoutes.time(entry.updatedAt()));
      ArrayNode authors = item.putArray("authors");
      entry.shownAuthors().forEach(author -> authors.addObject().put("name", author));
    }
    return feed.toString();
  }

  /** RSS 2.0. */
  String rss() {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("rss");
      xml.writeAttribute("version", "2.0");
      xml.writeNamespace("dc", DUBLIN_CORE);
      xml.writeNamespace("atom", ATOM);
      xml.writeStartElement("channel");
      element(xml, "title", title);
      element(xml, "link", alternate);
      element(xml, "description", title);
      element(xml, "lastBuildDate", rfc1123(updated()));
      xml.writeEmptyElement("atom", "link", ATOM);
      xml.writeAttribute("rel", "self");
      xml.writeAttribute("type", "application/rss+xml");
      xml.writeAttribute("href", self);
      for (PaperEntry entry : entries) {
        rss(xml, entry);
      }
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a feed cannot be written", e);
    }
    return text.toString();
  }

  private void rss(XMLStreamWriter xml, PaperEntry entry) throws XMLStreamException {
    xml.writeStartElement("item");
    xml.writeStartElement("guid");
    xml.writeAttribute("isPermaLink", "false");
    xml.writeCharacters(FeedRoutes.tag(entry, host()));
    xml.writeEndElement();
    element(xml, "title", FeedRoutes.title(entry));
    element(xml, "link", link(entry));
    element(xml, "pubDate", rfc1123(published(entry)));
    for (String author : entry.shownAuthors()) {
      xml.writeStartElement("dc", "creator", DUBLIN_CORE);
      xml.writeCharacters(valid(author));
      xml.writeEndElement();
    }
    element(xml, "description", html(entry));
    xml.writeEndElement();
  }

  private static String rfc1123(Instant instant) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
  }

  private String html(PaperEntry entry) {
    StringBuilder html = new StringBuilder();
    if (entry.abstractText() != null) {
      html.append("<p>").append(escaped(TexText.plain(entry.abstractText()))).append("</p>");
    }
    String authors = FeedRoutes.authors(entry);
    if (authors != null) {
      html.append("<p>").append(escaped(authors)).append("</p>");
    }
    if (entry.repoUrl() != null) {
      String url = escaped(entry.repoUrl());
      html.append("<p><a href=\"").append(url).append("\">").append(url).append("</a></p>");
    }
    Result result = results.get(entry.id());
    if (result != null) {
      html.append("<table><tr><th>Study here</th><th>Scale</th><th>Seeds</th><th>Machine</th>")
          .append("<th>Date</th></tr><tr>");
      for (String cell :
          List.of(
              result.verdict(),
              result.scale(),
              result.seeds(),
              result.machine(),
              result.finishedAt().toString().substring(0, 10))) {
        html.append("<td>").append(escaped(cell)).append("</td>");
      }
      html.append("</tr></table>");
    }
    return html.toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
