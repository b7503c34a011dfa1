package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.account.ApiTokens;
import dev.melange.account.Scope;
import dev.melange.store.Actor;
import dev.melange.store.CommentStore;
import dev.melange.store.PaperStore;
import dev.melange.store.TestPapers;
import dev.melange.store.VoteStore;
import dev.melange.web.PublicSite.Browser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Bad input of every kind: 4xx with a reason, nothing of the inside, nothing lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzTest {
  private static final int REQUESTS = 1500;
  private static final List<String> METHODS =
      List.of("GET", "GET", "POST", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS");
  private static final List<String> PLACES =
      List.of(
          "/api/daily_papers",
          "/api/papers",
          "/api/papers/{}",
          "/api/papers/index",
          "/api/settings/papers/claim",
          "/api/papers/{}/links",
          "/api/papers/{}/merge",
          "/api/duplicates",
          "/papers/{}/claims",
          "/papers/{}/claims/withdraw",
          "/papers/{}/claims/hide",
          "/papers/{}/links",
          "/papers/{}/edit",
          "/papers/{}/listing",
          "/papers/{}/delist",
          "/papers/{}/withdraw",
          "/curate",
          "/curate/claims",
          "/curate/merge",
          "/curate/distinct",
          "/curate/organisations/{}/domains",
          "/papers/submit",
          "/papers/similar",
          "/api/papers/complete",
          "/api/papers/{}/upvote",
          "/api/papers/{}/comments",
          "/api/papers/{}/similar",
          "/api/papers/search",
          "/api/openapi.json",
          "/api/{}",
          "/papers",
          "/papers/{}",
          "/papers/{}/vote",
          "/papers/{}/comments",
          "/papers/{}/comments/{}/edit",
          "/papers/{}/comments/{}/delete",
          "/papers/{}/comments/{}/hide",
          "/papers/{}/comments/{}/react",
          "/tags/{}/mute",
          "/tags/{}/refuse",
          "/recommendations",
          "/feeds/tags/{}",
          "/papers/{}/run",
          "/papers/{}/try",
          "/api/papers/{}/try",
          "/papers/date/{}",
          "/papers/week/{}",
          "/papers/search",
          "/orgs/{}",
          "/feeds/{}",
          "/runs/{}",
          "/runs/{}/report",
          "/runs/{}/cancel",
          "/papers/{}/save",
          "/papers/{}/read",
          "/papers/{}/tags",
          "/papers/{}/note",
          "/papers/{}/collections",
          "/collections",
          "/collections/{}",
          "/collections/{}/delete",
          "/reading-list",
          "/tags/{}",
          "/topics",
          "/topics/{}",
          "/topics/tasks/{}",
          "/authors/{}",
          "/searches",
          "/searches/{}/delete",
          "/settings",
          "/settings/theme",
          "/settings/keys",
          "/subscribe",
          "/confirm",
          "/u/{}",
          "/sign-in",
          "/sign-in/link",
          "/settings/account/name",
          "/settings/account/tokens",
          "/settings/account/logins/{}/end",
          "/admin",
          "/admin/users/{}/role",
          "/admin/users/{}/ban");
  private static final List<String> NAMES =
      List.of(
          "q",
          "p",
          "limit",
          "sort",
          "date",
          "week",
          "month",
          "submitter",
          "cursor",
          "mode",
          "up",
          "from",
          "body",
          "text",
          "paper",
          "parent",
          "t",
          "other",
          "email",
          "name",
          "days",
          "scope",
          "scale",
          "seed",
          "role",
          "since",
          "asked",
          "before",
          "frequency",
          "hour",
          "zone",
          "topics",
          "_csrf",
          "in",
          "read",
          "tags",
          "description",
          "shown",
          "collection",
          "theme",
          "value");
  private static final List<String> VALUES =
      List.of(
          "",
          "0",
          "-1",
          "1",
          "true",
          "99999999999999999999",
          "1e400",
          "NaN",
          "null",
          "2201.02973",
          "2201.02973v99",
          "local:maxim",
          "local:../../etc/passwd",
          "2025-08-17",
          "2025-02-30",
          "+999999999-12-31",
          "2025-W53",
          "' or 1=1 --",
          "\";select 1;--",
          "%",
          "_",
          "\\",
          "\u0000",
          "\r\nSet-Cookie: x=y",
          "\u202e\u200b\ufeff",
          "\ud83d\ude00",
          "\u0130\u0131\u00df",
          "<script>alert(1)</script>",
          "{{7*7}}${7*7}#{7*7}",
          "../../../etc/passwd",
          "..\\..\\x",
          "title:\"unclosed",
          "((((((((((",
          "a AND OR NOT *:* [* TO",
          "author:*".repeat(20),
          "~^!?*",
          "x".repeat(300),
          "x y ".repeat(2000),
          "trending.atom",
          "daily.json",
          "hybrid",
          "member",
          "owner",
          "a@b.example\r\nBcc: c@d.example",
          "Europe/Berlin",
          "smoke");
  private static final List<String> BODIES =
      List.of(
          "",
          "{}",
          "[]",
          "{\"body\":\"x\"}",
          "{\"body\":[{\"a\":null}],\"parent\":{}}",
          "{\"parent\":-1,\"body\":\"y\"}",
          "[".repeat(5000),
          "{\"a\":".repeat(3000) + "1" + "}".repeat(3000),
          "\u0000\u0001\u0002",
          "a=b&&==&%zz&%",
          "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>");
  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/json",
          "application/x-www-form-urlencoded",
          "application/x-www-form-urlencoded",
          "text/plain",
          "multipart/form-data",
          "multipart/form-data; boundary=",
          "multipart/form-data; boundary=x",
          "application/json; charset=utf-7",
          "application/x-www-form-urlencoded; charset=none",
          "x");

  private PublicSite site;

  @BeforeAll
  void start() throws IOException {
    site = new PublicSite(this);
  }

  @AfterAll
  void stop() throws IOException {
    site.close();
  }

  private static <T> T one(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static String encoded(Random random, String text) {
    String form = URLEncoder.encode(text, StandardCharsets.UTF_8);
    // Mostly well-formed; the rest is for what reads escapes.
    return random.nextInt(10) == 0 ? form.replaceFirst("%", "%25") : form.replace("+", "%20");
  }

  private static String pairs(Random random) {
    StringBuilder pairs = new StringBuilder();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      pairs.append(i == 0 ? "" : "&").append(one(random, NAMES)).append('=');
      pairs.append(encoded(random, one(random, VALUES)));
    }
    return pairs.toString();
  }

  private static String csrf(Browser browser) throws IOException, InterruptedException {
    return browser
        .get("/papers/new")
        .body()
        .replaceFirst("(?s).*?name=\"_csrf\" value=\"([0-9a-f]+)\".*", "$1");
  }

  private HttpRequest.Builder request(Random random, Browser browser, String token) {
    String path = one(random, PLACES);
    while (path.contains("{}")) {
      String value = random.nextBoolean() ? "2201.02973" : one(random, VALUES);
      path = path.replaceFirst("\\{}", encoded(random, value.isEmpty() ? "x" : value));
    }
    String query = pairs(random);
    String address = path.length() > 3000 ? "/x" : path + (query.isEmpty() ? "" : "?" + query);
    HttpRequest.Builder request = browser.request(address);
    String body = random.nextBoolean() ? pairs(random) : one(random, BODIES);
    // Some addresses are refused before the body is read, and clients that still write see no
    // answer.
    boolean odd = address.length() > 4000 || path.contains("%");
    request.method(one(random, METHODS), BodyPublishers.ofString(odd ? "" : body));
    if (random.nextInt(4) > 0) {
      request.header("Content-Type", one(random, TYPES));
    }
    if (random.nextBoolean()) {
      request.header("Authorization", random.nextInt(5) == 0 ? "Bearer x" : "Bearer " + token);
    }
    if (random.nextInt(10) == 0) {
      request.header("Accept", "text/markdown");
      request.header("If-None-Match", "\"\"\"*,W/");
      request.header("Last-Event-ID", "-1");
      request.header("X-Forwarded-For", "a, b");
    }
    return request;
  }

  @Test
  void answersBadInputWithAReasonAndLosesNothing() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    long paper = new PaperStore(site.database()).find("2201.02973").orElseThrow().id();
    long witness = TestPapers.user(site.database(), "witness");
    new VoteStore(site.database()).vote(paper, witness, true, site.now());
    CommentStore comments = new CommentStore(site.database());
    long comment = comments.add(paper, null, witness, "I was here.", site.now());
    Browser mae = site.new Browser().signIn("mae@example.org");
    String csrf = csrf(mae);
    String token =
        new ApiTokens(site.database())
            .create(
                new Actor(TestPapers.user(site.database(), "fuzzer"), null),
                "fuzz",
                EnumSet.allOf(Scope.class),
                Duration.ofDays(1),
                site.now());
    int refused = 0;
    for (int i = 0; i < REQUESTS; i++) {
      HttpRequest.Builder request =
          request(random, random.nextBoolean() ? mae : site.new Browser(), token);
      if (random.nextBoolean()) {
        request.header(Csrf.HEADER, csrf);
      }
      HttpRequest sent = request.build();
      String what = "%d: %s %s".formatted(i, sent.method(), sent.uri());
      HttpResponse<String> answer = mae.send(request);
      assertThat(answer.statusCode()).as(what).isBetween(200, 499);
      assertThat(answer.body())
          .as(what)
          .doesNotContain("Exception", "\tat ", "dev.melange", "org.h2", "jdbc:");
      refused += answer.statusCode() >= 400 ? 1 : 0;
      boolean said = !sent.method().equals("HEAD") && answer.statusCode() >= 400;
      boolean unreadable =
          answer.headers().firstValue("Content-Type").orElse("").startsWith("text/plain");
      if (said && unreadable) {
        assertThat(answer.body()).as(what).matches("4\\d\\d [A-Za-z ]+\n");
      } else if (said && sent.uri().getRawPath().startsWith("/api/")) {
        assertThat(answer.body()).as(what).startsWith("{");
        JsonNode error = new ObjectMapper().readTree(answer.body());
        assertThat(error.path("error").asText()).as(what).isNotBlank();
      } else if (said) {
        assertThat(answer.body()).as(what).isNotBlank();
      }
    }
    assertThat(refused).isGreaterThan(REQUESTS / 3);
    assertThat(comments.find(paper, comment).orElseThrow().body()).isEqualTo("I was here.");
    long wrong =
        site.database()
            .read(
                db ->
                    db.createQuery(
                            "select count(*) from paper_stat s where s.votes <>"
                                + " (select count(*) from vote v where v.paper_id = s.paper_id)"
                                + " or s.comments <> (select count(*) from discussion_comment c"
                                + " where c.paper_id = s.paper_id and c.hidden_at is null"
                                + " and c.deleted_at is null)")
                        .mapTo(Long.class)
                        .one());
    assertThat(wrong).isZero();
    assertThat(new VoteStore(site.database()).votedFor(witness, List.of(paper))).contains(paper);
    assertThat(site.new Browser().get("/papers/2201.02973").statusCode()).isEqualTo(200);
  }

  /** What one database stores and another refuses. */
  @Test
  void takesNoNulAnywhere() throws Exception {
    Browser mae = site.new Browser().signIn("nul@example.org");
    String csrf = csrf(mae);
    for (String place : PLACES) {
      String path = place.replace("{}", "2201.02973");
      for (String name : NAMES) {
        HttpResponse<String> read = mae.get(path + "?" + name + "=a%00b");
        assertThat(read.statusCode()).as("%s of %s", name, path).isBetween(400, 499);
        if (!path.startsWith("/api/") && !path.endsWith("/try") && !name.equals("_csrf")) {
          HttpResponse<String> written =
              mae.send(
                  mae.request(path)
                      .header("Content-Type", "application/x-www-form-urlencoded")
                      .header(Csrf.HEADER, csrf)
                      .POST(BodyPublishers.ofString(name + "=a%00b")));
          assertThat(written.statusCode()).as("%s to %s", name, path).isEqualTo(400);
        }
      }
    }
  }

  /** What no client library sends. */
  @Test
  void survivesWhatIsNoHttp() throws Exception {
    URI url = URI.create(site.url());
    String host = "Host: " + url.getAuthority() + "\r\n";
    for (String sent :
        List.of(
            "\r\n\r\n",
            "GET\r\n\r\n",
            "GET /papers HTTP/9.9\r\n" + host + "\r\n",
            "GET /papers HTTP/1.1\r\n\r\n",
            "GET /papers HTTP/1.1\r\nHost: a\r\n" + host + "\r\n",
            "GET /papers%zz HTTP/1.1\r\n" + host + "\r\n",
            "GET /papers/\u0001 HTTP/1.1\r\n" + host + "\r\n",
            "GET /papers/%c0%ae%c0%ae/ HTTP/1.1\r\n" + host + "\r\n",
            "POST /sign-in HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n",
            "POST /sign-in HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\n",
            "POST /sign-in HTTP/1.1\r\n"
                + host
                + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /papers HTTP/1.1\r\n" + host + "Cookie: melange-login=\u0000\r\n\r\n",
            "GET /papers HTTP/1.1\r\n" + host + "no colon\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000")) {
      try (Socket socket = new Socket(url.getHost(), url.getPort())) {
        socket.setSoTimeout(20_000);
        OutputStream out = socket.getOutputStream();
        out.write(sent.getBytes(StandardCharsets.ISO_8859_1));
        socket.shutdownOutput();
        InputStream in = socket.getInputStream();
        String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer)
            .as(sent)
            .matches("(?s)|HTTP/1\\.1 (4\\d\\d|505) .*")
            .doesNotContain("\tat ", "Caused by", "dev.melange");
      }
    }
    assertThat(site.new Browser().get("/papers").statusCode()).isEqualTo(200);
  }
}
