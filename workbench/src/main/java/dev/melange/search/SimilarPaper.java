package dev.melange.search;

import dev.melange.store.PaperEntry;
import java.util.List;

/**
 * A paper like another one.
 *
 * @param paper the paper
 * @param cosine of the two papers' vectors
 * @param shared the words that speak most for it
 */
public record SimilarPaper(PaperEntry paper, double cosine, List<String> shared) {
  /** Copies the list. */
  public SimilarPaper {
    shared = List.copyOf(shared);
  }
}
