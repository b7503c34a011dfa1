package dev.melange.search;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexReader;

/**
 * The neighbours of papers whose pages were asked for lately. They follow from the index alone, so
 * that they are known as long as it stays as it is. Safe for use by many threads.
 */
final class KnownNeighbours {
  private static final int REMEMBERED = 2_000;

  private final Map<Key, List<Near>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, List<Near>> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** The state of the index that {@link #known} is of. */
  private Object state;

  /**
   * Whose neighbours.
   *
   * @param id of the paper
   * @param most at most so many
   * @param text of the paper, of which the shared words are
   */
  record Key(long id, int most, String text) {}

  /**
   * A neighbour.
   *
   * @param id of the paper
   * @param cosine of both vectors
   * @param shared words that both texts have
   */
  record Near(long id, double cosine, List<String> shared) {}

  /** Finds neighbours. */
  interface Finder {
    /** Finds them in the index. */
    List<Near> find() throws IOException;
  }

  /** The neighbours in a state of the index, found if they are not known. */
  List<Near> of(IndexReader reader, Key key, Finder finder) throws IOException {
    Object asked = reader.getReaderCacheHelper().getKey();
    synchronized (known) {
      List<Near> there = asked.equals(state) ? known.get(key) : null;
      if (there != null) {
        return there;
      }
    }
    List<Near> found = List.copyOf(finder.find());
    synchronized (known) {
      if (!asked.equals(state)) {
        known.clear();
        state = asked;
      }
      known.put(key, found);
    }
    return found;
  }
}
