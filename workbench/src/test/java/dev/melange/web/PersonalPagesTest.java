package dev.melange.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.feed.CsvPapers;
import dev.melange.feed.PaperRecord;
import dev.melange.store.CollectionStore;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.TestPapers;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reading list, read marks, tags, notes, collections and settings of the page's owner. */
class PersonalPagesTest {
  private static final String MAXIM = "MAXIM: Multi-Axis MLP for Image Processing";
  private static final String PAPER = "/papers/2201.02973";
  private static TestSite site;

  @BeforeAll
  static void start() throws IOException {
    site = new TestSite();
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
  }

  private static String body(String path) throws Exception {
    HttpResponse<String> answer = site.get(path);
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer.body();
  }

  private static void post(String path, String form, int status) throws Exception {
    assertThat(site.post(path, form).statusCode()).as(path + " " + form).isEqualTo(status);
  }

  @Test
  void keepsAReadingList() throws Exception {
    for (int i = 0; i < 2; i++) {
      post(PAPER + "/save", "in=true&from=/papers", 303);
    }
    assertThat(body("/reading-list")).contains(MAXIM, "1 paper, added last first");
    assertThat(body("/papers"))
        .containsPattern("id=\"save-2201.02973\"[^>]*value=\"false\"[^>]*aria-pressed=\"true\"");
    post(PAPER + "/save", "in=false", 303);
    assertThat(body("/reading-list")).doesNotContain(MAXIM).contains("Nothing here yet.");
    post(PAPER + "/save", "in=perhaps", 400);
    post("/papers/2999.99999/save", "in=true", 404);
  }

  @Test
  void marksPapersAsRead() throws Exception {
    post(PAPER + "/read", "read=true", 303);
    assertThat(body(PAPER)).containsPattern("id=\"read-2201.02973\"[^>]*aria-pressed=\"true\"");
    post(PAPER + "/read", "read=false", 303);
    assertThat(body(PAPER)).containsPattern("id=\"read-2201.02973\"[^>]*aria-pressed=\"false\"");
    post(PAPER + "/read", "", 400);
  }

  @Test
  void answersScriptsWithTheButtonsAsTheyAreNow() throws Exception {
    HttpResponse<String> answer =
        site.send(
            site.request(PAPER + "/read")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", site.url())
                .header("HX-Request", "true")
                .POST(BodyPublishers.ofString("read=false&_csrf=" + site.csrf())));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("id=\"vote-2201.02973\"", "No longer read.", "hx-swap-oob")
        .doesNotContain("<html");
  }

  @Test
  void keepsTagsAndNotesOfAPaper() throws Exception {
    String hourglass = "/papers/local:hourglass-mlp";
    post(hourglass + "/tags", "tags=mlp, to+read ,,mlp", 303);
    assertThat(body(hourglass)).contains("value=\"mlp, to read\"");
    assertThat(body("/collections")).contains("to read (1)");
    assertThat(body("/tags/to%20read")).contains("Rethinking the shape convention of an MLP");
    post(hourglass + "/tags", "tags=", 303);
    assertThat(site.get("/tags/mlp").statusCode()).isEqualTo(404);
    post(hourglass + "/tags", "tags=" + "x".repeat(61), 400);

    post(hourglass + "/note", "body=%3Cb%3Emine%3C/b%3E", 303);
    assertThat(body(hourglass)).contains("&lt;b&gt;mine&lt;/b&gt;");
    post(hourglass + "/note", "body=", 303);
    assertThat(body(hourglass)).doesNotContain("mine&lt;");
    post(hourglass + "/note", "body=" + "x".repeat(20_001), 400);
  }

  @Test
  void recommendsByTagsAndListensToTheirReader() throws Exception {
    assertThat(body("/recommendations")).contains("Recommended");
    post("/papers/local:mixup-feature-learning/tags", "tags=mixes", 303);
    post("/papers/local:adamixup/tags", "tags=mixes", 303);
    post("/papers/local:tsmixer/tags", "tags=series", 303);
    String page = body("/recommendations?tag=mixes");
    assertThat(page)
        .contains("Pushing Boundaries: Mixup&#39;s Influence on Neural Collapse", ", for ")
        .contains("value=\"mixup\"")
        .doesNotContain("id=\"t-local:adamixup\"");
    post("/tags/mixes/refuse", "paper=local:mixup-neural-collapse&refused=true", 303);
    post("/tags/mixes/mute", "word=mixup&muted=true", 303);
    assertThat(body("/recommendations?tag=mixes"))
        .doesNotContain("Mixup&#39;s Influence on Neural Collapse")
        .contains("<s>mixup</s>");
    post("/tags/mixes/mute", "word=mixup&muted=false", 303);
    assertThat(body("/recommendations?tag=mixes")).doesNotContain("<s>mixup</s>");
    assertThat(body("/recommendations?tag=mixes&by=meaning"))
        .contains("these are judged by words alone", "value=\"meaning\" selected");
    assertThat(site.get("/recommendations?tag=mixes&by=luck").statusCode()).isEqualTo(400);
    assertThat(body("/recommendations?tag=mixes&tag=series&like=all"))
        .contains("TimeMixer")
        .doesNotContain("id=\"t-local:tsmixer\"", "Not for me");
    assertThat(body("/recommendations?tag=mixes&not=series&since=week"))
        .contains("No paper left in this time.");
    for (String wrong : List.of("?tag=nothing", "?not=nothing")) {
      assertThat(site.get("/recommendations" + wrong).statusCode()).as(wrong).isEqualTo(404);
    }
    for (String wrong : List.of("?since=ever", "?like=none", "?tag=mixes" + "&tag=a".repeat(30))) {
      assertThat(site.get("/recommendations" + wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    post("/tags/nothing/mute", "word=a&muted=true", 404);
    post("/tags/mixes/mute", "word=&muted=true", 400);
    post("/tags/mixes/refuse", "paper=local:nothing&refused=true", 404);
    // A tag without papers is gone, with all that was said of it.
    post("/papers/local:mixup-feature-learning/tags", "tags=", 303);
    post("/papers/local:adamixup/tags", "tags=", 303);
    assertThat(site.get("/recommendations?tag=mixes").statusCode()).isEqualTo(404);
  }

  @Test
  void reactsToComments() throws Exception {
    String paper = "/papers/local:hourglass-mlp";
    HttpResponse<String> made = site.post(paper + "/comments", "body=A+remark");
    String comment = made.headers().firstValue("Location").orElseThrow().replaceFirst(".*#c", "");
    String react = paper + "/comments/" + comment + "/react";
    String agree = "sign=" + EntryViews.encoded("\ud83d\udc4d");
    for (int i = 0; i < 2; i++) {
      post(react, agree + "&on=true", 303);
    }
    assertThat(body(paper)).contains("aria-label=\"agree, 1\"", "aria-label=\"thanks, 0\"");
    assertThat(site.json("/api" + paper + "/comments").get(0).get("reactions"))
        .hasToString("{\"\ud83d\udc4d\":1}");
    post(react, agree + "&on=false", 303);
    assertThat(body(paper)).contains("aria-label=\"agree, 0\"");
    post(react, "sign=x&on=true", 400);
    post(react, agree, 400);
    post(paper + "/comments/999999/react", agree + "&on=true", 404);
    post(paper + "/comments/" + comment + "/delete", "", 303);
    post(react, agree + "&on=true", 404);
  }

  @Test
  void listsItsReadersFeeds() throws Exception {
    post("/papers/local:final-mlp/tags", "tags=clicks+%26+rates", 303);
    String feeds = body("/feeds/mine.opml");
    assertThat(feeds)
        .startsWith("<?xml")
        .contains("<opml version=\"2.0\">", "/feeds/daily.atom")
        .contains("/feeds/tags/clicks%20%26%20rates.atom", "text=\"clicks &amp; rates\"");
    HttpResponse<String> feed = site.get("/feeds/tags/clicks%20%26%20rates.atom");
    assertThat(feed.statusCode()).isEqualTo(200);
    assertThat(feed.headers().firstValue("Cache-Control").orElseThrow()).startsWith("private");
    assertThat(feed.body()).contains("FinalMLP");
    assertThat(site.get("/feeds/tags/none.atom").statusCode()).isEqualTo(404);
  }

  @Test
  void givesListsAsTables() throws Exception {
    long id =
        site.add(
            PaperRecord.of(1, 1, "=cmd|' /C calc'!A0", LocalDate.parse("2026-02-01")).build("x"));
    PaperEntry paper = new PaperStore(site.database()).withIds(List.of(id)).get(0);
    post("/papers/" + paper.publicId() + "/tags", "tags=table", 303);
    HttpResponse<String> table = site.get("/tags/table/papers.csv");
    assertThat(table.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8");
    assertThat(table.headers().firstValue("Content-Disposition").orElseThrow()).contains("tag.csv");
    assertThat(table.body())
        .startsWith("title,date,id,")
        .contains("'=cmd|' /C calc'!A0,2026-02-01,local:");
    assertThat(CsvPapers.parse(table.body().getBytes(UTF_8)).records().get(0).title())
        .isEqualTo("=cmd|' /C calc'!A0");
    assertThat(site.get("/tags/none/papers.csv").statusCode()).isEqualTo(404);
    assertThat(site.get("/reading-list/papers.csv").statusCode()).isEqualTo(200);
    assertThat(site.get("/collections/999999/papers.csv").statusCode()).isEqualTo(404);
  }

  @Test
  void makesChangesAndDeletesACollection() throws Exception {
    HttpResponse<String> made = site.post("/collections", "name=Restoring&description=Photographs");
    assertThat(made.statusCode()).isEqualTo(303);
    String path = made.headers().firstValue("Location").orElseThrow().replace(site.url(), "");
    String id = path.substring(path.lastIndexOf('/') + 1);
    post("/collections", "name=Restoring", 400);
    post("/collections", "name=+", 400);
    post("/collections", "name=Reading+list", 400);
    post(PAPER + "/collections", "collection=" + id + "&in=true", 303);
    assertThat(body(path)).contains(MAXIM, "Photographs", "only you see it");
    assertThat(body(PAPER)).contains("href=\"" + path + "\"");
    post(path, "name=Restored&description=&shown=public", 303);
    assertThat(body(path)).contains("Restored", "everybody may see it");
    post(PAPER + "/collections", "collection=" + id + "&in=false", 303);
    assertThat(body(path)).doesNotContain(MAXIM);
    post(path + "/delete", "", 303);
    assertThat(site.get(path).statusCode()).isEqualTo(404);
    post(PAPER + "/collections", "collection=" + id + "&in=true", 404);
  }

  @Test
  void makesACollectionFromAPaper() throws Exception {
    post(PAPER + "/collections", "name=From+a+paper", 303);
    Matcher link =
        Pattern.compile("href=\"(/collections/\\d+)\">From a paper").matcher(body(PAPER));
    assertThat(link.find()).isTrue();
    assertThat(body(link.group(1))).contains(MAXIM);
  }

  /** What is private is not there for others, rather than forbidden. */
  @Test
  void keepsCollectionsOfOthersToThem() throws Exception {
    long other = TestPapers.user(site.database(), "other-collector");
    CollectionStore store = new CollectionStore(site.database());
    long hidden = store.create(other, "Hidden", "", false, TestSite.NOW);
    long open = store.create(other, "Open", "", true, TestSite.NOW);
    assertThat(site.get("/collections/" + hidden).statusCode()).isEqualTo(404);
    post("/collections/" + hidden, "name=x", 404);
    assertThat(body("/collections")).contains("Open").doesNotContain("Hidden");
    assertThat(body("/collections/" + open)).contains("Collection of other-collector");
    post("/collections/" + open, "name=x", 403);
    post("/collections/" + open + "/delete", "", 403);
    post(PAPER + "/collections", "collection=" + open + "&in=true", 404);
    assertThat(store.papers(open)).isEmpty();
    assertThat(store.saved(other, store.papers(open))).isEqualTo(Set.of());
  }

  @Test
  void keepsSearches() throws Exception {
    post("/searches", "q=mixing+year:2023&name=Mixing", 303);
    String page = body("/collections");
    assertThat(page).contains("Mixing", "/papers/search?q=mixing%20year%3A2023");
    Matcher form = Pattern.compile("action=\"(/searches/\\d+/delete)\"").matcher(page);
    assertThat(form.find()).isTrue();
    post(form.group(1), "", 303);
    post(form.group(1), "", 404);
    post("/searches", "q=&name=Nothing", 400);
    assertThat(body("/collections")).doesNotContain("year%3A2023");
  }

  @ParameterizedTest
  @CsvSource({
    "/settings/theme, theme=dark, theme=dark",
    "/settings/theme, theme=light, theme=light",
    "/settings/theme, theme=system, theme=;",
    "/settings/strip, value=hide, strip=off",
    "/settings/keys, value=off, keys=off",
    "/settings/keys, value=on, keys=;"
  })
  void keepsSettingsInTheBrowser(String path, String form, String cookie) throws Exception {
    HttpResponse<String> answer = site.post(path, form + "&from=/papers");
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/papers");
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith(cookie)
        .contains("HttpOnly", "SameSite=Lax");
  }

  @Test
  void looksAsItsReaderWants() throws Exception {
    assertThat(body("/papers"))
        .contains("<html lang=\"en\">", "data-keys=\"on\"", "Get trending papers");
    String page =
        site.send(site.request("/papers").header("Cookie", "theme=dark; strip=off; keys=off"))
            .body();
    assertThat(page)
        .contains("data-theme=\"dark\"", "data-keys=\"off\"")
        .doesNotContain("Get trending papers");
    assertThat(site.send(site.request("/papers").header("Cookie", "theme=\"><script>")).body())
        .contains("<html lang=\"en\">");
    post("/settings/theme", "theme=pink", 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"//evil.example", "https://evil.example", "/\\evil.example", "/a b"})
  void returnsToItsOwnPagesOnly(String from) throws Exception {
    HttpResponse<String> answer =
        site.post("/settings/theme", "theme=dark&from=" + EntryViews.encoded(from));
    assertThat(answer.headers().firstValue("Location").orElseThrow())
        .endsWith("/settings")
        .doesNotContain("evil");
  }
}
