package dev.melange.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An element of a small XML document.
 *
 * @param namespace of its name; empty without
 * @param name without prefix
 * @param attributes by name, those without namespace
 * @param children elements, in order
 * @param text all text directly in it
 */
record XmlTree(
    String namespace,
    String name,
    Map<String, String> attributes,
    List<XmlTree> children,
    StringBuilder text) {

  /** Reads a whole document. */
  static XmlTree parse(byte[] bytes) {
    XMLStreamReader reader = SafeXml.reader(bytes);
    List<XmlTree> open = new ArrayList<>();
    try {
      int depth = 0;
      while (reader.hasNext()) {
        reader.next();
        depth = SafeXml.enter(reader, depth);
        switch (reader.getEventType()) {
          case XMLStreamReader.START_ELEMENT -> {
            XmlTree element = element(reader);
            if (!open.isEmpty()) {
              open.get(open.size() - 1).children().add(element);
            }
            open.add(element);
          }
          case XMLStreamReader.END_ELEMENT -> {
            if (open.size() == 1) {
              return open.get(0);
            }
            open.remove(open.size() - 1);
          }
          case XMLStreamReader.CHARACTERS, XMLStreamReader.CDATA -> {
            if (!open.isEmpty()) {
              open.get(open.size() - 1).text().append(reader.getText());
            }
          }
          default -> {
            // comments and the like say nothing
          }
        }
      }
    } catch (XMLStreamException e) {
      throw SafeXml.malformed(e);
    }
    throw new ImportException("the XML has no element");
  }

  private static XmlTree element(XMLStreamReader reader) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      if (reader.getAttributeNamespace(i) == null || reader.getAttributeNamespace(i).isEmpty()) {
        attributes.put(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
      }
    }
    String namespace = reader.getNamespaceURI();
    return new XmlTree(
        namespace == null ? "" : namespace,
        reader.getLocalName(),
        attributes,
        new ArrayList<>(),
        new StringBuilder());
  }

  /** The child elements of a name. */
  List<XmlTree> all(String namespaceUri, String childName) {
    return children.stream()
        .filter(child -> child.namespace.equals(namespaceUri) && child.name.equals(childName))
        .toList();
  }

  /** The first child element of a name. */
  Optional<XmlTree> first(String namespaceUri, String childName) {
    return all(namespaceUri, childName).stream().findFirst();
  }

  /** The text of the first child of a name on one line; null if there is none. */
  String line(String namespaceUri, String childName) {
    return first(namespaceUri, childName).map(XmlTree::line).orElse(null);
  }

  /** The text, all white space runs one space. */
  String line() {
    return text.toString().replaceAll("\\s+", " ").strip();
  }
}
