package dev.melange.mail;

import dev.melange.store.Database;
import jakarta.mail.MessagingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What an operator wants to know of the mails of a page, and to see before they go out. */
public final class MailDesk {
  private final Database database;
  private final DigestPlanner planner;
  private final DigestWriter writer;
  private final Clock clock;

  /** On a store. */
  public MailDesk(Database database, MailTokens tokens, MailSite site, Clock clock) {
    this.database = database;
    this.planner = new DigestPlanner(database, clock);
    this.writer = new DigestWriter(database, new Mails(site, tokens));
    this.clock = clock;
  }

  /**
   * A mail of which it is not known whether it arrived.
   *
   * @param issue it belongs to
   * @param address of its reader
   * @param problem what happened
   */
  public record Uncertain(long issue, String address, String problem) {}

  /**
   * How things stand.
   *
   * @param subscribers how many, by state
   * @param mails of the outbox, by state
   * @param uncertain mails that are not sent again unless the operator decides so
   */
  public record Status(
      Map<String, Long> subscribers, Map<String, Long> mails, List<Uncertain> uncertain) {
    /** Copies the lists. */
    public Status {
      subscribers = new TreeMap<>(subscribers);
      mails = new TreeMap<>(mails);
      uncertain = List.copyOf(uncertain);
    }
  }

  /** How things stand. */
  public Status status() {
    return new Status(
        counts("subscriber"),
        counts("outbox"),
        database.read(
            db ->
                db.createQuery(
                        "select o.issue_id, s.email, o.problem from outbox o join subscriber s"
                            + " on s.id = o.subscriber_id where o.state = 'uncertain' order by o.id")
                    .map(
                        (row, context) ->
                            new Uncertain(row.getLong(1), row.getString(2), row.getString(3)))
                    .list()));
  }

  private Map<String, Long> counts(String table) {
    Map<String, Long> counts = new TreeMap<>();
    database.read(
        db -> {
          db.createQuery("select state, count(*) from " + table + " group by state")
              .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
              .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
          return counts;
        });
    return counts;
  }

  /**
   * The digest that a reader would get now, as a mail's bytes; nothing is changed or sent.
   *
   * @param address of a reader who is subscribed
   * @return nothing if nothing was listed since their last one
   * @throws IllegalArgumentException if the address is not subscribed
   */
  public Optional<byte[]> preview(MailAddress address) throws IOException {
    Instant now = clock.instant();
    long id =
        database
            .read(
                db ->
                    db.createQuery(
                            "select id from subscriber where email_key = :key and state = 'active'")
                        .bind("key", address.key())
                        .mapTo(Long.class)
                        .findOne())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s is not subscribed; 'melange mail' counts who is"
                            .formatted(address.text())));
    String papers = String.join("\n", planner.upcoming(id, now));
    if (papers.isEmpty()) {
      return Optional.empty();
    }
    Optional<DigestWriter.Written> mail =
        writer.write(new Outbox.Row(0, 0, id, now, papers, 0), now);
    return mail.isEmpty() ? Optional.empty() : Optional.of(bytes(mail.get()));
  }

  private static byte[] bytes(DigestWriter.Written mail) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      mail.message().writeTo(out);
    } catch (MessagingException e) {
      throw new IOException("a mail cannot be written: " + e.getMessage(), e);
    }
    return out.toByteArray();
  }

  /**
   * Writes all mails that wait to a carrier, such as a folder, and leaves them waiting.
   *
   * @return how many
   */
  public int rehearse(Carrier carrier) throws IOException {
    Instant now = clock.instant();
    List<Outbox.Row> rows =
        database.read(
            db ->
                db.createQuery(
                        "select o.id, o.issue_id, o.subscriber_id, i.cut_off, o.papers, o.attempts"
                            + " from outbox o join issue i on i.id = o.issue_id"
                            + " where o.state = 'queued' order by o.id")
                    .map((row, context) -> Outbox.row(row))
                    .list());
    int written = 0;
    try (Carrier.Connection connection = carrier.connect()) {
      for (Outbox.Row row : rows) {
        Optional<DigestWriter.Written> mail = writer.write(row, now);
        if (mail.isPresent()) {
          connection.send(
              mail.get().message(),
              mail.get().envelopeFrom(),
              mail.get().to(),
              "digests/" + row.issue() + "/" + row.subscriber());
          written++;
        }
      }
    } catch (Carrier.RefusedException e) {
      throw new IOException(e.getMessage(), e);
    }
    return written;
  }
}
