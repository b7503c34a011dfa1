package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.account.ApiTokens;
import dev.melange.account.Scope;
import dev.melange.feed.PaperRecord;
import dev.melange.store.Actor;
import dev.melange.store.TestPapers;
import dev.melange.web.PublicSite.Browser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Part of T24 to T40: what every request passes first, on a page for others. */
class GuardTest {
  private static final String PAPER = "/papers/2201.02973";
  private static final String FORM = "application/x-www-form-urlencoded";

  private static PublicSite site;
  private static Browser mae;

  @BeforeAll
  static void start() throws Exception {
    site = new PublicSite();
    mae = site.new Browser().signIn("mae@example.org");
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
  }

  private static String csrf(Browser browser) throws Exception {
    Matcher field =
        Pattern.compile("name=\"_csrf\" value=\"([0-9a-f]{64})\"")
            .matcher(browser.get("/papers/new").body());
    assertThat(field.find()).isTrue();
    return field.group(1);
  }

  private static HttpRequest.Builder vote(String form) {
    return mae.request(PAPER + "/vote")
        .header("Content-Type", FORM)
        .POST(BodyPublishers.ofString(form));
  }

  private static int status(HttpRequest.Builder request) throws Exception {
    return mae.send(request).statusCode();
  }

  @Test
  void takesChangesWithTheTokenOfTheirLoginOnly() throws Exception {
    String token = csrf(mae);
    assertThat(status(vote("up=true"))).isEqualTo(403);
    assertThat(status(vote("up=true&_csrf="))).isEqualTo(403);
    assertThat(status(vote("up=true&_csrf=" + token.replace(token.charAt(5), 'g')))).isEqualTo(403);
    Browser other = site.new Browser().signIn("otto@example.org");
    assertThat(csrf(other)).isNotEqualTo(token);
    assertThat(status(vote("up=true&_csrf=" + csrf(other)))).isEqualTo(403);
    assertThat(status(vote("up=true&_csrf=" + token))).isEqualTo(303);
    assertThat(status(vote("up=false").header(Csrf.HEADER, token))).isEqualTo(303);
    assertThat(status(vote("up=true").header(Csrf.HEADER, "x"))).isEqualTo(403);
    HttpRequest.Builder api = mae.request("/api" + PAPER + "/upvote").DELETE();
    assertThat(status(api)).isEqualTo(403);
    assertThat(status(api.header(Csrf.HEADER, token))).isEqualTo(200);
    assertThat(
            status(
                mae.request("/api" + PAPER + "/upvote")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{}"))))
        .as("JSON alone is no proof where others sign in")
        .isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, https://evil.example",
    "Origin, null",
    "Origin, http://127.0.0.1",
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site"
  })
  void refusesChangesFromOtherSites(String header, String value) throws Exception {
    HttpResponse<String> answer =
        mae.send(vote("up=true&_csrf=" + csrf(mae)).header(header, value));
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("changes are accepted from this page only");
  }

  @ParameterizedTest
  @CsvSource({
    "/papers/2201.02973/vote, text/plain",
    "/papers/2201.02973/vote, application/json",
    "/papers/2201.02973/comments, text/plain;application/x-www-form-urlencoded",
    "/sign-in, text/plain",
    "/subscribe, application/xml",
    "/api/papers/2201.02973/comments, text/plain",
    "/api/papers/2201.02973/comments, application/x-www-form-urlencoded",
    "/api/papers/2201.02973/upvote, multipart/form-data"
  })
  void refusesBodiesOfOtherTypes(String path, String type) throws Exception {
    HttpResponse<String> answer =
        mae.send(
            mae.request(path)
                .header("Content-Type", type)
                .header(Csrf.HEADER, csrf(mae))
                .POST(BodyPublishers.ofString("up=true")));
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body()).contains("expected application/");
  }

  /** No form of any page can be forgotten. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/papers/new", PAPER, "/subscribe", "/settings/account", "/runs", "/nowhere"})
  void putsTheTokenIntoEveryForm(String path) throws Exception {
    String body = mae.get(path).body();
    String field = "<input type=\"hidden\" name=\"_csrf\" value=\"" + csrf(mae) + "\">";
    assertThat(body).contains("hx-headers='{\"X-CSRF-Token\": \"" + csrf(mae) + "\"}'");
    Matcher forms = Pattern.compile("<form[^>]*>").matcher(body);
    while (forms.find()) {
      boolean changes = forms.group().contains("method=\"post\"");
      assertThat(body.startsWith(field, forms.end())).as(forms.group()).isEqualTo(changes);
    }
    String visitors = site.new Browser().get(path).body();
    assertThat(visitors).doesNotContain("_csrf", "hx-headers");
  }

  @Test
  void leavesTextThatLooksLikeAFormAlone() {
    String text = "<p>&lt;form method=\"post\"&gt;</p><form method=\"post\" action=\"/a>b\"><form>";
    assertThat(Csrf.inserted(text, "t"))
        .isEqualTo(
            "<p>&lt;form method=\"post\"&gt;</p><form method=\"post\" action=\"/a>b\">"
                + "<input type=\"hidden\" name=\"_csrf\" value=\"t\"><form>");
  }

  @Test
  void refusesBodiesThatAreTooLarge() throws Exception {
    byte[] large = ("body=" + "x".repeat(2 << 20)).getBytes(StandardCharsets.US_ASCII);
    BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large));
    for (BodyPublisher body : List.of(BodyPublishers.ofByteArray(large), chunked)) {
      for (String path : List.of(PAPER + "/comments", "/sign-in")) {
        HttpRequest.Builder form =
            mae.request(path).header("Content-Type", FORM).header(Csrf.HEADER, csrf(mae));
        assertThat(status(form.POST(body))).as(path).isEqualTo(413);
      }
      HttpRequest.Builder json =
          mae.request("/api" + PAPER + "/comments")
              .header("Content-Type", "application/json")
              .header(Csrf.HEADER, csrf(mae));
      assertThat(status(json.POST(body))).isEqualTo(413);
    }
    assertThat(status(mae.request("/papers").header("X-Long", "x".repeat(20_000)))).isEqualTo(431);
    assertThat(status(mae.request("/papers?x=" + "x".repeat(20_000)))).isBetween(400, 431);
  }

  @Test
  void refusesJsonThatIsNone() throws Exception {
    String deep = "[".repeat(10_000) + "]".repeat(10_000);
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "null",
            "1",
            "\"x\"",
            deep,
            "{\"body\":" + deep + "}",
            "{\"body\":1}",
            "{\"body\":\"\"}",
            "{\"body\":\"x\",\"parent\":\"1\"}",
            "{\"body\":\"x\",\"parent\":1.5}",
            "{\"body\":\"x\",\"parent\":1e400}",
            "{\"body\":\"x\",\"parent\":999999999999}",
            "{\"body\":\"x\"}}",
            "{\"body\":\"x\",\"body\":\"y\"}",
            "{\"body\":\"a\\u0000b\"}",
            "{\"body\":\"" + "x".repeat(20_001) + "\"}",
            "\u0000",
            "{\"body\":\"\\ud800\"}")) {
      HttpResponse<String> answer =
          mae.send(
              mae.request("/api" + PAPER + "/comments")
                  .header("Content-Type", "application/json")
                  .header(Csrf.HEADER, csrf(mae))
                  .POST(BodyPublishers.ofString(body)));
      String start = body.substring(0, Math.min(40, body.length()));
      assertThat(answer.statusCode()).as(start).isEqualTo(400);
      assertThat(answer.body()).as(start).startsWith("{\"error\":\"").doesNotContain("Exception");
    }
  }

  /** RFC 8058: mail programs have no cookies, and need no page of ours. */
  @Test
  void letsSubscribersLeaveWithoutACookie() throws Exception {
    HttpRequest.Builder leave =
        mae.request("/u/1-" + "0".repeat(40))
            .header("Content-Type", FORM)
            .header("Origin", "https://mail.example.com")
            .POST(BodyPublishers.ofString("List-Unsubscribe=One-Click"));
    assertThat(status(leave)).as("a token that is none, not a forged request").isEqualTo(404);
  }

  @Test
  void keepsPersonalPagesOutOfSharedCaches() throws Exception {
    for (String path : List.of("/papers/new", PAPER, "/api/papers/2201.02973", "/feeds/new.atom")) {
      assertThat(mae.get(path).headers().firstValue("Cache-Control"))
          .as(path)
          .hasValue("private, no-cache");
    }
    assertThat(site.new Browser().get("/api" + PAPER).headers().firstValue("Cache-Control"))
        .hasValue("public, max-age=60");
    assertThat(
            site.new Browser()
                .get("/api" + PAPER)
                .headers()
                .firstValue("Access-Control-Allow-Origin"))
        .hasValue("*");
    assertThat(mae.get("/settings/account").headers().firstValue("Cache-Control"))
        .hasValue("no-store");
  }

  /** A vote from many tabs at once is one vote. */
  @Test
  void countsOneVoteOfManyTabs() throws Exception {
    long paper =
        site.add(PaperRecord.of(1, 1, "Two tabs", LocalDate.of(2026, 2, 1)).build("two tabs"));
    String path = "/papers/local:two-tabs/vote";
    String form = "up=true&_csrf=" + csrf(mae);
    List<Callable<Integer>> tabs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tabs.add(() -> site.new Browser().send(copy(path, form)).statusCode());
    }
    assertThat(all(tabs)).containsOnly(303);
    assertThat(votes(paper)).isEqualTo(1);
  }

  private static HttpRequest.Builder copy(String path, String form) {
    return mae.request(path).header("Content-Type", FORM).POST(BodyPublishers.ofString(form));
  }

  private static List<Integer> all(List<Callable<Integer>> calls) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(calls.size());
    try {
      List<Integer> results = new ArrayList<>();
      for (Future<Integer> call : threads.invokeAll(calls)) {
        results.add(call.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static int votes(long paper) {
    return site.database()
        .read(
            db ->
                db.createQuery("select votes from paper_stat where paper_id = :id")
                    .bind("id", paper)
                    .mapTo(Integer.class)
                    .one());
  }

  /** T44, through HTTP. */
  @Test
  void countsVotesOfFiftyThreadsExactly() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    long paper =
        site.add(PaperRecord.of(1, 1, "Fifty threads", LocalDate.of(2026, 2, 2)).build("fifty"));
    ApiTokens tokens = new ApiTokens(site.database());
    List<Callable<Integer>> voters = new ArrayList<>();
    int expected = 0;
    for (int i = 0; i < 50; i++) {
      Actor user = new Actor(TestPapers.user(site.database(), "voter" + i), null);
      String token =
          tokens.create(user, "votes", Set.of(Scope.VOTE), Duration.ofDays(1), site.now());
      Random random = new Random(seed + i);
      boolean last = random.nextBoolean();
      expected += last ? 1 : 0;
      voters.add(
          () -> {
            int worst = 0;
            for (int turn = 0; turn < 4; turn++) {
              boolean up = turn == 3 ? last : random.nextBoolean();
              HttpRequest.Builder request =
                  site.new Browser()
                      .request("/api/papers/local:fifty-threads/upvote")
                      .header("Authorization", "Bearer " + token);
              request.method(up ? "POST" : "DELETE", BodyPublishers.noBody());
              worst = Math.max(worst, site.new Browser().send(request).statusCode());
            }
            return worst;
          });
    }
    assertThat(all(voters)).containsOnly(200);
    assertThat(votes(paper)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/papers/..%2f..%2fetc/passwd",
        "/papers/%2e%2e/%2e%2e/etc/passwd",
        "/runs/1%2f..%2f..%2f..%2fetc%2fpasswd/report",
        "/runs/..%5c..%5c/log",
        "/assets/..%5cpage.css",
        "/orgs/..%2f..%2fadmin",
        "/papers/;x=/../admin",
        "/admin;x",
        "/ADMIN",
        "//admin",
        "/admin/"
      })
  void playsNoGamesWithPaths(String path) throws Exception {
    HttpResponse<String> answer = site.new Browser().get(path);
    assertThat(answer.statusCode()).isBetween(400, 499);
    assertThat(answer.body()).doesNotContain("root:", "Exception", "\tat ");
  }
}
