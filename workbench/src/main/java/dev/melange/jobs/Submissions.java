package dev.melange.jobs;

import dev.melange.feed.ArxivId;
import dev.melange.feed.Fetched;
import dev.melange.feed.Formats;
import dev.melange.feed.ImportException;
import dev.melange.feed.PaperRecord;
import dev.melange.feed.SourceKind;
import dev.melange.store.Actor;
import dev.melange.store.ImportReport.Item;
import dev.melange.store.ImportReport.Outcome;
import dev.melange.store.Importer;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.User;
import java.io.IOException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Brings in single papers that users name by their arXiv id. What is asked of arXiv is made from
 * the id alone, so that nobody can have the page fetch from another place. A paper that is here
 * with its abstract is fetched again for its authors and curators only.
 */
public final class Submissions {
  /** How old a paper may be, in days, to be listed on the day of its submission. */
  public static final int WINDOW_DAYS = 14;

  /** arXiv is asked once in some seconds; more than these would only wait, each in a thread. */
  private static final int AT_ONCE = 4;

  /** arXiv now and then answers a good query with nothing. */
  private static final int TRIES = 2;

  private final Source source;
  private final Importer importer;
  private final PaperStore papers;
  private final Clock clock;
  private final ZoneId zone;
  private final Semaphore places = new Semaphore(AT_ONCE);

  /** Answers for addresses, such as {@link PoliteSource}. */
  @FunctionalInterface
  public interface Source {
    /** The answer for an address. */
    Fetched get(String address) throws IOException, InterruptedException;
  }

  /** Why a paper could not be brought in. */
  public enum Reason {
    /** It is here already, and the user may not have it fetched again. */
    KNOWN,
    /** arXiv has no such paper. */
    UNKNOWN,
    /** It contradicts what the store has. */
    CONFLICT,
    /** Too many are being fetched. */
    BUSY,
    /** arXiv could not be reached, or gave no answer that can be read. */
    UNREACHABLE
  }

  /** A paper that could not be brought in. The message is for whoever asked. */
  public static final class SubmissionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    SubmissionException(Reason reason, String message) {
      super(message);
      this.reason = reason;
    }

    SubmissionException(Reason reason, String message, Throwable cause) {
      super(message, cause);
      this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
      return reason;
    }
  }

  /**
   * Submissions.
   *
   * @param source asks arXiv
   * @param importer brings papers into the store
   * @param papers finds those that are there
   * @param clock tells the time
   * @param zone in which instants become the page's days
   */
  public Submissions(
      Source source, Importer importer, PaperStore papers, Clock clock, ZoneId zone) {
    this.source = source;
    this.importer = importer;
    this.papers = papers;
    this.clock = clock;
    this.zone = zone;
  }

  /**
   * Stores a paper without telling who asked for it; it is listed on the day of its publication.
   *
   * @param id the paper; its version is not looked at
   * @param user who asks
   * @param actor the same, for the audit
   * @return its id in addresses
   * @throws SubmissionException if that cannot be
   */
  public String index(ArxivId id, User user, Actor actor) throws SubmissionException {
    return store(fetch(id, user), id, actor, null);
  }

  /**
   * Stores a paper and tells who submitted it. A new one that is at most {@value #WINDOW_DAYS} days
   * old, or that a curator submits, is listed now; an older one on the day of its publication.
   *
   * @param id the paper; its version is not looked at
   * @param user who submits it
   * @param actor the same, for the audit
   * @return its id in addresses
   * @throws SubmissionException if that cannot be
   */
  public String submit(ArxivId id, User user, Actor actor) throws SubmissionException {
    PaperRecord record = fetch(id, user);
    LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
    boolean now =
        user.role().atLeast(User.Role.CURATOR)
            || !record.published().isBefore(today.minusDays(WINDOW_DAYS));
    PaperRecord listed =
        now ? record.listed(clock.instant().truncatedTo(ChronoUnit.MICROS)) : record;
    return store(listed, id, actor, user.id());
  }

  private PaperRecord fetch(ArxivId id, User user) throws SubmissionException {
    Optional<PaperEntry> known = papers.find(id.id());
    if (known.isPresent() && known.get().abstractText() != null && !mayRefresh(known.get(), user)) {
      throw new SubmissionException(
          Reason.KNOWN,
          "%s is here already; its authors and curators may have it fetched again"
              .formatted(id.id()));
    }
    if (!places.tryAcquire()) {
      throw new SubmissionException(
          Reason.BUSY, "other papers are being fetched; try again in a minute");
    }
    try {
      for (int i = 0; i < TRIES; i++) {
        Optional<PaperRecord> found = ask(id);
        if (found.isPresent()) {
          return found.get();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SubmissionException(Reason.UNREACHABLE, "the page is being stopped", e);
    } catch (IOException | ImportException e) {
      throw new SubmissionException(
          Reason.UNREACHABLE, "arXiv could not be asked: " + e.getMessage(), e);
    } finally {
      places.release();
    }
    throw new SubmissionException(Reason.UNKNOWN, "arXiv has no paper " + id.id());
  }

  private static boolean mayRefresh(PaperEntry paper, User user) {
    return user.role().atLeast(User.Role.CURATOR) || paper.isBy(user.name());
  }

  private Optional<PaperRecord> ask(ArxivId id)
      throws IOException, InterruptedException, SubmissionException {
    Fetched answer = source.get(address(id));
    if (answer.status() == 429 || answer.status() == 503) {
      throw new SubmissionException(
          Reason.BUSY,
          "arXiv asks to wait"
              + (answer.retryAfter() == null
                  ? "; try again in a minute"
                  : "; try again in %d seconds".formatted(answer.retryAfter().toSeconds())));
    }
    if (answer.status() != 200) {
      throw new IOException("it answers with status " + answer.status());
    }
    return Formats.parse(answer.body(), SourceKind.ARXIV).records().stream()
        .filter(record -> id.id().equals(record.arxivId()))
        .findFirst();
  }

  /** Where arXiv tells of a paper. */
  public static String address(ArxivId id) {
    return "https://export.arxiv.org/api/query?id_list=" + id.id();
  }

  private String store(PaperRecord record, ArxivId id, Actor actor, Long submitter)
      throws SubmissionException {
    Item item = importer.submit(record, SourceKind.ARXIV, address(id), actor, submitter);
    if (item.outcome() == Outcome.REFUSED) {
      throw new SubmissionException(
          Reason.CONFLICT, "'%s' %s".formatted(record.title(), String.join("; ", item.notes())));
    }
    return item.paper();
  }
}
