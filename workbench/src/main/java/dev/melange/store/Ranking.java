package dev.melange.store;

import static java.util.Comparator.comparingDouble;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Other ways to tell which papers are popular than {@link Trend}. */
public enum Ranking {
  /** Votes and age: log10(max(1, votes)) + (listed - 1134028003) / 45000, with seconds of 1970. */
  HOT("hot", null),
  /** Most votes of the last 24 hours first. */
  DAY("day", Duration.ofDays(1)),
  /** Most votes of the last 7 days first. */
  WEEK("week", Duration.ofDays(7)),
  /** Most votes of the last 30 days first. */
  MONTH("month", Duration.ofDays(30)),
  /** Most votes first. */
  ALL("all", null);

  private static final long HOT_EPOCH = 1_134_028_003L;

  /** Ten times the votes are worth as much as so many seconds. */
  private static final double HOT_SECONDS = 45_000;

  private final String label;
  private final Duration window;

  Ranking(String label, Duration window) {
    this.label = label;
    this.window = window;
  }

  /** The name in addresses. */
  public String label() {
    return label;
  }

  /**
   * The ranking of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Ranking of(String label) {
    return Arrays.stream(values())
        .filter(ranking -> ranking.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no ranking by '%s'; there are %s"
                        .formatted(
                            label.length() <= 60 ? label : label.substring(0, 60) + "\u2026",
                            Arrays.stream(values())
                                .map(Ranking::label)
                                .collect(Collectors.joining(", ")))));
  }

  /** The score of {@link #HOT}. */
  static double hot(int votes, Instant listed) {
    return Math.log10(Math.max(1, votes)) + (listed.getEpochSecond() - HOT_EPOCH) / HOT_SECONDS;
  }

  /**
   * A part of the ranking: ids in the store, best first. Papers that were withdrawn are left out;
   * with {@link #HOT} also those that are not listed, with the others those without such votes.
   *
   * @param now the time
   * @param most at most so many
   * @param leftOut how many to leave out
   */
  public List<Long> ids(Database database, Instant now, int most, long leftOut) {
    return database.read(
        db -> this == HOT ? hottest(db, most, leftOut) : top(db, now, most, leftOut));
  }

  private record Voted(long id, int votes, Instant listed) {}

  /** Only papers that can be among the first are looked at, which an index finds. */
  private static List<Long> hottest(Handle db, int most, long leftOut) {
    int votes =
        db.createQuery("select coalesce(max(votes), 0) from paper_stat").mapTo(Integer.class).one();
    Optional<Instant> last =
        db.createQuery(
                "select s.listed_at from paper_stat s where s.listed_at is not null and "
                    + PaperRows.SHOWN
                    + " order by s.listed_at desc limit 1 offset :last")
            .bind("last", leftOut + most - 1)
            .map((row, context) -> row.getTimestamp(1).toInstant())
            .findOne();
    // The last of the newest scores at least as without votes; no older one with the most votes
    // comes up to that.
    double worth = Math.log10(Math.max(1, votes)) * HOT_SECONDS;
    Instant least = last.map(it -> it.minusSeconds((long) worth + 1)).orElse(Instant.EPOCH);
    return db
        .createQuery(
            "select s.paper_id, s.votes, s.listed_at from paper_stat s"
                + " where s.listed_at >= :least and "
                + PaperRows.SHOWN)
        .bind("least", least)
        .map((row, c) -> new Voted(row.getLong(1), row.getInt(2), row.getTimestamp(3).toInstant()))
        .list()
        .stream()
        .sorted(
            comparingDouble((Voted it) -> -hot(it.votes(), it.listed())).thenComparing(Voted::id))
        .skip(leftOut)
        .limit(most)
        .map(Voted::id)
        .toList();
  }

  private List<Long> top(Handle db, Instant now, int most, long leftOut) {
    return db.createQuery(
            "select v.paper_id from vote v join paper_stat s on s.paper_id = v.paper_id"
                + " where v.voted_at > :since and "
                + PaperRows.SHOWN
                + " group by v.paper_id, s.listed_at order by count(*) desc,"
                + " case when s.listed_at is null then 1 else 0 end, s.listed_at desc, v.paper_id"
                + " limit :most offset :left")
        .bind("since", window == null ? Instant.EPOCH : now.minus(window))
        .bind("most", most)
        .bind("left", leftOut)
        .mapTo(Long.class)
        .list();
  }
}
