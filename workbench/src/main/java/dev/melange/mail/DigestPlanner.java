package dev.melange.mail;

import dev.melange.mail.DigestLine.Kind;
import dev.melange.search.Topics;
import dev.melange.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Makes the issues that are due. Each reader's covers what was listed after the one before, up to
 * the moment it became due: nothing is lost or doubled when this runs late, and whoever slept for
 * days gets one, not many. The issue, its frozen content and the reader's new cut-off are written
 * in one transaction.
 */
public final class DigestPlanner {
  private static final int TRENDING = 10;
  private static final int PICKS = 5;
  private static final int CANDIDATES = 2_000;

  /** What a row of the outbox holds. */
  private static final int MAX_LENGTH = 4_000;

  private static final String READERS =
      "select id, frequency, send_hour, zone, topics, last_cut_off"
          + " from subscriber where state = 'active'";

  private final Database database;
  private final Clock clock;
  private final PersonalNews news;

  /** On a store. */
  public DigestPlanner(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.news = new PersonalNews(database);
  }

  private record Reader(long id, Schedule schedule, List<String> topics, Instant last) {}

  private record Candidate(long id, String title, String text) {}

  /**
   * Puts what is due into the outbox.
   *
   * @return how many mails were added
   */
  public int plan() {
    Instant now = clock.instant();
    List<Reader> readers =
        database.read(
            db ->
                db.createQuery(READERS + " order by id").map((row, context) -> reader(row)).list());
    int added = 0;
    for (Reader reader : readers) {
      Optional<Instant> due = reader.schedule().due(reader.last(), now);
      if (due.isPresent() && plan(reader, due.get())) {
        added++;
      }
    }
    return added;
  }

  private static Reader reader(ResultSet row) throws SQLException {
    return new Reader(
        row.getLong(1),
        new Schedule(row.getString(2).equals("weekly"), row.getInt(3), ZoneId.of(row.getString(4))),
        row.getString(5).lines().toList(),
        row.getTimestamp(6).toInstant());
  }

  /** The lines of the digest that a reader would get at a moment; nothing is changed. */
  List<String> upcoming(long subscriber, Instant now) {
    return database.read(
        db -> {
          Reader reader =
              db.createQuery(READERS + " and id = :id")
                  .bind("id", subscriber)
                  .map((row, context) -> reader(row))
                  .one();
          return chosen(
              reader, candidates(db, reader.last(), now), news(db, reader, reader.last(), now));
        });
  }

  private List<DigestLine> news(Handle db, Reader reader, Instant after, Instant until) {
    Set<Long> listed =
        candidates(db, after, until).stream().map(Candidate::id).collect(Collectors.toSet());
    return news.of(reader.id(), listed, after, until);
  }

  private boolean plan(Reader reader, Instant due) {
    // Before the transaction, which is to be short.
    List<DigestLine> personal = database.read(db -> news(db, reader, reader.last(), due));
    return database.write(
        db -> {
          int moved =
              db.createUpdate(
                      "update subscriber set last_cut_off = :due"
                          + " where id = :id and state = 'active' and last_cut_off = :last")
                  .bind("due", due)
                  .bind("id", reader.id())
                  .bind("last", reader.last())
                  .execute();
          // Another process planned this reader meanwhile, or they left.
          return moved == 1 && queue(db, reader, due, personal);
        });
  }

  private static boolean queue(Handle db, Reader reader, Instant due, List<DigestLine> personal) {
    List<String> lines = chosen(reader, candidates(db, reader.last(), due), personal);
    if (lines.isEmpty()) {
      return false;
    }
    db.createUpdate(
            "insert into issue (schedule, cut_off) values (:schedule, :due)"
                + " on conflict do nothing")
        .bind("schedule", reader.schedule().key())
        .bind("due", due)
        .execute();
    long issue =
        db.createQuery("select id from issue where schedule = :schedule and cut_off = :due")
            .bind("schedule", reader.schedule().key())
            .bind("due", due)
            .mapTo(Long.class)
            .one();
    return db.createUpdate(
                "insert into outbox (issue_id, subscriber_id, state, papers, attempts, next_try)"
                    + " values (:issue, :subscriber, 'queued', :papers, 0, :due)"
                    + " on conflict do nothing")
            .bind("issue", issue)
            .bind("subscriber", reader.id())
            .bind("papers", String.join("\n", lines))
            .bind("due", due)
            .execute()
        == 1;
  }

  /** What was listed in a window, that which trends first. */
  private static List<Candidate> candidates(Handle db, Instant after, Instant until) {
    return db.createQuery(
            "select p.id, p.title, p.abstract from paper p join paper_stat s on s.paper_id = p.id"
                + " where p.withdrawn_at is null and s.listed_at > :after and s.listed_at <= :until"
                + " order by s.trend desc, s.votes desc, s.listed_at desc, p.id limit :most")
        .bind("after", after)
        .bind("until", until)
        .bind("most", CANDIDATES)
        .map((row, context) -> new Candidate(row.getLong(1), row.getString(2), row.getString(3)))
        .list();
  }

  /** What a reader gets: each listed paper once, and what is personal. */
  private static List<String> chosen(
      Reader reader, List<Candidate> candidates, List<DigestLine> personal) {
    List<DigestLine> lines = new ArrayList<>();
    Set<Long> taken = new HashSet<>();
    for (Candidate candidate : candidates.subList(0, Math.min(TRENDING, candidates.size()))) {
      taken.add(candidate.id());
      lines.add(new DigestLine(candidate.id(), Kind.TRENDING, ""));
    }
    for (String topic : reader.topics()) {
      int picked = 0;
      for (Candidate candidate : candidates) {
        if (picked < PICKS
            && !taken.contains(candidate.id())
            && Topics.matches(topic, candidate.title() + "\n" + candidate.text())) {
          taken.add(candidate.id());
          lines.add(new DigestLine(candidate.id(), Kind.TOPIC, topic));
          picked++;
        }
      }
    }
    for (DigestLine line : personal) {
      if (line.kind() != Kind.TAG || taken.add(line.paper())) {
        lines.add(line);
      }
    }
    List<String> kept = new ArrayList<>();
    int length = 0;
    for (DigestLine line : lines) {
      String text = line.text();
      length += text.length() + 1;
      if (length <= MAX_LENGTH) {
        kept.add(text);
      }
    }
    return kept;
  }
}
