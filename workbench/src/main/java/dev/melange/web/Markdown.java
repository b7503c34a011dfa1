package dev.melange.web;

import java.util.List;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.PolicyFactory;

/**
 * Comments as HTML. The Markdown is rendered with all HTML in it escaped, and what comes out passes
 * through a list of allowed elements: no images, no styles, links to http, https and mailto only.
 */
public final class Markdown {
  private static final List<TablesExtension> EXTENSIONS =
      List.of((TablesExtension) TablesExtension.create());

  /** Deeper trees would exhaust the stack of what renders them; nobody writes them to be read. */
  private static final int MAX_NESTING = 60;

  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
  private static final HtmlRenderer RENDERER =
      HtmlRenderer.builder().extensions(EXTENSIONS).escapeHtml(true).build();
  private static final PolicyFactory POLICY =
      new HtmlPolicyBuilder()
          .allowElements(
              "p",
              "br",
              "code",
              "pre",
              "em",
              "strong",
              "ul",
              "ol",
              "li",
              "blockquote",
              "table",
              "thead",
              "tbody",
              "tr",
              "th",
              "td",
              "hr",
              "h3",
              "h4",
              "h5",
              "h6",
              "a")
          .allowElements((name, attributes) -> "h3", "h1", "h2")
          .allowUrlProtocols("http", "https", "mailto")
          .allowAttributes("href")
          .onElements("a")
          .allowAttributes("start")
          .matching(true, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
          .onElements("ol")
          .requireRelsOnLinks("nofollow", "noopener", "ugc")
          .toFactory();

  private Markdown() {}

  /**
   * HTML that may be put into a page as it is. Text that nests deeper than any reader follows is
   * shown as it was typed.
   *
   * @param text Markdown of anybody
   */
  public static String html(String text) {
    Node document = PARSER.parse(text);
    String rendered =
        depth(document) > MAX_NESTING
            ? "<pre>" + text.replace("&", "&amp;").replace("<", "&lt;") + "</pre>"
            : RENDERER.render(document);
    return POLICY.sanitize(rendered);
  }

  /** The depth of a tree, without recursion. */
  private static int depth(Node root) {
    int deepest = 0;
    int depth = 0;
    Node node = root;
    while (true) {
      if (node.getFirstChild() != null) {
        node = node.getFirstChild();
        deepest = Math.max(deepest, ++depth);
        continue;
      }
      while (node != root && node.getNext() == null) {
        node = node.getParent();
        depth--;
      }
      if (node == root) {
        return deepest;
      }
      node = node.getNext();
    }
  }
}
