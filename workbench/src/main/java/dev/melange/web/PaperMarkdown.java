package dev.melange.web;

import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore.LinkRow;
import java.util.List;

/** A paper's page as Markdown. */
final class PaperMarkdown {
  private PaperMarkdown() {}

  static String of(PaperEntry entry, List<LinkRow> links) {
    StringBuilder out = new StringBuilder();
    out.append("# ").append(escaped(TexText.plain(entry.title()))).append("\n\n");
    String authors = String.join(", ", entry.shownAuthors());
    if (!authors.isEmpty()) {
      out.append(escaped(authors)).append("\n\n");
    } else if (entry.organisation() != null) {
      out.append(escaped(entry.organisation().name())).append("\n\n");
    }
    out.append("Published ").append(entry.published());
    if (entry.arxivId() != null) {
      out.append(", arXiv ").append(entry.arxivId());
    }
    out.append("\n");
    if (entry.abstractText() != null) {
      out.append("\n## Abstract\n\n")
          .append(escaped(TexText.plain(entry.abstractText())))
          .append("\n");
    }
    if (!links.isEmpty()) {
      out.append("\n## Links\n\n");
      links.forEach(
          link ->
              out.append("- ").append(link.kind()).append(": <").append(link.url()).append(">\n"));
    }
    return out.toString();
  }

  /** Text that Markdown leaves as it is. */
  private static String escaped(String text) {
    return text.replaceAll("([\\\\`*_{}\\[\\]<>#|!])", "\\\\$1");
  }
}
