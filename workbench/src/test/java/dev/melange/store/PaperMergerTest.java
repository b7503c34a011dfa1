package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.melange.feed.ArxivId;
import dev.melange.feed.PaperLink;
import dev.melange.feed.PaperRecord;
import dev.melange.feed.ParsedSource;
import dev.melange.feed.SourceKind;
import dev.melange.store.CommentStore.Comment;
import dev.melange.store.Duplicates.Pair;
import dev.melange.store.ImportReport.Outcome;
import dev.melange.store.PaperStore.History;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PaperMergerTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final PaperRecord DUPLICATE =
      PaperRecord.of(2, 2, "A: Paper", LocalDate.parse("2026-02-27"))
          .arxivId(ArxivId.parse("2602.01234v2").orElseThrow())
          .abstractText("About it.")
          .authors(List.of("Mae Author"))
          .links(PaperLink.in("https://github.com/lab/code"))
          .publication("10.1000/1", "Some Conference")
          .build("raw");

  private Database database;
  private PaperStore papers;
  private long kept;
  private long gone;
  private long ada;
  private long bob;
  private Actor curator;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    papers = new PaperStore(database);
    ada = TestPapers.user(database, "ada");
    bob = TestPapers.user(database, "bob");
    curator = new Actor(new UserStore(database).owner().id(), null);
    kept =
        TestPapers.add(
            database, PaperRecord.of(1, 1, "A paper", LocalDate.parse("2026-02-25")).build("raw"));
    gone = TestPapers.add(database, DUPLICATE);
  }

  @AfterEach
  void close() {
    assertThat(new StoreCheck(database).run())
        .allSatisfy(it -> assertThat(it.problems()).isEmpty());
    database.close();
  }

  private String merge(long from, long into) {
    return new PaperMerger(database).merge(curator, from, into, NOW);
  }

  private PaperEntry paper(String id) {
    return papers.find(id).orElseThrow();
  }

  @Test
  void findsPapersOfOneTitle() {
    Duplicates duplicates = new Duplicates(database);
    TestPapers.add(database, "A paper", "2029-01-01"); // too far from the others
    assertThat(duplicates.possible(10)).containsExactly(new Pair(kept, gone));
    duplicates.distinct(curator, gone, kept, true, NOW);
    duplicates.distinct(curator, kept, gone, true, NOW);
    assertThat(duplicates.possible(10)).isEmpty();
    duplicates.distinct(curator, kept, gone, false, NOW);
    assertThat(duplicates.possible(10)).hasSize(1);
    merge(gone, kept);
    assertThat(duplicates.possible(10)).isEmpty();
    assertThatThrownBy(() -> duplicates.distinct(curator, kept, kept, true, NOW))
        .hasMessage("a paper is no other than itself");
  }

  @Test
  void losesNothing() {
    VoteStore votes = new VoteStore(database);
    votes.vote(kept, ada, true, NOW);
    votes.vote(gone, ada, true, NOW);
    votes.vote(gone, bob, true, NOW);
    CommentStore comments = new CommentStore(database);
    long first = comments.add(kept, null, ada, "First", NOW);
    long question = comments.add(gone, null, ada, "Question", NOW);
    long answer = comments.add(gone, question, bob, "Answer", NOW);
    new ReactionStore(database)
        .react(answer, ada, ReactionStore.SIGNS.keySet().iterator().next(), true);
    CollectionStore collections = new CollectionStore(database);
    long list = collections.readingList(ada, NOW);
    collections.put(list, gone, true, NOW);
    collections.put(list, kept, true, NOW);
    long mixers = collections.create(bob, "Mixers", "", true, NOW);
    collections.put(mixers, gone, true, NOW);
    TagStore tags = new TagStore(database);
    tags.set(bob, gone, List.of("mlp"));
    NoteStore notes = new NoteStore(database);
    notes.write(ada, kept, "Mine", NOW);
    notes.write(ada, gone, "Mine, too", NOW);
    notes.write(bob, gone, "His", NOW);
    notes.read(bob, gone, true, NOW);

    assertThat(merge(gone, kept)).isEqualTo("2602.01234");

    PaperEntry one = paper("2602.01234");
    assertThat(one.id()).isEqualTo(kept);
    assertThat(one.title()).isEqualTo("A paper");
    assertThat(one.votes()).isEqualTo(2);
    assertThat(votes.votedFor(ada, List.of(kept, gone))).containsExactly(kept);
    assertThat(one.comments()).isEqualTo(3);
    assertThat(comments.of(kept))
        .extracting(Comment::id, Comment::parentId)
        .containsExactly(tuple(first, null), tuple(question, null), tuple(answer, question));
    assertThat(new ReactionStore(database).of(kept, null)).containsKey(answer);
    assertThat(collections.papers(list)).containsExactly(kept);
    assertThat(collections.papers(mixers)).containsExactly(kept);
    assertThat(tags.of(bob, kept)).containsExactly("mlp");
    assertThat(notes.note(ada, kept)).contains("Mine\n\nMine, too");
    assertThat(notes.note(bob, kept)).contains("His");
    assertThat(notes.readOf(bob, List.of(kept))).containsExactly(kept);
    assertThat(one.abstractText()).isEqualTo("About it.");
    assertThat(one.shownAuthors()).containsExactly("Mae Author");
    assertThat(one.authorCount()).isOne();
    assertThat(one.repoUrl()).isEqualTo("https://github.com/lab/code");
    assertThat(papers.publications(List.of(kept)).get(kept).venue()).isEqualTo("Some Conference");
    assertThat(papers.history(kept))
        .extracting(History::detail)
        .contains("2602.01234, listed 2026-02-27, \u201cA: Paper\u201d");
    assertThat(papers.list(PaperQuery.all(Sort.PUBLISHED_AT, 10, 0)))
        .extracting(PaperEntry::id)
        .containsExactly(kept);
    AuditLog.Row row = new AuditLog(database).newest(Long.MAX_VALUE, 1).get(0);
    assertThat(row.action()).isEqualTo("merge");
    assertThat(row.user()).isEqualTo("owner");
  }

  @Test
  void leadsFromTheOldIdsAlsoAfterASecondMerge() {
    String old = "local:a-paper-2";
    assertThat(papers.find(old).orElseThrow().id()).isEqualTo(gone);
    long last = TestPapers.add(database, "Another name of it", "2026-02-20");
    merge(gone, kept);
    assertThat(paper(old).id()).isEqualTo(kept);
    merge(kept, last);
    assertThat(paper(old).id()).isEqualTo(last);
    assertThat(paper("local:a-paper").id()).isEqualTo(last);
    assertThat(paper("2602.01234").publicId()).isEqualTo("2602.01234");
    assertThat(paper("2602.01234").id()).isEqualTo(last);
  }

  @Test
  void findsTheOneThatStaysWhenTheFileComesAgain() {
    ParsedSource again = new ParsedSource(SourceKind.ARXIV, List.of(DUPLICATE), List.of());
    merge(gone, kept);
    ImportReport report =
        TestPapers.importer(database, NOW)
            .run(again, "again".getBytes(StandardCharsets.UTF_8), "test", false);
    assertThat(report.items().get(0).paper()).isEqualTo("2602.01234");
    assertThat(report.count(Outcome.NEW)).isZero();
    PaperRecord noId =
        PaperRecord.of(1, 1, "A: Paper", LocalDate.parse("2026-02-27"))
            .abstractText("Another one.")
            .build("raw");
    report =
        TestPapers.importer(database, NOW)
            .run(
                new ParsedSource(SourceKind.ARXIV, List.of(noId), List.of()),
                "no id".getBytes(StandardCharsets.UTF_8),
                "test",
                false);
    assertThat(report.count(Outcome.SAME)).isOne();
    assertThat(paper("2602.01234").abstractText()).isEqualTo("About it.");
  }

  @Test
  void listsThePaperOnceAndKeepsItsPlaceOnTheImportedPage() {
    long indexed =
        database.write(
            db -> {
              db.createUpdate("delete from listing where paper_id = :id")
                  .bind("id", kept)
                  .execute();
              db.createUpdate(
                      "update paper_stat set listed_at = null, listed_day = null"
                          + " where paper_id = :id")
                  .bind("id", kept)
                  .execute();
              return kept;
            });
    merge(gone, indexed);
    assertThat(paper("2602.01234").listedDay()).isEqualTo(LocalDate.parse("2026-02-27"));
    assertThat(papers.importedPage()).extracting(PaperEntry::id).containsExactly(kept);
  }

  @Test
  void movesClaimsToTheSameName() {
    long other =
        TestPapers.add(
            database,
            PaperRecord.of(1, 1, "The same", LocalDate.parse("2026-02-20"))
                .authors(List.of("Some Body", "Mae Author"))
                .build("raw"));
    ClaimStore claims = new ClaimStore(database);
    claims.claim(new Actor(bob, null), gone, "Mae Author", bob, NOW);
    claims.verify(curator, gone, bob, NOW);
    merge(gone, other);
    assertThat(paper("2602.01234").isBy("bob")).isTrue();
    assertThat(claims.of(other, bob)).isPresent();
    assertThat(paper("2602.01234").shownAuthors()).containsExactly("Some Body", "Mae Author");
  }

  @Test
  void refusesWhatAreNotTwoPapersOfTheStore() {
    assertThatThrownBy(() -> merge(kept, kept)).hasMessage("a paper cannot be merged into itself");
    assertThatThrownBy(() -> merge(kept, 999)).hasMessage("there is no paper 999");
    merge(gone, kept);
    assertThatThrownBy(() -> merge(gone, kept))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("local:a-paper-2 was withdrawn or merged already; reload the page");
    assertThatThrownBy(() -> merge(kept, gone)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesTwoPapersThatAreImplementedHere() {
    database.change(
        db -> {
          db.createUpdate("update paper set catalogue_key = concat('k', id)").execute();
        });
    assertThatThrownBy(() -> merge(gone, kept)).hasMessageContaining("both are implemented here");
    assertThat(paper("2602.01234").id()).isEqualTo(gone);
  }

  @Test
  void travelsInArchives() throws IOException {
    merge(kept, gone);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new StoreArchive(database).write(out, StoreArchive.Content.PAPERS);
    try (Database other = TestDatabases.open(this)) {
      new StoreArchive(other).read(new ByteArrayInputStream(out.toByteArray()));
      assertThat(new PaperStore(other).find("local:a-paper").orElseThrow().publicId())
          .isEqualTo("2602.01234");
    }
  }
}
