package dev.melange.mail;

import dev.melange.feed.TexText;
import dev.melange.mail.DigestLine.Kind;
import dev.melange.mail.MailViews.Digest;
import dev.melange.mail.MailViews.Item;
import dev.melange.mail.MailViews.Section;
import dev.melange.store.CommentStore;
import dev.melange.store.Database;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import jakarta.mail.internet.MimeMessage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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

  private List<Section> sections(String text) {
    List<DigestLine> lines = text.lines().map(DigestLine::parse).toList();
    Map<Long, PaperEntry> entries =
        papers.withIds(lines.stream().map(DigestLine::paper).distinct().toList()).stream()
            .filter(entry -> entry.withdrawnAt() == null)
            .collect(Collectors.toMap(PaperEntry::id, entry -> entry));
    Map<String, List<Item>> byHeading = new LinkedHashMap<>();
    for (DigestLine line : lines) {
      PaperEntry entry = entries.get(line.paper());
      Optional<Item> item =
          entry == null
              ? Optional.empty()
              : line.kind() == Kind.REPLY ? reply(entry, line) : Optional.of(item(entry, line));
      item.ifPresent(
          it -> byHeading.computeIfAbsent(heading(line), name -> new ArrayList<>()).add(it));
    }
    return byHeading.entrySet().stream()
        .map(entry -> new Section(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static String heading(DigestLine line) {
    return switch (line.kind()) {
      case TRENDING -> "Trending";
      case TOPIC -> line.about();
      case TAG -> "Like your tag " + line.about();
      case REPLY -> "Replies to you";
      case VERDICT -> "Verdicts that changed";
    };
  }

  private static String why(DigestLine line) {
    return switch (line.kind()) {
      case TRENDING -> "You see this because it is among the most discussed since the last mail.";
      case TOPIC -> "You see this because you follow \"" + line.about() + "\".";
      case TAG -> "You see this because it is like what you tagged \"" + line.about() + "\".";
      case REPLY -> "You see this because it answers what you wrote.";
      case VERDICT -> "Its study here now says: " + line.about() + ".";
    };
  }

  private String url(PaperEntry entry) {
    return mails.site().baseUrl()
        + "/papers/"
        + URLEncoder.encode(entry.publicId(), StandardCharsets.UTF_8).replace("%2F", "/");
  }

  /** Nothing if it was hidden or deleted meanwhile. */
  private Optional<Item> reply(PaperEntry entry, DigestLine line) {
    return new CommentStore(database)
        .find(entry.id(), Long.parseLong(line.about()))
        .filter(comment -> !comment.hidden() && !comment.deleted())
        .map(
            comment ->
                new Item(
                    url(entry) + "#c" + comment.id(),
                    TexText.plain(entry.title()),
                    (comment.userName() == null ? "Somebody" : comment.userName())
                        + ", "
                        + LocalDate.ofInstant(comment.createdAt(), ZoneOffset.UTC),
                    begin(comment.body()),
                    entry.comments() == 1 ? "1 comment" : entry.comments() + " comments",
                    null,
                    why(line)));
  }

  private Item item(PaperEntry entry, DigestLine line) {
    String url = url(entry);
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
        why(line));
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
