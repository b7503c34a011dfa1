package dev.melange.feed;

import java.io.ByteArrayInputStream;
import java.util.Locale;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * XML of strangers: no document types, hence no entities of their own, no addresses fetched,
 * bounded size and depth.
 */
final class SafeXml {
  private static final int MAX_BYTES = 50 << 20;
  private static final int MAX_DEPTH = 100;

  private SafeXml() {}

  /** Reads events; never to be used without {@link #enter}. */
  static XMLStreamReader reader(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new ImportException(
          "the XML has %,d bytes, at most %,d are accepted".formatted(bytes.length, MAX_BYTES));
    }
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    try {
      return factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
    } catch (XMLStreamException e) {
      throw malformed(e);
    }
  }

  /** Refuses documents that declare a type or nest too deep; to be called for every event. */
  static int enter(XMLStreamReader reader, int depth) {
    switch (reader.getEventType()) {
      case XMLStreamReader.DTD ->
          throw new ImportException("the XML declares a document type, which is not accepted");
      case XMLStreamReader.ENTITY_REFERENCE ->
          throw new ImportException(
              "the XML uses the entity &%s;, which is not accepted"
                  .formatted(reader.getLocalName()));
      case XMLStreamReader.START_ELEMENT -> {
        if (depth + 1 > MAX_DEPTH) {
          throw new ImportException("the XML nests deeper than %d elements".formatted(MAX_DEPTH));
        }
        return depth + 1;
      }
      case XMLStreamReader.END_ELEMENT -> {
        return depth - 1;
      }
      default -> {
        return depth;
      }
    }
  }

  static ImportException malformed(XMLStreamException e) {
    String where =
        e.getLocation() == null
            ? ""
            : String.format(Locale.ROOT, " (line %d)", e.getLocation().getLineNumber());
    return new ImportException("the XML is not well-formed" + where);
  }
}
