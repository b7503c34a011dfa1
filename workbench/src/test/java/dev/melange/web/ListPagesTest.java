package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.feed.PaperRecord;
import dev.melange.feed.ParsedSource;
import dev.melange.feed.SourceKind;
import dev.melange.papers.Cards;
import dev.melange.store.ResultStore;
import dev.melange.store.TestPapers;
import dev.melange.store.User;
import dev.melange.store.UserStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lists, their calendar, and what papers' pages say of studies. */
class ListPagesTest {
  private static final Pattern ENTRY = Pattern.compile("<article class=\"entry ");
  private static TestSite site;

  @BeforeAll
  static void start() throws IOException {
    site = new TestSite();
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
  }

  @Test
  void showsAllPapersOnAFreshPageInFewBytes() throws Exception {
    String page = site.get("/papers").body();
    assertThat(ENTRY.matcher(page).results().count()).isEqualTo(Cards.all().size());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(page.getBytes(StandardCharsets.UTF_8));
      for (String asset : new String[] {"page.css", "page.js", "htmx.js"}) {
        zip.write(site.get("/assets/" + asset).body().getBytes(StandardCharsets.UTF_8));
      }
    }
    assertThat(bytes.size()).isLessThan(100_000);
  }

  @Test
  void leadsToDaysWithPapersOnly() throws Exception {
    String page = site.get("/papers/date/2025-08-17").body();
    assertThat(page)
        .contains("<caption><a href=\"/papers/month/2025-08\">August 2025</a></caption>")
        .contains("aria-label=\"Sun, Aug 17, 2025: 1 paper\" aria-current=\"date\"")
        .contains("href=\"/papers/date/2025-06-12\"", "href=\"/papers/date/2025-10-02\"")
        .doesNotContain("href=\"/papers/date/2025-08-18\"");
    assertThat(site.get("/papers/month/2024-01").body()).contains("No papers in January 2024.");
  }

  @Test
  void listsPapersOfAuthorsAndTopics() throws Exception {
    assertThat(site.get("/authors/Kun%20He").body())
        .contains("ViT-EnsembleAttack", "Author, 1 paper under this name");
    assertThat(site.get("/authors/Nobody").statusCode()).isEqualTo(404);
    assertThat(site.get("/topics").body()).contains("/topics/tasks/vision");
    assertThat(site.get("/topics/tasks/vision").body()).contains("MAXIM");
    assertThat(site.get("/topics/tasks/none").statusCode()).isEqualTo(404);
    assertThat(site.get("/topics/cs.CV").statusCode()).isEqualTo(404);
    try (TestSite other = new TestSite()) {
      other.add(
          PaperRecord.of(1, 1, "Seen", LocalDate.of(2026, 2, 1))
              .categories("cs.CV", List.of("cs.CV"))
              .build("seen"));
      assertThat(other.get("/topics/cs.CV").body()).contains("Category of arXiv, 1 paper");
    }
  }

  @Test
  void sortsListsAndShowsAnImportedPageInItsOrder() throws Exception {
    assertThat(site.get("/papers").body())
        .contains(
            "href=\"/papers?sort=upvotes\"", "<a href=\"/papers\" aria-current=\"true\">Listed")
        .as("no page was imported")
        .doesNotContain("As imported");
    assertThat(site.get("/papers?sort=position").statusCode()).isEqualTo(400);
    assertThat(site.get("/papers?sort=trending").statusCode()).isEqualTo(400);
    try (TestSite other = new TestSite()) {
      List<String> days = List.of("2026-02-03", "2026-02-05", "2026-02-04");
      List<PaperRecord> records = new ArrayList<>();
      for (String day : days) {
        int position = records.size() + 1;
        records.add(
            PaperRecord.of(position, position, "Of " + day, LocalDate.parse(day)).build(day));
      }
      TestPapers.importer(other.database(), TestSite.NOW)
          .run(
              new ParsedSource(SourceKind.PAGE_TEXT, records, List.of()),
              new byte[] {1},
              "test",
              false);
      String imported = other.get("/papers?sort=position").body();
      assertThat(ENTRY.matcher(imported).results().count()).isEqualTo(3);
      assertThat(imported)
          .containsSubsequence("Of 2026-02-03", "Of 2026-02-05", "Of 2026-02-04")
          .contains("<a href=\"/papers?sort=position\" aria-current=\"true\">As imported");
      assertThat(other.get("/papers").body())
          .containsSubsequence("Of 2026-02-05", "Of 2026-02-04", "Of 2026-02-03");
      assertThat(other.get("/papers/month/2026-02?sort=position").body())
          .containsSubsequence("Of 2026-02-03", "Of 2026-02-05", "Of 2026-02-04")
          .contains("href=\"/papers/month/2026-02?sort=trending\"");
      assertThat(other.get("/papers?sort=newest").body())
          .containsSubsequence("Of 2026-02-05", "Of 2026-02-04", "Of 2026-02-03");
    }
  }

  @Test
  void keepsTheOrderFromPageToPage() throws Exception {
    try (TestSite other = new TestSite()) {
      for (int i = 0; i < 60; i++) {
        other.add(
            PaperRecord.of(i + 1, i + 1, "Paper " + i, LocalDate.of(2026, 2, 1)).build("p" + i));
      }
      assertThat(other.get("/papers?sort=upvotes").body())
          .contains("rel=\"next\" href=\"/papers?sort=upvotes&amp;p=1\"");
      assertThat(other.get("/papers?sort=upvotes&p=1").body())
          .contains("rel=\"prev\" href=\"/papers?sort=upvotes\"");
      assertThat(other.get("/papers?p=1").body()).contains("rel=\"prev\" href=\"/papers\"");
    }
  }

  @Test
  void givesTrendingPapersAsJson() throws Exception {
    JsonNode trending = site.json("/api/papers/trending?limit=3");
    assertThat(trending).hasSize(3);
    assertThat(trending.get(0).path("paper").path("id").isTextual()).isTrue();
    assertThat(site.get("/api/papers/trending?limit=0").statusCode()).isEqualTo(400);
    assertThat(site.json("/api/papers/trending?by=hot&limit=3")).hasSize(3);
    assertThat(site.json("/api/papers/trending?by=day")).isEmpty();
    assertThat(site.get("/api/papers/trending?by=year").statusCode()).isEqualTo(400);
    assertThat(site.get("/papers/trending?by=week").body())
        .contains("Nobody voted for a paper in this time.", "Most votes of the last 7 days first.");
    assertThat(site.get("/papers/trending?by=hot").body()).contains("12.5 hours");
  }

  @Test
  void tellsWhatAStudyFound() throws Exception {
    String path = "/papers/local:strip-mlp";
    assertThat(site.get(path).body()).contains("Not run yet");
    long id =
        site.database()
            .read(
                db ->
                    db.createQuery("select id from paper where catalogue_key = 'strip-mlp'")
                        .mapTo(Long.class)
                        .one());
    String metrics =
        """
        {"findings": [
           {"claim": "Strips <win>.", "verdict": "holds", "main": true, "reasons": ["By 2."]},
           {"claim": "Wider ones too.", "verdict": "does_not_show", "main": false, "reasons": []}],
         "comparisons": [{"quantity": "Lead", "paper": "2.44", "here": "+11.65"}],
         "tables": [{"title": "Accuracy", "rows": [
           {"network": "strips", "parameters": 325630, "top-1": {"value": 45.125, "spread": 1.03}}]}]}
        """;
    ResultStore results = new ResultStore(site.database());
    for (String scale : new String[] {"smoke", "quick"}) {
      String folder = "/nowhere/" + scale;
      results.add(
          new ResultStore.Result(
              id,
              "strip-mlp",
              scale,
              "{}",
              "0 to 2",
              "a machine",
              TestSite.NOW,
              TestSite.NOW,
              metrics,
              scale.equals("smoke") ? "fails" : "holds",
              folder,
              "1"));
    }
    assertThat(site.get(path).body())
        .contains("</svg>Holds</span>", "Strips &lt;win&gt;.", "quick, seeds 0 to 2, Mar 1, 2026")
        .contains("a machine", "<td>2.44</td><td>+11.65</td>", "325,630", "45.1 \u00b1 1.0")
        .containsPattern("</svg>Does not show</span>\\s+Wider ones too.")
        .contains("Run again")
        .doesNotContain("</svg>Fails</span>", path + "/runs/");
    assertThat(site.get("/papers").body()).contains("</svg>Holds</span>");
    assertThat(site.get(path + "/runs/1").statusCode()).isEqualTo(404);
    assertThat(site.get(path + "/runs/x").statusCode()).isEqualTo(404);
  }

  @Test
  void roundsToWhatTheSpreadAllows() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    String[][] cells = {
      {"{\"value\": 30.525, \"spread\": 0.0354}", "30.525 \u00b1 0.035"},
      {"{\"value\": 1234.5, \"spread\": 120}", "1234 \u00b1 120"},
      {"{\"value\": 0.5, \"spread\": 0}", "0.5"},
      {"{\"value\": null, \"spread\": null}", "\u2013"},
      {"0.000012345", "1.23e-05"},
      {"12345.678", "12350"},
      {"1234567", "1,234,567"},
      {"\"text\"", "text"},
      {"null", "\u2013"}
    };
    for (String[] cell : cells) {
      assertThat(ResultTables.cell(mapper.readTree(cell[0]))).as(cell[0]).isEqualTo(cell[1]);
    }
  }

  @Test
  void findsTheFirstChartOfAReportThatIsNotTooLarge() {
    String small = "<figure class=\"chart\">small</figure>";
    String large = "<figure class=\"chart\">" + "x".repeat(50_000) + "</figure>";
    assertThat(StudyFigures.first("<p>" + large + small + "<p>")).contains(small);
    assertThat(StudyFigures.first(large)).isEmpty();
    assertThat(StudyFigures.first("<figure class=\"chart\">cut")).isEmpty();
    assertThat(StudyFigures.first("")).isEmpty();
  }

  /** What came since the visit before this one is new, throughout this one. */
  @Test
  void tellsWhatIsNewSinceTheLastVisit() {
    UserStore users = new UserStore(site.database());
    long id = users.add("visitor-of-lists", "V", User.Role.MEMBER, TestSite.NOW).id();
    Instant first = TestSite.NOW;
    assertThat(users.visited(id, first, Visits.PAUSE)).isNull();
    assertThat(users.visited(id, first.plus(Duration.ofMinutes(10)), Visits.PAUSE)).isNull();
    Instant second = first.plus(Duration.ofDays(1));
    assertThat(users.visited(id, second, Visits.PAUSE)).isEqualTo(first);
    assertThat(users.visited(id, second.plusSeconds(60), Visits.PAUSE)).isEqualTo(first);
    Visits visits = new Visits(users, Clock.fixed(second.plus(Duration.ofDays(1)), ZoneOffset.UTC));
    assertThat(visits.since(users.find(id).orElseThrow())).contains(second);
    assertThat(visits.since(users.find(id).orElseThrow())).contains(second);
    assertThat(visits.since(null)).isEmpty();
  }
}
