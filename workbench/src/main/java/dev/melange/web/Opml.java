package dev.melange.web;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A list of feeds that readers of feeds import: OPML 2.0. */
final class Opml {
  private record Outline(String name, String feed, String page) {}

  private final String title;
  private final String base;
  private final List<Outline> outlines = new ArrayList<>();

  /**
   * An empty list.
   *
   * @param title of the list
   * @param base the address that those of feeds and pages are added to
   */
  Opml(String title, String base) {
    this.title = title;
    this.base = base;
  }

  /** Adds a feed and the page that shows the same. */
  void add(String name, String feed, String page) {
    outlines.add(new Outline(name, base + feed, base + page));
  }

  /** The list as XML. */
  String text() {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("opml");
      xml.writeAttribute("version", "2.0");
      xml.writeStartElement("head");
      xml.writeStartElement("title");
      xml.writeCharacters(Feeds.valid(title));
      xml.writeEndElement();
      xml.writeEndElement();
      xml.writeStartElement("body");
      for (Outline outline : outlines) {
        xml.writeEmptyElement("outline");
        xml.writeAttribute("type", "rss");
        xml.writeAttribute("text", Feeds.valid(outline.name()));
        xml.writeAttribute("xmlUrl", outline.feed());
        xml.writeAttribute("htmlUrl", outline.page());
      }
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a list of feeds cannot be written", e);
    }
    return text.toString();
  }
}
