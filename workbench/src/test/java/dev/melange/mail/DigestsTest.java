package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.store.CommentStore;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.ResultStore;
import dev.melange.store.TagStore;
import dev.melange.store.TestPapers;
import dev.melange.store.UserStore;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Digests from the plan to the mailbox, through a real SMTP server. */
class DigestsTest extends MailFixture {
  @Test
  void sendsADigestAsMailProgramsLikeIt() throws Exception {
    subscribed("reader@example.org", DAILY);
    now = now.plus(Duration.ofHours(1));
    for (int i = 0; i < 12; i++) {
      list("Paper " + i + " <img src=x onerror=alert(1)>", "It is about mixing. ".repeat(40));
    }
    list("Last one", "This is about spiking networks.");
    now = Instant.parse("2026-03-02T08:01:00Z");
    assertThat(new DigestPlanner(database, clock).plan()).isEqualTo(1);
    assertThat(new DigestPlanner(database, clock).plan()).as("the same digest again").isZero();
    assertThat(outbox(smtp()).send(100)).isEqualTo(new Outbox.Report(1, 0, 0, 0));
    assertThat(outbox(smtp()).send(100).sent()).isZero();

    MimeMessage mail = server.getReceivedMessages()[1];
    assertThat(mail.getSubject()).startsWith("Daily Papers, 2026-03-02: ").hasSizeLessThan(121);
    assertThat(mail.getContentType()).startsWith("multipart/alternative");
    assertThat(mail.getHeader("List-Unsubscribe")[0])
        .containsPattern("<https://papers.example.org/u/\\d+-[0-9a-f]{40}>")
        .contains("<mailto:unsubscribe+");
    assertThat(mail.getHeader("List-Unsubscribe-Post"))
        .containsExactly("List-Unsubscribe=One-Click");
    assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    assertThat(mail.getHeader("List-Id"))
        .containsExactly("Daily Papers <daily.papers.example.org>");
    assertThat(mail.getHeader("Return-Path")[0]).contains("bounce+");
    String text = part(mail, 0);
    String html = part(mail, 1);
    assertThat(text).contains("Trending").contains("You follow".toLowerCase(java.util.Locale.ROOT));
    assertThat(html).contains("&lt;img src=x").doesNotContain("<img").doesNotContain("<script");
    Matcher links = Pattern.compile("href=\"([^\"]+)\"").matcher(html);
    String unfolded = text.replace(" \r\n", " ");
    while (links.find()) {
      assertThat(unfolded).contains(links.group(1));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    mail.writeTo(bytes);
    assertThat(bytes.toString(StandardCharsets.UTF_8).split("\r\n"))
        .allMatch(line -> line.length() <= 998);
  }

  /** Sections of a digest that are its reader's own; what trends is not repeated in them. */
  @Test
  void tellsOfPapersLikeTheTaggedOfRepliesAndOfVerdicts() throws Exception {
    listCards();
    subscribed("reader@example.org", DAILY);
    long reader = new UserStore(database).owner().id();
    long other = TestPapers.user(database, "other");
    PaperStore papers = new PaperStore(database);
    PaperEntry mixup = papers.ofCatalogue("mixup-feature-learning").orElseThrow();
    new TagStore(database).set(reader, mixup.id(), List.of("mixes"));
    CommentStore comments = new CommentStore(database);
    long mine = comments.add(mixup.id(), null, reader, "Does it hold?", now);
    now = now.plus(Duration.ofHours(1));
    comments.add(mixup.id(), mine, other, "It does, on *my* machine.", now);
    comments.add(mixup.id(), mine, reader, "An answer of my own.", now);
    // More papers than trend, the last of them like the tagged one.
    for (int i = 0; i < 11; i++) {
      list("Spiking networks " + i, "This is about spiking networks.");
    }
    list("Features that mixup learns", "Mixup, its benefits for feature learning.");
    database.change(
        db ->
            db.createUpdate(
                    "update paper_stat set trend = trend - 1 where paper_id = (select"
                        + " max(id) from paper)")
                .execute());
    ResultStore results = new ResultStore(database);
    results.add(result(mixup.id(), "holds", now, "first"));
    now = Instant.parse("2026-03-02T08:01:00Z");
    assertThat(new DigestPlanner(database, clock).plan()).isEqualTo(1);
    assertThat(outbox(smtp()).send(100).sent()).isEqualTo(1);
    String text = part(server.getReceivedMessages()[1], 0).replace(" \r\n", " ");
    assertThat(text)
        .contains("== Trending ==", "== Like your tag mixes ==", "== Replies to you ==")
        .contains("Features that mixup learns", "like what you tagged \"mixes\"")
        .contains("It does, on *my* machine.", "#c" + (mine + 1))
        .contains("== Verdicts that changed ==", "Its study here now says: holds.")
        .doesNotContain("An answer of my own.");
    assertThat(text.split("Features that mixup learns", -1)).hasSize(2);

    // The same verdict again is no news, and nothing else happened.
    results.add(result(mixup.id(), "holds", now.plusSeconds(60), "second"));
    now = Instant.parse("2026-03-03T08:01:00Z");
    assertThat(new DigestPlanner(database, clock).plan()).isZero();
    results.add(result(mixup.id(), "fails", now.plusSeconds(60), "third"));
    now = Instant.parse("2026-03-04T08:01:00Z");
    assertThat(new DigestPlanner(database, clock).plan()).isEqualTo(1);
  }

  private static ResultStore.Result result(long paper, String verdict, Instant at, String folder) {
    return new ResultStore.Result(
        paper, "study", "quick", "{}", "0 to 2", "test", at, at, "{}", verdict, folder, "test");
  }

  /** Ends as a killed process does: nothing after it happens. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** T20: the process dies before or after a random mail was handed over, 20 times. */
  @Test
  void neverSendsADigestTwiceHoweverOftenItIsKilled() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int readers = 30;
    for (int i = 0; i < readers; i++) {
      String address = "reader" + i + "@example.org";
      database.change(
          db ->
              db.createUpdate(
                      "insert into subscriber (email, email_key, state, frequency, send_hour, zone,"
                          + " topics, last_cut_off, created_at) values (:a, :a, 'active', 'daily',"
                          + " 8, 'UTC', '', :now, :now)")
                  .bind("a", address)
                  .bind("now", now)
                  .execute());
    }
    now = now.plus(Duration.ofMinutes(1));
    list("One", "Text.");
    now = Instant.parse("2026-03-02T08:01:00Z");
    new DigestPlanner(database, clock).plan();
    Map<String, Integer> received = new HashMap<>();
    for (int kill = 0; kill < 20; kill++) {
      int at = random.nextInt(2);
      boolean after = random.nextBoolean();
      Carrier dying =
          new Carrier() {
            @Override
            public Connection connect() {
              return new Connection() {
                private int sent;

                @Override
                public void send(MimeMessage message, String from, String to, String name) {
                  boolean dies = sent++ == at;
                  if (dies && !after) {
                    throw new Killed();
                  }
                  received.merge(to, 1, Integer::sum);
                  if (dies) {
                    throw new Killed();
                  }
                }

                @Override
                public void close() {}
              };
            }

            @Override
            public String describe() {
              return "dies";
            }
          };
      assertThatThrownBy(() -> outbox(dying).send(100))
          .satisfiesAnyOf(
              thrown -> assertThat(thrown).isInstanceOf(Killed.class),
              thrown -> assertThat(thrown).isNull());
      new DigestPlanner(database, clock).plan();
      if (database.read(
              db ->
                  db.createQuery("select count(*) from outbox where state = 'queued'")
                      .mapTo(Long.class)
                      .one())
          < 3) {
        break;
      }
    }
    now = now.plus(Duration.ofMinutes(11));
    Outbox.Report rest = outbox(smtp()).send(100);
    for (MimeMessage mail : server.getReceivedMessages()) {
      received.merge(mail.getAllRecipients()[0].toString(), 1, Integer::sum);
    }
    assertThat(received.values()).allMatch(count -> count == 1);
    long uncertain =
        database.read(
            db ->
                db.createQuery("select count(*) from outbox where state = 'uncertain'")
                    .mapTo(Long.class)
                    .one());
    assertThat(rest.uncertain()).isEqualTo((int) uncertain);
    assertThat(uncertain).isPositive();
    // Everyone has theirs, or is listed as uncertain.
    assertThat(received.size() + uncertain).isGreaterThanOrEqualTo(readers);
  }

  @Test
  void writesFilesWithoutAServer() throws Exception {
    subscribed("reader@example.org", DAILY);
    now = now.plus(Duration.ofMinutes(1));
    list("Ünïcode: ein Titel", "Text.");
    now = Instant.parse("2026-03-02T08:01:00Z");
    new DigestPlanner(database, clock).plan();
    Path out = folder.resolve("outbox");
    assertThat(outbox(new FolderCarrier(out)).send(100).sent()).isEqualTo(1);
    try (Stream<Path> files = Files.walk(out)) {
      List<Path> mails = files.filter(Files::isRegularFile).toList();
      assertThat(mails).singleElement().asString().endsWith("digests/1/1.eml");
      MimeMessage mail = new MimeMessage(null, Files.newInputStream(mails.get(0)));
      assertThat(mail.getSubject()).contains("Ünïcode");
      assertThat(mail.getMessageID()).startsWith("<1.1.").endsWith("@papers.example.org>");
      assertThat(part(mail, 0)).contains("Ünïcode");
      assertThat(Files.readString(mails.get(0), StandardCharsets.US_ASCII).split("\r\n"))
          .allMatch(line -> line.length() <= 120);
    }
  }
}
