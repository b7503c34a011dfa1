package dev.melange.store;

import dev.melange.feed.OrganisationName;
import dev.melange.feed.PaperLink;
import dev.melange.feed.PaperRecord;
import dev.melange.feed.ParsedSource;
import dev.melange.feed.Refusal;
import dev.melange.feed.SourceKind;
import dev.melange.feed.Titles;
import dev.melange.papers.Card;
import dev.melange.store.ImportReport.Item;
import dev.melange.store.ImportReport.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Brings parsed sources into the store, each in one transaction.
 *
 * <p>A record is a known paper if it has its arXiv id, or its title (letters and digits compared)
 * and date, or is about the same card of the catalogue. The same title with a date up to 400 days
 * apart is reported as a possible duplicate, and stored apart. A known paper's missing fields are
 * filled; others change only where the source's rank permits ({@link SourceKind}). Votes, comments,
 * listing days and everything users made stay. The same source twice changes nothing.
 *
 * <p>Papers that come without a listing of their own are listed on the day of their publication, so
 * that day, week and month show them.
 */
public final class Importer {
  /** How far apart the dates of one paper may be. */
  static final int DUPLICATE_DAYS = 400;

  /** Of what was said of a paper that was merged, only what is missing is taken. */
  private static final int FILLING = -1;

  private final Database database;
  private final CatalogueLinks catalogue;
  private final Clock clock;
  private final ZoneId zone;

  /**
   * An importer.
   *
   * @param database the store
   * @param catalogue what is implemented
   * @param clock tells the time
   * @param zone in which instants become days of listing
   */
  public Importer(Database database, CatalogueLinks catalogue, Clock clock, ZoneId zone) {
    this.database = database;
    this.catalogue = catalogue;
    this.clock = clock;
    this.zone = zone;
  }

  /**
   * Imports a source.
   *
   * @param source what a parser found
   * @param bytes the source itself, to tell whether it is the same as before
   * @param uri where it came from
   * @param dryRun to store nothing and only report
   */
  public ImportReport run(ParsedSource source, byte[] bytes, String uri, boolean dryRun) {
    return run(source, bytes, uri, dryRun, Actor.PROGRAM, null);
  }

  /**
   * Imports a paper for somebody, whom the audit names.
   *
   * @param record the paper
   * @param kind where it comes from
   * @param uri what was asked for it
   * @param actor who asked for it
   * @param submitter the user who is shown to have submitted it, if it is new; or null
   */
  public Item submit(PaperRecord record, SourceKind kind, String uri, Actor actor, Long submitter) {
    ParsedSource one = new ParsedSource(kind, List.of(record), List.of());
    byte[] bytes = record.toString().getBytes(StandardCharsets.UTF_8);
    return run(one, bytes, uri, false, actor, submitter).items().get(0);
  }

  private ImportReport run(
      ParsedSource source, byte[] bytes, String uri, boolean dryRun, Actor actor, Long submitter) {
    String sha = Titles.sha256(bytes);
    List<Item> items =
        database.write(
            db -> {
              List<Item> found = new ArrayList<>();
              Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
              long sourceId = sourceId(db, source.kind(), sha, uri, actor, now);
              for (PaperRecord record : source.records()) {
                found.add(store(db, record, source.kind(), sourceId, submitter, now));
              }
              if (dryRun) {
                db.rollback();
              }
              return found;
            });
    for (Refusal refusal : source.refusals()) {
      items.add(
          new Item(
              refusal.line(), Outcome.REFUSED, null, null, List.of(), List.of(refusal.reason())));
    }
    items.sort(Comparator.comparingInt(Item::line));
    return new ImportReport(source.kind(), dryRun, items);
  }

  /**
   * Makes sure that the catalogue's papers are in the store, as their cards tell them, without
   * abstracts.
   *
   * @param cards in the order of the page they come from
   */
  public void importCards(List<Card> cards) {
    List<PaperRecord> records = new ArrayList<>();
    for (Card card : cards) {
      int position = records.size() + 1;
      records.add(
          PaperRecord.of(position, position, card.title(), card.published())
              .arxivId(CatalogueLinks.arxivId(card).orElse(null))
              .authorCount(card.authors())
              .authors(card.authorNames())
              .organisation(
                  card.organization() == null
                      ? null
                      : new OrganisationName(
                          card.organization().replace(' ', '-'), card.organization()))
              .links(
                  card.links().stream()
                      .flatMap(link -> PaperLink.parse(link.uri().toString()).stream())
                      .toList())
              .build(card.key()));
    }
    byte[] content = records.toString().getBytes(StandardCharsets.UTF_8);
    boolean known =
        database.read(
            db ->
                db.createQuery("select count(*) from source where kind = :kind and sha256 = :sha")
                        .bind("kind", SourceKind.CARDS.label())
                        .bind("sha", Titles.sha256(content))
                        .mapTo(Long.class)
                        .one()
                    > 0);
    if (!known) {
      run(new ParsedSource(SourceKind.CARDS, records, List.of()), content, "catalogue", false);
    }
  }

  private static long sourceId(
      Handle db, SourceKind kind, String sha, String uri, Actor actor, Instant now) {
    return db.createQuery("select id from source where kind = :kind and sha256 = :sha")
        .bind("kind", kind.label())
        .bind("sha", sha)
        .mapTo(Long.class)
        .findOne()
        .orElseGet(() -> newSource(db, kind, sha, uri, actor, now));
  }

  private static long newSource(
      Handle db, SourceKind kind, String sha, String uri, Actor actor, Instant now) {
    long id =
        db.createUpdate(
                "insert into source (kind, uri, sha256, imported_at)"
                    + " values (:kind, :uri, :sha, :now)")
            .bind("kind", kind.label())
            .bind("uri", uri.length() <= 2000 ? uri : uri.substring(0, 2000))
            .bind("sha", sha)
            .bind("now", now)
            .executeAndReturnGeneratedKeys("id")
            .mapTo(Long.class)
            .one();
    AuditLog.add(db, now, actor, "import", "source " + id, kind.label(), null, sha);
    return id;
  }

  private Item store(
      Handle db, PaperRecord record, SourceKind kind, long sourceId, Long submitter, Instant now) {
    Optional<String> card = catalogue.keyOf(record);
    PaperMatch match = PaperMatch.of(db, record, card.orElse(null), DUPLICATE_DAYS);
    if (match.conflict() != null) {
      return new Item(
          record.line(),
          Outcome.REFUSED,
          null,
          record.title(),
          List.of(),
          List.of(match.conflict()));
    }
    PaperWriter writer =
        new PaperWriter(db, kind.label(), match.merged() ? FILLING : kind.rank(), now);
    List<String> notes = new ArrayList<>(match.notes());
    List<String> fields = List.of();
    Outcome outcome;
    long id;
    if (match.paperId() == null) {
      id = writer.insert(record, card.orElse(null));
      outcome = Outcome.NEW;
      note(db, id, now, "imported", "from " + kind.label());
      if (card.isEmpty()) {
        catalogue.suggestion(record).ifPresent(notes::add);
      }
    } else {
      id = match.paperId();
      fields = writer.update(id, record);
      outcome = fields.isEmpty() ? Outcome.SAME : Outcome.CHANGED;
      if (!fields.isEmpty()) {
        note(db, id, now, "changed", String.join(", ", fields) + " from " + kind.label());
      }
    }
    list(db, id, record, kind, sourceId, submitter, now);
    db.createUpdate(
            "insert into source_record (source_id, pos, paper_id, raw, comments, votes)"
                + " values (:source, :pos, :paper, :raw, :comments, :votes) on conflict do nothing")
        .bind("source", sourceId)
        .bind("pos", record.position())
        .bind("paper", id)
        .bind("raw", record.raw())
        .bind("comments", record.comments())
        .bind("votes", record.votes())
        .execute();
    String publicId = PaperStore.publicId(db, id);
    return new Item(record.line(), outcome, publicId, record.title(), fields, notes);
  }

  /** Lists a paper that is not listed yet. */
  private void list(
      Handle db,
      long id,
      PaperRecord record,
      SourceKind kind,
      long sourceId,
      Long known,
      Instant now) {
    Integer position = kind == SourceKind.PAGE_TEXT ? record.position() : null;
    boolean listed =
        db.createQuery("select count(*) from listing where paper_id = :id")
                .bind("id", id)
                .mapTo(Long.class)
                .one()
            > 0;
    if (!listed && isDecided(db, id)) {
      return;
    }
    if (listed) {
      if (position != null) {
        db.createUpdate(
                "update listing set pos = :pos, source_id = :source"
                    + " where paper_id = :id and pos is null")
            .bind("pos", position)
            .bind("source", sourceId)
            .bind("id", id)
            .execute();
      }
      return;
    }
    Instant at =
        record.listedAt() != null
            ? record.listedAt()
            : record.published().atStartOfDay(ZoneOffset.UTC).toInstant();
    LocalDate day = record.listedAt() != null ? LocalDate.ofInstant(at, zone) : record.published();
    // A source's word makes no user of this page the submitter; only their own act does.
    Long submitter =
        known == null && record.submitter() != null && UserStore.isName(record.submitter())
            ? UserStore.named(db, record.submitter(), now)
            : known;
    db.createUpdate(
            "insert into listing (paper_id, listed_day, listed_at, submitter_id, source_id, pos)"
                + " values (:id, :day, :at, :submitter, :source, :pos)")
        .bind("id", id)
        .bind("day", day)
        .bind("at", at)
        .bind("submitter", submitter)
        .bind("source", sourceId)
        .bind("pos", position)
        .execute();
    db.createUpdate("update paper_stat set listed_at = :at, listed_day = :day where paper_id = :id")
        .bind("at", at)
        .bind("day", day)
        .bind("id", id)
        .execute();
    TrendStore.lock(db, id);
    TrendStore.add(db, id, "listing", "listing", null, new Trend.Event(at, Trend.LISTING), now);
  }

  /** Whether a curator said where the paper is listed. */
  private static boolean isDecided(Handle db, long id) {
    return db.createQuery("select listing_rank from paper where id = :id")
            .bind("id", id)
            .mapTo(Integer.class)
            .one()
        >= SourceKind.CURATOR_RANK;
  }

  static void note(Handle db, long id, Instant now, String kind, String detail) {
    db.createUpdate(
            "insert into paper_event (paper_id, at_time, kind, detail)"
                + " values (:id, :at, :kind, :detail)")
        .bind("id", id)
        .bind("at", now)
        .bind("kind", kind)
        .bind("detail", detail)
        .execute();
  }
}
