package dev.melange.mail;

import dev.melange.feed.TexText;
import dev.melange.mail.MailViews.Digest;
import dev.melange.mail.MailViews.Item;
import dev.melange.mail.MailViews.Section;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import jakarta.mail.internet.MimeMessage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a row of the outbox into a mail, if its reader still wants it. */
final class DigestWriter {
  private static final int TEXT = 300;

  private final Database database;
  private final PaperStore papers;
  private final Mails mails;

  DigestWriter(Database database, Mails mails) {
    this.database = database;
    this.papers = new PaperStore(database);
    this.mails = mails;
  }

  /** A mail and where it goes. */
  record Written(MimeMessage message, String envelopeFrom, String to) {}

  private record Reader(String email, ZoneId zone) {}

  Optional<Written> write(Outbox.Row row, Instant now) {
    Optional<Reader> reader =
        database.read(
            db ->
                db.createQuery(
                        "select email, zone from subscriber where id = :id and state = 'active'")
                    .bind("id", row.subscriber())
                    .map((r, context) -> new Reader(r.getString(1), ZoneId.of(r.getString(2))))
                    .findOne());
    List<Section> sections = reader.isEmpty() ? List.of() : sections(row.papers());
    if (sections.isEmpty()) {
      return Optional.empty();
    }
    LocalDate day = LocalDate.ofInstant(row.cutOff(), reader.get().zone());
    int count = sections.stream().mapToInt(section -> section.items().size()).sum();
    String first = sections.get(0).items().get(0).title();
    String more = count == 1 ? "" : " and %d more".formatted(count - 1);
    // The count must survive where the title is too long.
    String start = "Daily Papers, " + day + ": ";
    int room = 118 - start.length() - more.length();
    int points = first.codePointCount(0, first.length());
    String title =
        points <= room ? first : first.substring(0, first.offsetByCodePoints(0, room)) + "\u2026";
    String subject = start + title + more;
    Digest digest = new Digest("Daily Papers, " + day, sections, mails.leaveUrl(row.subscriber()));
    return Optional.of(
        new Written(
            mails.digest(reader.get().email(), row.subscriber(), row.issue(), subject, digest, now),
            mails.envelopeFrom(row.subscriber()),
            reader.get().email()));
  }

  private List<Section> sections(String lines) {
    Map<Long, String> topics = new LinkedHashMap<>();
    lines
        .lines()
        .map(line -> line.split("\t", -1))
        .forEach(parts -> topics.put(Long.parseLong(parts[0]), parts[1]));
    Map<String, List<Item>> byTopic = new LinkedHashMap<>();
    for (PaperEntry entry : papers.withIds(List.copyOf(topics.keySet()))) {
      if (entry.withdrawnAt() == null) {
        String topic = topics.get(entry.id());
        byTopic.computeIfAbsent(topic, name -> new ArrayList<>()).add(item(entry, topic));
      }
    }
    return byTopic.entrySet().stream()
        .map(
            entry ->
                new Section(
                    entry.getKey().isEmpty() ? "Trending" : entry.getKey(), entry.getValue()))
        .toList();
  }

  private Item item(PaperEntry entry, String topic) {
    String url =
        mails.site().baseUrl()
            + "/papers/"
            + URLEncoder.encode(entry.publicId(), StandardCharsets.UTF_8).replace("%2F", "/");
    String who =
        entry.organisation() != null
            ? entry.organisation().name() + ", "
            : entry.authorCount() == null
                ? ""
                : entry.authorCount() == 1 ? "1 author, " : entry.authorCount() + " authors, ";
    return new Item(
        url,
        TexText.plain(entry.title()),
        who + entry.published(),
        entry.abstractText() == null ? "" : begin(TexText.plain(entry.abstractText())),
        entry.votes() == 1 ? "1 vote" : entry.votes() + " votes",
        entry.catalogueKey() == null ? null : url + "#study",
        topic.isEmpty()
            ? "You see this because it is among the most discussed since the last mail."
            : "You see this because you follow \"" + topic + "\".");
  }

  /** The first characters, cut at a word. */
  static String begin(String text) {
    if (text.length() <= TEXT) {
      return text;
    }
    int space = text.lastIndexOf(' ', TEXT);
    int end = space > 0 ? space : text.offsetByCodePoints(0, text.codePointCount(0, TEXT) - 1);
    return text.substring(0, end) + " \u2026";
  }
}
