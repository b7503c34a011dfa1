package dev.melange.mail;

import dev.melange.search.Recommender;
import dev.melange.search.Recommender.Pick;
import dev.melange.search.Recommender.Taste;
import dev.melange.store.Database;
import dev.melange.store.PickStore;
import dev.melange.store.TagStore;
import dev.melange.store.UserStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What happened in a window of time that concerns one reader: papers like those they tagged,
 * replies to what they wrote, verdicts that changed.
 */
final class PersonalNews {
  private static final int PICKS = 5;
  private static final int MOST_TAGS = 10;
  private static final int REPLIES = 10;
  private static final int VERDICTS = 10;

  /** A pick is among the best tenth of all papers, or the best so many of a few. */
  private static final int BEST_OF_FEW = 20;

  private final Database database;
  private final TagStore tags;
  private final PickStore picks;
  private final Recommender recommender;

  PersonalNews(Database database) {
    this.database = database;
    this.tags = new TagStore(database);
    this.picks = new PickStore(database);
    this.recommender = new Recommender(database);
  }

  /**
   * The reader who has an address: an account's, or, on a page where nobody signs in, the owner of
   * the page.
   */
  private Optional<Long> user(long subscriber) {
    Optional<Long> known =
        database.read(
            db ->
                db.createQuery(
                        "select u.id from app_user u join subscriber s on s.email_key = u.email"
                            + " where s.id = :id and u.banned_at is null")
                    .bind("id", subscriber)
                    .mapTo(Long.class)
                    .findOne());
    boolean accounts =
        database.read(
            db ->
                db.createQuery("select id from app_user where email is not null limit 1")
                    .mapTo(Long.class)
                    .findOne()
                    .isPresent());
    return accounts ? known : Optional.of(new UserStore(database).owner().id());
  }

  /**
   * The lines of a reader's digest.
   *
   * @param listed the papers that were listed in the window
   * @param after the window's begin, which is not part of it
   * @param until its end
   */
  List<DigestLine> of(long subscriber, Set<Long> listed, Instant after, Instant until) {
    List<DigestLine> lines = new ArrayList<>();
    user(subscriber)
        .ifPresent(
            user -> {
              if (!listed.isEmpty()) {
                tags.of(user).stream()
                    .limit(MOST_TAGS)
                    .forEach(tag -> lines.addAll(picks(user, tag.name(), listed)));
              }
              lines.addAll(replies(user, after, until));
            });
    lines.addAll(verdicts(after, until));
    return lines;
  }

  private List<DigestLine> picks(long user, String name, Set<Long> listed) {
    long tag = picks.tag(user, name).orElseThrow();
    List<Pick> all =
        recommender
            .of(new Taste(picks.tagged(tag), picks.refused(tag), Set.copyOf(picks.muted(tag))))
            .picks();
    return all.stream()
        .limit(Math.max(BEST_OF_FEW, all.size() / 10))
        .filter(pick -> listed.contains(pick.id()))
        .limit(PICKS)
        .map(pick -> new DigestLine(pick.id(), DigestLine.Kind.TAG, name))
        .toList();
  }

  private List<DigestLine> replies(long user, Instant after, Instant until) {
    return database.read(
        db ->
            db.createQuery(
                    "select c.paper_id, c.id from discussion_comment c"
                        + " join discussion_comment q"
                        + " on q.paper_id = c.paper_id and q.id = c.parent_id"
                        + " join paper p on p.id = c.paper_id"
                        + " where q.user_id = :user and (c.user_id is null or c.user_id <> :user)"
                        + " and c.created_at > :after and c.created_at <= :until"
                        + " and c.hidden_at is null and c.deleted_at is null"
                        + " and p.withdrawn_at is null order by c.id limit :most")
                .bind("user", user)
                .bind("after", after)
                .bind("until", until)
                .bind("most", REPLIES)
                .map(
                    (row, context) ->
                        new DigestLine(
                            row.getLong(1), DigestLine.Kind.REPLY, Long.toString(row.getLong(2))))
                .list());
  }

  /** Papers whose latest verdict of the window is not the one before the window. */
  private List<DigestLine> verdicts(Instant after, Instant until) {
    record Verdict(long paper, String text) {}
    String newest =
        "select r.paper_id, r.verdict from run_result r join paper p on p.id = r.paper_id"
            + " where r.scale <> 'smoke' and p.withdrawn_at is null and %s order by r.finished_at, r.id";
    List<Verdict> now =
        database.read(
            db ->
                db.createQuery(
                        newest.formatted("r.finished_at > :after and r.finished_at <= :until"))
                    .bind("after", after)
                    .bind("until", until)
                    .map((row, context) -> new Verdict(row.getLong(1), row.getString(2)))
                    .list());
    if (now.isEmpty()) {
      return List.of();
    }
    Set<Long> papers = now.stream().map(Verdict::paper).collect(Collectors.toSet());
    Map<Long, String> before =
        database
            .read(
                db ->
                    db.createQuery(
                            newest.formatted(
                                "r.finished_at <= :after and r.paper_id in (<papers>)"))
                        .bind("after", after)
                        .bindList("papers", List.copyOf(papers))
                        .map((row, context) -> new Verdict(row.getLong(1), row.getString(2)))
                        .list())
            .stream()
            .collect(Collectors.toMap(Verdict::paper, Verdict::text, (older, newer) -> newer));
    return now.stream()
        .collect(Collectors.toMap(Verdict::paper, Verdict::text, (older, newer) -> newer))
        .entrySet()
        .stream()
        .filter(verdict -> !verdict.getValue().equals(before.get(verdict.getKey())))
        .sorted(Map.Entry.comparingByKey())
        .limit(VERDICTS)
        .map(
            verdict ->
                new DigestLine(verdict.getKey(), DigestLine.Kind.VERDICT, verdict.getValue()))
        .toList();
  }
}
