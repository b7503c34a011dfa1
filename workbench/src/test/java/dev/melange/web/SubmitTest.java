package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.account.ApiTokens;
import dev.melange.account.Scope;
import dev.melange.feed.Fetched;
import dev.melange.store.Actor;
import dev.melange.store.AuditLog;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.User;
import dev.melange.store.UserStore;
import dev.melange.web.PublicSite.Browser;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Submitting papers, with an arXiv of the test. The page's day is 2026-03-01. */
class SubmitTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 3, 1);

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private PublicSite site;
  private Browser mae;

  @BeforeEach
  void start() throws Exception {
    site = new PublicSite();
    site.arxiv(url -> answer(url, "2026-02-20"));
    mae = site.new Browser().signIn("mae@example.org");
    mae.post("/settings/account/name", "name=mae");
  }

  @AfterEach
  void stop() throws IOException {
    site.close();
  }

  private Fetched answer(String url, String published) {
    asked.add(url);
    String id = url.replaceFirst(".*=", "");
    return reply(
        200,
        """
        <feed xmlns="http://www.w3.org/2005/Atom"><entry>
          <id>http://arxiv.org/abs/%sv2</id><published>%sT18:59:59Z</published>
          <title>Title of %s</title><summary>About <![CDATA[<script>it</script>]]>.</summary>
          <author><name>Some Body</name></author>
        </entry></feed>
        """
            .formatted(id, published, id));
  }

  private static Fetched reply(int status, String body) {
    return new Fetched(
        status,
        body.getBytes(StandardCharsets.UTF_8),
        "application/atom+xml",
        null,
        null,
        status == 503 ? Duration.ofSeconds(30) : null);
  }

  private HttpResponse<String> submit(String paper) throws Exception {
    return mae.post("/papers/submit", "paper=" + EntryViews.encoded(paper));
  }

  private PaperEntry paper(String id) {
    return new PaperStore(site.database()).find(id).orElseThrow();
  }

  private HttpResponse<String> index(String body, Scope... scopes) throws Exception {
    long user = new UserStore(site.database()).find("mae").orElseThrow().id();
    String token =
        new ApiTokens(site.database())
            .create(
                new Actor(user, null),
                "test",
                EnumSet.copyOf(List.of(scopes)),
                Duration.ofDays(1),
                site.now());
    Browser program = site.new Browser();
    return program.send(
        program
            .request("/api/papers/index")
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2602.01234", "arXiv:2602.01234v3", " https://arxiv.org/abs/2602.01234v1 "})
  void listsANewPaperTodayAndSaysWhoSubmittedIt(String given) throws Exception {
    HttpResponse<String> answer = submit(given);
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location")).hasValue("/papers/2602.01234");
    assertThat(asked).containsExactly("https://export.arxiv.org/api/query?id_list=2602.01234");
    PaperEntry paper = paper("2602.01234");
    assertThat(paper.submitter()).isEqualTo("mae");
    assertThat(paper.listedDay()).isEqualTo(TODAY);
    assertThat(paper.published()).isEqualTo(LocalDate.of(2026, 2, 20));
    assertThat(mae.get("/papers/2602.01234").body())
        .contains("submitted by mae", "Title of 2602.01234")
        .doesNotContain("<script>it");
    AuditLog.Row row = new AuditLog(site.database()).newest(Long.MAX_VALUE, 1).get(0);
    assertThat(row.action()).isEqualTo("import");
    assertThat(row.user()).isEqualTo("mae");
  }

  @Test
  void listsAnOlderPaperOnTheDayOfItsPublication() throws Exception {
    site.arxiv(url -> answer(url, "2026-02-14")); // one day too old
    submit("2602.01234");
    assertThat(paper("2602.01234").listedDay()).isEqualTo(LocalDate.of(2026, 2, 14));
    assertThat(paper("2602.01234").submitter()).isEqualTo("mae");
  }

  @Test
  void listsAnyPaperOfACuratorToday() throws Exception {
    site.arxiv(url -> answer(url, "2016-02-15"));
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    assertThat(owner.post("/papers/submit", "paper=1602.01234").statusCode()).isEqualTo(303);
    assertThat(paper("1602.01234").listedDay()).isEqualTo(TODAY);
  }

  @Test
  void fetchesAPaperThatIsHereForItsCuratorsOnly() throws Exception {
    submit("2602.01234");
    HttpResponse<String> again = submit("2602.01234");
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(again.body()).contains("is here already", "href=\"/papers/2602.01234\"");
    assertThat(index("{\"arxivId\":\"2602.01234\"}", Scope.SUBMIT).statusCode()).isEqualTo(403);
    assertThat(asked).hasSize(1);
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    assertThat(owner.post("/papers/submit", "paper=2602.01234").statusCode()).isEqualTo(303);
    assertThat(asked).hasSize(2);
    assertThat(paper("2602.01234").submitter()).as("who was first").isEqualTo("mae");
  }

  @Test
  void fetchesTheAbstractOfAPaperThatIsHereWithoutOne() throws Exception {
    assertThat(paper("2201.02973").abstractText()).isNull();
    assertThat(submit("2201.02973").statusCode()).isEqualTo(303);
    assertThat(paper("2201.02973").abstractText()).startsWith("About");
    assertThat(paper("2201.02973").catalogueKey()).isEqualTo("maxim");
  }

  @Test
  void indexesByTheApiWithoutASubmitter() throws Exception {
    HttpResponse<String> answer = index("{\"arxivId\":\"2602.01234\"}", Scope.SUBMIT);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}");
    assertThat(paper("2602.01234").submitter()).isNull();
    assertThat(paper("2602.01234").listedDay()).isEqualTo(LocalDate.of(2026, 2, 20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"arxivId\":5}",
        "{\"arxivId\":\"2602.01234v1\"}",
        "{\"arxivId\":\"2613.01234\"}",
        "{\"arxivId\":\"http://127.0.0.1/\"}",
        "[]",
        ""
      })
  void refusesOtherRequestsToIndex(String body) throws Exception {
    HttpResponse<String> answer = index(body, Scope.SUBMIT);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"error\":\"");
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://127.0.0.1/",
        "http://[::ffff:169.254.169.254]/abs/2602.01234",
        "https://arxiv.org@evil.example/abs/2602.01234",
        "https://evil.example/abs/2602.01234",
        "file:///etc/passwd",
        "2602.01234&id_list=1",
        "<script>alert(1)</script>"
      })
  void asksNobodyForWhatIsNoId(String given) throws Exception {
    HttpResponse<String> answer = submit(given);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("is no arXiv id").doesNotContain("<script>alert");
    assertThat(asked).isEmpty();
  }

  @Test
  void isForMembersWhoseTokenMay() throws Exception {
    Browser visitor = site.new Browser();
    assertThat(visitor.get("/papers/submit").statusCode()).isEqualTo(401);
    assertThat(visitor.bare("/papers/submit", "paper=2602.01234").statusCode()).isIn(401, 403);
    assertThat(mae.bare("/papers/submit", "paper=2602.01234").statusCode())
        .as("without the form's token")
        .isEqualTo(403);
    assertThat(index("{\"arxivId\":\"2602.01234\"}", Scope.COMMENT).statusCode()).isEqualTo(403);
    assertThat(asked).isEmpty();
    assertThat(mae.get("/papers/submit").body()).contains("Submit a paper", "maxlength=\"200\"");
  }

  @Test
  void saysWhatArxivAnswered() throws Exception {
    site.arxiv(url -> reply(200, "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>"));
    assertThat(submit("2602.01234").statusCode()).isEqualTo(404);
    site.arxiv(url -> answer("=2602.09999", "2026-02-20"));
    assertThat(submit("2602.01234").statusCode()).as("another paper").isEqualTo(404);
    site.arxiv(url -> reply(200, "<feed"));
    assertThat(submit("2602.01234").statusCode()).isEqualTo(502);
    site.arxiv(url -> reply(500, ""));
    assertThat(submit("2602.01234").body()).contains("status 500");
    site.arxiv(
        url -> {
          throw new IOException("connection reset");
        });
    assertThat(submit("2602.01234").body()).contains("connection reset");
    site.arxiv(url -> reply(503, ""));
    HttpResponse<String> wait = submit("2602.01234");
    assertThat(wait.statusCode()).isEqualTo(429);
    assertThat(wait.headers().firstValue("Retry-After")).hasValue("60");
    assertThat(new PaperStore(site.database()).find("2602.01234")).isEmpty();
    assertThat(new PaperStore(site.database()).find("2602.09999")).isEmpty();
  }

  @Test
  void asksOnceMoreAfterAnEmptyAnswer() throws Exception {
    site.arxiv(
        url -> {
          site.arxiv(later -> answer(later, "2026-02-20"));
          return reply(200, "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>");
        });
    assertThat(submit("2602.01234").statusCode()).isEqualTo(303);
  }

  @Test
  void keepsNoMoreThanAFewWaiting() throws Exception {
    CountDownLatch asking = new CountDownLatch(4);
    CountDownLatch release = new CountDownLatch(1);
    site.arxiv(
        url -> {
          asking.countDown();
          release.await();
          return answer(url, "2026-02-20");
        });
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<HttpResponse<String>>> waiting = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String id = "2602.0000" + i;
        waiting.add(pool.submit(() -> index("{\"arxivId\":\"%s\"}".formatted(id), Scope.SUBMIT)));
      }
      assertThat(asking.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(submit("2602.00009").statusCode()).isEqualTo(429);
      release.countDown();
      for (Future<HttpResponse<String>> one : waiting) {
        assertThat(one.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      }
    } finally {
      release.countDown();
      pool.shutdownNow();
    }
    assertThat(submit("2602.00009").statusCode()).isEqualTo(303);
  }

  @Test
  void refusesReaders() throws Exception {
    long id =
        new UserStore(site.database()).add("reader", "reader", User.Role.READER, site.now()).id();
    String token =
        new ApiTokens(site.database())
            .create(
                new Actor(id, null),
                "test",
                EnumSet.of(Scope.SUBMIT),
                Duration.ofDays(1),
                site.now());
    Browser program = site.new Browser();
    HttpResponse<String> answer =
        program.send(
            program
                .request("/api/papers/index")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"arxivId\":\"2602.01234\"}")));
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("member");
  }
}
