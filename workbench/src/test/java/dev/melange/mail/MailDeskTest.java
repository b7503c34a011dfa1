package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.store.Database;
import dev.melange.store.TestDatabases;
import dev.melange.store.TestPapers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailDeskTest {
  private static final Instant NOW = Instant.parse("2026-03-02T08:30:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final MailSite SITE = MailSite.of("http://127.0.0.1:7878");
  private static final MailAddress READER = MailAddress.parse("Reader@example.org");

  @TempDir private Path folder;
  private Database database;
  private MailTokens tokens;

  @BeforeEach
  void start() throws IOException {
    database = TestDatabases.open();
    tokens = MailTokens.load(folder.resolve("secret"));
    database.change(
        db ->
            db.createUpdate(
                    "insert into subscriber (email, email_key, state, frequency, send_hour, zone,"
                        + " topics, last_cut_off, created_at) values (:a, :key, 'active', 'daily',"
                        + " 8, 'UTC', '', :since, :since)")
                .bind("a", READER.text())
                .bind("key", READER.key())
                .bind("since", Instant.parse("2026-03-01T07:00:00Z"))
                .execute());
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private MailDesk desk() {
    return new MailDesk(database, tokens, SITE, CLOCK);
  }

  private void list() {
    TestPapers.add(database, "A paper about mixing", "2026-02-28");
    database.change(
        db ->
            db.createUpdate("update paper_stat set listed_at = :at")
                .bind("at", Instant.parse("2026-03-01T12:00:00Z"))
                .execute());
  }

  private long count(String table) {
    return database.read(
        db -> db.createQuery("select count(*) from " + table).mapTo(Long.class).one());
  }

  @Test
  void previewsWithoutChangingAnything() throws IOException {
    assertThat(desk().preview(READER)).isEmpty();
    list();
    String mail = new String(desk().preview(READER).orElseThrow(), StandardCharsets.UTF_8);
    assertThat(mail)
        .contains("Daily Papers, 2026-03-02: A paper about mixing")
        .contains("http://127.0.0.1:7878/papers/local%3Aa-paper-about-mixing")
        .contains("List-Unsubscribe");
    assertThat(count("outbox") + count("issue")).isZero();
    assertThatThrownBy(() -> desk().preview(MailAddress.parse("other@example.org")))
        .hasMessageContaining("not subscribed");
  }

  @Test
  void rehearsesWhatWaitsAndLeavesItWaiting() throws IOException {
    list();
    assertThat(new DigestPlanner(database, CLOCK).plan()).isEqualTo(1);
    Path drafts = folder.resolve("drafts");
    for (int i = 0; i < 2; i++) {
      assertThat(desk().rehearse(new FolderCarrier(drafts))).isEqualTo(1);
      assertThat(desk().status().mails()).containsEntry("queued", 1L);
    }
    try (Stream<Path> files = Files.walk(drafts)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(1);
    }
    Outbox outbox =
        new Outbox(database, tokens, SITE, new FolderCarrier(folder.resolve("out")), CLOCK);
    assertThat(outbox.send(10).sent()).isEqualTo(1);
    assertThat(desk().status().mails()).containsOnlyKeys("sent");
    assertThat(desk().status().subscribers()).containsEntry("active", 1L);
  }

  @Test
  void listsWhatIsUncertain() {
    list();
    new DigestPlanner(database, CLOCK).plan();
    database.change(db -> db.execute("update outbox set state = 'uncertain', problem = 'killed'"));
    assertThat(desk().status().uncertain())
        .extracting(MailDesk.Uncertain::address, MailDesk.Uncertain::problem)
        .containsExactly(org.assertj.core.api.Assertions.tuple(READER.text(), "killed"));
  }
}
