package dev.melange.web;

import dev.melange.feed.Bibtex;
import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperEntry.Author;
import dev.melange.store.PaperStore;
import dev.melange.store.PaperStore.Publication;
import java.util.List;
import java.util.Map;

/** Papers as entries of bibliographies. */
public final class Citations {
  private Citations() {}

  /** BibTeX; of authors whose names are not known it says so. */
  public static String bibtex(PaperStore papers, List<PaperEntry> entries) {
    Map<Long, Publication> known =
        papers.publications(entries.stream().map(PaperEntry::id).toList());
    return Bibtex.write(
        entries.stream()
            .map(entry -> entry(entry, known.getOrDefault(entry.id(), new Publication(null, null))))
            .toList());
  }

  private static Bibtex.Entry entry(PaperEntry entry, Publication publication) {
    return new Bibtex.Entry(
        TexText.plain(entry.title()),
        entry.authors().stream().map(Author::name).toList(),
        entry.published(),
        entry.arxivId(),
        entry.primaryCategory(),
        entry.arxivId() == null ? entry.projectUrl() : "https://arxiv.org/abs/" + entry.arxivId(),
        publication.doi(),
        publication.venue());
  }
}
