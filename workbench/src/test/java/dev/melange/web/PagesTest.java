package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.feed.PaperRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
  private static TestSite site;

  @BeforeAll
  static void start() throws IOException {
    site = new TestSite();
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/papers",
        "/papers/date/2025-08-17",
        "/papers/week/2025-W33",
        "/papers/month/2025-08",
        "/papers/trending",
        "/papers/new",
        "/papers/2201.02973",
        "/papers/2201.02973.md",
        "/papers/2201.02973.bib",
        "/papers/2201.02973.json",
        "/orgs/MediaTek-Research",
        "/assets/page.css",
        "/assets/htmx.js"
      })
  void answersWithTheHeadersThatProtectReaders(String path) throws Exception {
    HttpResponse<String> answer = site.get(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().firstValue("Server")).isEmpty();
    if (answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
      assertThat(answer.body())
          .contains("<html lang=\"en\">", "<h1")
          .doesNotContainPattern("<script(?![^>]*src=)")
          .doesNotContainPattern("\\son[a-z]+=\"");
    }
  }

  @Test
  void leadsFromAnEmptyDayToTheOneBefore() throws Exception {
    HttpResponse<String> answer = site.get("/papers/date/2025-08-19");
    assertThat(answer.statusCode()).isEqualTo(302);
    String to = answer.headers().firstValue("Location").orElseThrow();
    assertThat(URI.create(to).getPath()).isEqualTo("/papers/date/2025-08-17");
    assertThat(site.get(URI.create(to).getPath() + "?" + URI.create(to).getQuery()).body())
        .contains("No papers on 2025-08-19; the last day with papers is Sun, Aug 17, 2025.");
  }

  @Test
  void movesOtherFormsOfAnIdToTheBareOne() throws Exception {
    HttpResponse<String> answer = site.get("/papers/arXiv:2201.02973v2");
    assertThat(answer.statusCode()).isEqualTo(308);
    assertThat(answer.headers().firstValue("Location").orElseThrow())
        .endsWith("/papers/2201.02973");
    assertThat(site.get("/papers/local:maxim").statusCode()).isEqualTo(308);
  }

  /** Part of T24 to T40: what titles and abstracts say is text, whatever it is. */
  @Test
  void showsHostileTextAsText() throws Exception {
    String[] titles = {
      "<img src=x onerror=alert(1)>",
      "\"><svg/onload=alert(2)>",
      "{{7*7}}${7*7}",
      "</script><script>alert(3)</script>",
      "\u202Eturned round\u200B",
      "x".repeat(10_000)
    };
    for (int i = 0; i < titles.length; i++) {
      site.add(
          PaperRecord.of(1, 1, titles[i], LocalDate.of(2026, 2, 20 + i))
              .abstractText("$\\href{javascript:alert(1)}{x}$ \\def\\a{\\a\\a}\\a " + titles[i])
              .authorCount(1)
              .build("hostile " + i));
    }
    String page = site.get("/papers/month/2026-02").body();
    assertThat(page)
        .contains("&lt;img src=x onerror=alert(1)&gt;", "[U+202E]turned round[U+200B]")
        .doesNotContain("<img", "<svg/", "<script>", "href=\"javascript");
    for (String day : new String[] {"2026-02-20", "2026-02-21", "2026-02-23"}) {
      assertThat(site.get("/papers/date/" + day).body()).doesNotContain("<svg/", "<script>");
    }
  }

  @Test
  void discussesAPaper() throws Exception {
    String path = "/papers/2201.02973/comments";
    HttpResponse<String> answer = site.post(path, "body=" + encoded("**Bold** <b>claim</b>"));
    assertThat(answer.statusCode()).isEqualTo(303);
    String to = answer.headers().firstValue("Location").orElseThrow();
    String id = to.substring(to.indexOf("#c") + 2);
    assertThat(site.post(path, "body=Reply&parent=" + id).statusCode()).isEqualTo(303);
    String page = site.get("/papers/2201.02973").body();
    assertThat(page).contains("<strong>Bold</strong> &lt;b&gt;claim&lt;/b&gt;", "<p>Reply</p>");
    assertThat(site.post(path + "/" + id + "/delete", "").statusCode()).isEqualTo(303);
    assertThat(site.get("/papers/2201.02973").body())
        .contains("This comment was deleted.", "<p>Reply</p>")
        .doesNotContain("<strong>Bold</strong>");
    assertThat(site.post(path, "body=").statusCode()).isEqualTo(400);
    assertThat(site.post(path, "body=x&parent=999999").statusCode()).isEqualTo(400);
    assertThat(site.post(path, "body=x&parent=abc").statusCode()).isEqualTo(400);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void votesByAForm() throws Exception {
    HttpResponse<String> answer = site.post("/papers/2201.02973/vote", "up=true&from=/papers/new");
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/papers/new");
    assertThat(site.post("/papers/2201.02973/vote", "up=maybe").statusCode()).isEqualTo(400);
    HttpResponse<String> away =
        site.post("/papers/2201.02973/vote", "up=false&from=//evil.example");
    assertThat(away.headers().firstValue("Location").orElseThrow()).endsWith("/papers/2201.02973");
  }

  /** DNS rebinding: a name that is not ours, for an address that is. */
  @Test
  void answersToItsOwnNameOnly() throws Exception {
    URI url = URI.create(site.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "GET /papers HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer)
          .startsWith("HTTP/1.1 421")
          .contains("this page is not called 'evil.example'")
          .doesNotContain("Transformer", Csrf.FIELD, Csrf.HEADER);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/papers/..%2f..%2fetc%2fpasswd",
        "/papers/date/2025-02-30",
        "/papers/week/2025-W99",
        "/papers/nothing",
        "/papers/new?p=-1",
        "/papers/new?p=99999999",
        "/orgs/..%2f..%2fadmin",
        "/assets/..%2f..%2fpom.xml",
        "/nowhere",
        "/papers/trending?p=1%00"
      })
  void refusesWithAReasonAndWithoutInsides(String path) throws Exception {
    HttpResponse<String> answer = site.get(path);
    assertThat(answer.statusCode()).isBetween(400, 499);
    assertThat(answer.body()).doesNotContain("Exception", "\tat ", "dev.melange");
  }
}
