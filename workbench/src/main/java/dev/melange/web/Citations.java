package dev.melange.web;

import dev.melange.feed.Bibtex;
import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperEntry.Author;

/** Papers as entries of bibliographies. */
public final class Citations {
  private Citations() {}

  /** BibTeX; of authors whose names are not known it says so. */
  public static String bibtex(PaperEntry entry) {
    return Bibtex.write(
        new Bibtex.Entry(
            TexText.plain(entry.title()),
            entry.authors().stream().map(Author::name).toList(),
            entry.published(),
            entry.arxivId(),
            entry.primaryCategory(),
            entry.arxivId() == null
                ? entry.projectUrl()
                : "https://arxiv.org/abs/" + entry.arxivId(),
            null,
            null));
  }
}
