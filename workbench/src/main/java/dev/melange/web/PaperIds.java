package dev.melange.web;

import dev.melange.feed.ArxivId;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import java.util.Optional;

/** Papers by whatever form of their id stands in an address. */
final class PaperIds {
  private PaperIds() {}

  /**
   * The id as the store knows it: arXiv ids in any form become bare.
   *
   * @return nothing for what can be no id
   */
  static Optional<String> canonical(String text) {
    if (text.startsWith(PaperEntry.LOCAL)) {
      return Optional.of(text)
          .filter(id -> id.substring(PaperEntry.LOCAL.length()).matches("[a-z0-9-]{1,100}"));
    }
    return ArxivId.parse(text).map(ArxivId::id);
  }

  /**
   * The paper.
   *
   * @throws RequestException 404 if there is none
   */
  static PaperEntry find(PaperStore papers, String text) {
    return canonical(text)
        .flatMap(papers::find)
        .orElseThrow(() -> RequestException.notFound("Paper not found"));
  }
}
