package dev.melange.search;

import dev.melange.papers.study.Verdict;
import dev.melange.store.Database;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.search.IndexSearcher;

/** Counts what found papers have in common. */
final class Facets {
  private static final int SHOWN = 12;

  private Facets() {}

  /** Counts by year, category, organisation and things they have; most frequent first. */
  static Map<String, Map<String, Integer>> of(IndexSearcher searcher, Collection<Integer> docs)
      throws IOException {
    Map<String, Integer> years = new TreeMap<>(Comparator.reverseOrder());
    Map<String, Integer> categories = new TreeMap<>();
    Map<String, Integer> organisations = new TreeMap<>();
    Map<String, Integer> has = new TreeMap<>();
    int[] ascending = docs.stream().mapToInt(Integer::intValue).sorted().toArray();
    int next = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      int end = leaf.docBase + leaf.reader().maxDoc();
      if (next == ascending.length || ascending[next] >= end) {
        continue;
      }
      LeafReader reader = leaf.reader();
      NumericDocValues day = DocValues.getNumeric(reader, PaperIndex.DAY);
      SortedSetDocValues category = DocValues.getSortedSet(reader, PaperIndex.CATEGORY);
      SortedSetDocValues thing = DocValues.getSortedSet(reader, PaperIndex.HAS);
      SortedDocValues name = DocValues.getSorted(reader, PaperIndex.ORGANISATION);
      for (; next < ascending.length && ascending[next] < end; next++) {
        int at = ascending[next] - leaf.docBase;
        if (day.advanceExact(at)) {
          int year = LocalDate.ofEpochDay(day.longValue()).getYear();
          years.merge(Integer.toString(year), 1, Integer::sum);
        }
        count(category, at, categories);
        count(thing, at, has);
        if (name.advanceExact(at)) {
          organisations.merge(name.lookupOrd(name.ordValue()).utf8ToString(), 1, Integer::sum);
        }
      }
    }
    Map<String, Map<String, Integer>> facets = new LinkedHashMap<>();
    facets.put("year", years);
    facets.put("category", frequent(categories));
    facets.put("organisation", frequent(organisations));
    facets.put("has", frequent(has));
    return facets;
  }

  /**
   * Counts by the verdict of the newest study that says something: holds, unshown, fails, or none.
   *
   * @param found the papers' ids
   */
  static Map<String, Integer> verdicts(Database database, Collection<Long> found) {
    Map<String, Integer> counts = new TreeMap<>();
    if (found.isEmpty()) {
      return counts;
    }
    Map<Long, String> newest = new HashMap<>();
    database.read(
        db ->
            // The same for all searches: runs are few, and H2 remembers it until there is one more.
            db.createQuery(
                    "select paper_id, lower(verdict) from run_result"
                        + " where scale <> 'smoke' order by finished_at, id")
                .map((row, context) -> newest.put(row.getLong(1), row.getString(2)))
                .list());
    for (long id : found) {
      String verdict = newest.get(id);
      counts.merge(
          verdict == null
              ? "none"
              : verdict.equals(Verdict.DOES_NOT_SHOW.text()) ? "unshown" : verdict,
          1,
          Integer::sum);
    }
    return frequent(counts);
  }

  private static void count(SortedSetDocValues values, int doc, Map<String, Integer> counts)
      throws IOException {
    if (values.advanceExact(doc)) {
      for (int i = 0; i < values.docValueCount(); i++) {
        counts.merge(values.lookupOrd(values.nextOrd()).utf8ToString(), 1, Integer::sum);
      }
    }
  }

  private static Map<String, Integer> frequent(Map<String, Integer> counts) {
    List<Map.Entry<String, Integer>> entries = new ArrayList<>(counts.entrySet());
    entries.sort(Map.Entry.<String, Integer>comparingByValue().reversed());
    Map<String, Integer> most = new LinkedHashMap<>();
    entries.stream().limit(SHOWN).forEach(entry -> most.put(entry.getKey(), entry.getValue()));
    return most;
  }
}
