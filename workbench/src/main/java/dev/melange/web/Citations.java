package dev.melange.web;

import dev.melange.feed.Bibtex;
import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.PaperStore.Publication;
import java.util.ArrayList;
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

  /** BibTeX's word for authors who are left out is {@code others}. */
  private static List<String> authors(PaperEntry entry) {
    List<String> names = new ArrayList<>(entry.shownAuthors());
    if (!names.isEmpty() && names.size() < entry.authors().size()) {
      names.add("others");
    }
    return names;
  }

  private static Bibtex.Entry entry(PaperEntry entry, Publication publication) {
    return new Bibtex.Entry(
        TexText.plain(entry.title()),
        authors(entry),
        entry.published(),
        entry.arxivId(),
        entry.primaryCategory(),
        entry.arxivId() == null ? entry.projectUrl() : "https://arxiv.org/abs/" + entry.arxivId(),
        publication.doi(),
        publication.venue());
  }
}
