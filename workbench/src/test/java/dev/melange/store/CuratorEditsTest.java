package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.feed.PaperRecord;
import dev.melange.feed.ParsedSource;
import dev.melange.feed.SourceKind;
import dev.melange.store.ImportReport.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CuratorEditsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final LocalDate TODAY = LocalDate.parse("2026-03-01");
  private static final LocalDate DAY = LocalDate.parse("2026-02-25");

  private Database database;
  private PaperStore papers;
  private CuratorEdits edits;
  private Actor curator;
  private long paper;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    papers = new PaperStore(database);
    edits = new CuratorEdits(database);
    curator = new Actor(new UserStore(database).owner().id(), null);
    paper = TestPapers.add(database, record());
  }

  @AfterEach
  void close() {
    assertThat(new StoreCheck(database).run())
        .allSatisfy(it -> assertThat(it.problems()).isEmpty());
    database.close();
  }

  private static PaperRecord record() {
    return PaperRecord.of(1, 1, "A papre", DAY)
        .abstractText("Abuot it.")
        .authors(List.of("Mea Author"))
        .build("raw");
  }

  private ImportReport again() {
    return TestPapers.importer(database, NOW)
        .run(
            new ParsedSource(SourceKind.ARXIV, List.of(record()), List.of()),
            "again".getBytes(StandardCharsets.UTF_8),
            "test",
            false);
  }

  private PaperEntry entry() {
    return papers.withIds(List.of(paper)).get(0);
  }

  private List<String> edit(String title, String text, String... authors) {
    return edits.edit(curator, paper, title, text, List.of(authors), NOW);
  }

  @Test
  void keepsWhatWasCorrectedWhenTheSourceComesAgain() {
    assertThat(edit("A \n paper", "About it.", "Mae Author", " ", "Second Author"))
        .containsExactly("title", "abstract", "authors");
    assertThat(edit("A paper", "", "Mae Author", "Second Author")).isEmpty();
    assertThat(again().count(Outcome.SAME)).as("found by its former title").isOne();
    assertThat(entry().title()).isEqualTo("A paper");
    assertThat(entry().abstractText()).isEqualTo("About it.");
    assertThat(entry().shownAuthors()).containsExactly("Mae Author", "Second Author");
    assertThat(entry().authorCount()).isEqualTo(2);
    AuditLog.Row row = new AuditLog(database).newest(Long.MAX_VALUE, 2).get(1);
    assertThat(row.action()).isEqualTo("edit");
    assertThat(row.detail()).isEqualTo("title, abstract, authors");
  }

  @Test
  void refusesTitlesThatAreNone() {
    long other = TestPapers.add(database, "Other", DAY.toString());
    assertThatThrownBy(() -> edit("OTHER!", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("local:other of the same date has this title; merge the two if they are one");
    assertThatThrownBy(() -> edit("  ", "")).hasMessage("the title is blank");
    assertThatThrownBy(() -> edit("x".repeat(10_001), ""))
        .hasMessageContaining("at most 10,000 are accepted");
    assertThatThrownBy(() -> edit("Nul \0", "")).hasMessageContaining("U+0000");
    assertThat(other).isNotEqualTo(paper);
    assertThat(entry().title()).isEqualTo("A papre");
  }

  @Test
  void listsAndDelistsForGood() {
    edits.list(curator, paper, TODAY, TODAY, NOW);
    edits.list(curator, paper, TODAY, TODAY, NOW);
    assertThat(entry().listedDay()).isEqualTo(TODAY);
    assertThat(entry().listedAt()).isEqualTo(NOW);
    edits.list(curator, paper, DAY.minusDays(1), TODAY, NOW);
    assertThat(entry().listedDay()).isEqualTo(DAY.minusDays(1));
    Double trend = entry().trend();
    edits.delist(curator, paper, NOW);
    edits.delist(curator, paper, NOW);
    assertThat(entry().listedDay()).isNull();
    assertThat(entry().trend()).isNotEqualTo(trend);
    assertThat(again().count(Outcome.NEW)).isZero();
    assertThat(entry().listedDay()).as("a curator said so").isNull();
    edits.list(curator, paper, DAY, TODAY, NOW);
    assertThat(papers.list(PaperQuery.of(new Period(Period.Unit.DATE, DAY), Sort.UPVOTES, 9, 0)))
        .extracting(PaperEntry::id)
        .containsExactly(paper);
    assertThatThrownBy(() -> edits.list(curator, paper, TODAY.plusDays(1), TODAY, NOW))
        .hasMessage("the day 2026-03-02 is still to come");
  }

  @Test
  void withdrawsAndTakesItBack() {
    edits.withdraw(curator, paper, true, NOW);
    edits.withdraw(curator, paper, true, NOW);
    assertThat(entry().withdrawnAt()).isEqualTo(NOW);
    assertThat(papers.list(PaperQuery.all(Sort.NEWEST, 9, 0))).isEmpty();
    assertThatThrownBy(() -> edits.list(curator, paper, TODAY, TODAY, NOW))
        .hasMessage("a withdrawn paper is on no list");
    edits.withdraw(curator, paper, false, NOW);
    assertThat(papers.list(PaperQuery.all(Sort.NEWEST, 9, 0))).hasSize(1);
    long other = TestPapers.add(database, "Other", DAY.toString());
    new PaperMerger(database).merge(curator, paper, other, NOW);
    assertThatThrownBy(() -> edits.withdraw(curator, paper, false, NOW))
        .hasMessage("the paper was merged into another");
  }
}
