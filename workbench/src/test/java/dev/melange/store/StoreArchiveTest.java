package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.store.StoreArchive.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreArchiveTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456Z");

  private Database database;

  @BeforeEach
  void fill() throws IOException {
    database = TestDatabases.open(this);
    long first =
        TestPapers.add(database, "A paper, \"quoted\"\nand 100 % \u00e9\ud83d\ude00", "2026-02-28");
    long second = TestPapers.add(database, "Another paper", "2026-02-27");
    long reader = TestPapers.user(database, "somebody");
    VoteStore votes = new VoteStore(database);
    votes.vote(first, reader, true, NOW);
    votes.vote(second, reader, true, NOW);
    votes.vote(first, new UserStore(database).owner().id(), true, NOW.plusSeconds(5));
    CommentStore comments = new CommentStore(database);
    long comment = comments.add(first, null, reader, "One\n\n*two*", NOW);
    long reply = comments.add(first, comment, reader, "A reply", NOW.plusSeconds(1));
    comments.delete(Actor.PROGRAM, first, reply, NOW.plusSeconds(2));
    new Settings(database).secret("cursor");
    database.change(
        db ->
            db.createUpdate(
                    "insert into embedding (paper_id, model, max_tokens, text_sha, vector)"
                        + " values (:paper, 'm', 256, :sha, :vector)")
                .bind("paper", first)
                .bind("sha", "a".repeat(64))
                .bind("vector", new byte[] {1, -2, 3})
                .execute());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static byte[] archive(Database database, Content content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new StoreArchive(database).write(out, content);
    return out.toByteArray();
  }

  private static void read(Database database, byte[] archive) throws IOException {
    new StoreArchive(database).read(new ByteArrayInputStream(archive));
  }

  /** T46, I9. */
  @Test
  void exportsAndImportsToTheSameDump() throws IOException {
    for (Content content : Content.values()) {
      byte[] before = archive(database, content);
      try (Database other = TestDatabases.open(this)) {
        read(other, before);
        assertThat(archive(other, content)).as(content.toString()).isEqualTo(before);
        PaperEntry paper = new PaperStore(other).list(PaperQuery.all(Sort.UPVOTES, 1, 0)).get(0);
        assertThat(paper.votes()).isEqualTo(2);
        assertThat(paper.comments()).isEqualTo(1);
        assertThat(new StoreCheck(other).run()).allMatch(StoreCheck.Result::holds);
        // What is new gets a number after those that were read.
        long id = TestPapers.add(other, "A third paper", "2026-02-26");
        long user = TestPapers.user(other, "newcomer");
        new VoteStore(other).vote(id, user, true, NOW);
        new CommentStore(other).add(id, null, user, "New", NOW.plusSeconds(9));
      }
    }
  }

  @Test
  void takesNoLoginsAndTokensAlong() throws IOException {
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(archive(database, Content.PAPERS)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        assertThat(entry.getName())
            .doesNotContain("login", "token", "sign_in", "subscriber", "setting", "audit");
      }
    }
  }

  @Test
  void readsIntoEmptyStoresOnly() throws IOException {
    byte[] archive = archive(database, Content.PAPERS);
    assertThatThrownBy(() -> read(database, archive))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds 2 papers");
  }

  @Test
  void readsNothingOfWhatIsDamaged() throws IOException {
    byte[] archive = archive(database, Content.BACKUP);
    try (Database other = TestDatabases.open(this)) {
      byte[] empty = archive(other, Content.BACKUP);
      for (int length : List.of(0, 3, 100, archive.length / 3, archive.length / 2)) {
        assertThatThrownBy(() -> read(other, Arrays.copyOf(archive, length)))
            .as("cut at %d", length)
            .isInstanceOfAny(IllegalArgumentException.class, IOException.class);
      }
      for (String entry :
          List.of("../../etc/passwd", "no_such_table.jsonl", "paper; drop table vote.jsonl")) {
        assertThatThrownBy(() -> read(other, with(archive, entry, "{}\n")))
            .hasMessageContaining("no table of the store");
      }
      assertThatThrownBy(() -> read(other, with(archive, "app_user.jsonl", "{\"id\": 1}\n")))
          .hasMessageContaining("has not the columns");
      assertThatThrownBy(() -> read(other, with(archive, "app_user.jsonl", "[[[[\n")))
          .hasMessageContaining("app_user");
      assertThat(archive(other, Content.BACKUP)).as("nothing has changed").isEqualTo(empty);
    }
  }

  /** The manifest of an archive, and one other entry. */
  private static byte[] with(byte[] archive, String name, String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(archive));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry(in.getNextEntry().getName()));
      out.write(in.readAllBytes());
      out.putNextEntry(new ZipEntry(name));
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void noticesWhatDoesNotHold() {
    assertThat(new StoreCheck(database).run()).allMatch(StoreCheck.Result::holds);
    database.change(
        db -> {
          db.execute("update paper_stat set votes = votes + 1, comments = comments + 1");
          db.execute("update paper_stat set trend = trend + 0.001");
          db.execute(
              "insert into sign_in (email, token_hash, browser_hash, created_at, expires_at)"
                  + " values ('a@example.org', 'the token itself', 'x', now(), now())");
        });
    assertThat(
            new StoreCheck(database)
                .run().stream().filter(result -> !result.holds()).map(StoreCheck.Result::name))
        .containsExactly("I1", "I2", "I5", "I8");
  }
}
