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
import org.apache.lucene.index.ReaderUtil;
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
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    for (int doc : docs) {
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
      LeafReader reader = leaf.reader();
      int at = doc - leaf.docBase;
      NumericDocValues day = DocValues.getNumeric(reader, PaperIndex.DAY);
      if (day.advanceExact(at)) {
        int year = LocalDate.ofEpochDay(day.longValue()).getYear();
        years.merge(Integer.toString(year), 1, Integer::sum);
      }
      count(DocValues.getSortedSet(reader, PaperIndex.CATEGORY), at, categories);
      count(DocValues.getSortedSet(reader, PaperIndex.HAS), at, has);
      SortedDocValues name = DocValues.getSorted(reader, PaperIndex.ORGANISATION);
      if (name.advanceExact(at)) {
        organisations.merge(name.lookupOrd(name.ordValue()).utf8ToString(), 1, Integer::sum);
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
            db.createQuery(
                    "select paper_id, lower(verdict) from run_result"
                        + " where paper_id in (<ids>) and scale <> 'smoke' order by finished_at, id")
                .bindList("ids", List.copyOf(found))
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
