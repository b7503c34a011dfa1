package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.store.User;
import dev.melange.web.PublicSite.Browser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Part of T24 to T40: signing in by a mailed link. */
class SignInTest {
  private static final String VOTE = "/papers/2201.02973/vote";

  private PublicSite site;

  @BeforeEach
  void start() throws IOException {
    site = new PublicSite();
  }

  @AfterEach
  void stop() throws IOException {
    site.close();
  }

  private String asked(Browser browser, String address) throws Exception {
    assertThat(browser.ask(address).statusCode()).isEqualTo(202);
    String mail = site.mail();
    assertThat(mail).startsWith(address + "\n");
    return PublicSite.token(mail);
  }

  @Test
  void readsWithoutAnAccountAndChangesNothing() throws Exception {
    Browser visitor = site.new Browser();
    assertThat(visitor.get("/papers/2201.02973").statusCode()).isEqualTo(200);
    assertThat(visitor.post(VOTE, "up=true").statusCode()).isEqualTo(401);
    assertThat(visitor.post("/papers/2201.02973/comments", "body=x").statusCode()).isEqualTo(401);
    assertThat(visitor.post("/papers/2201.02973/run", "").statusCode()).isIn(401, 403);
  }

  @Test
  void signsInWithALinkInTheBrowserThatAskedForIt() throws Exception {
    Browser browser = site.new Browser();
    String token = asked(browser, "mae@example.org");
    // What fetches links ahead of their readers must not use them up.
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> shown = site.new Browser().get("/sign-in/link?t=" + token);
      assertThat(shown.statusCode()).isEqualTo(200);
      assertThat(shown.headers().firstValue("Referrer-Policy")).hasValue("strict-origin");
      assertThat(shown.headers().firstValue("Cache-Control")).hasValue("no-store");
      assertThat(shown.headers().firstValue("Set-Cookie")).isEmpty();
    }
    HttpResponse<String> done = browser.post("/sign-in/link", "t=" + token);
    assertThat(done.statusCode()).isEqualTo(303);
    assertThat(done.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("; Path=/; ", "; HttpOnly; SameSite=Lax", "Max-Age=2592000")
        .doesNotContain("Secure"); // plain http on this machine; see below for https
    assertThat(browser.post(VOTE, "up=true").statusCode()).isEqualTo(303);
    assertThat(browser.get("/papers/2201.02973").body()).contains("1 vote");
  }

  @Test
  void usesALinkOnceAndNotTooLate() throws Exception {
    Browser browser = site.new Browser();
    String token = asked(browser, "mae@example.org");
    assertThat(browser.post("/sign-in/link", "t=" + token).statusCode()).isEqualTo(303);
    HttpResponse<String> again = browser.post("/sign-in/link", "t=" + token);
    assertThat(again.statusCode()).isEqualTo(400);
    assertThat(again.body()).contains("was used already, is older than 15 minutes");
    String late = asked(browser, "mae@example.org");
    site.advance(Duration.ofMinutes(15));
    assertThat(browser.post("/sign-in/link", "t=" + late).statusCode()).isEqualTo(400);
    String changed = asked(browser, "mae@example.org");
    char last = changed.charAt(20);
    String other = changed.substring(0, 20) + (last == 'A' ? 'B' : 'A') + changed.substring(21);
    for (String wrong : List.of(other, "", "x", "x".repeat(5000), "%00", "' or 1=1 --")) {
      HttpResponse<String> refused = browser.post("/sign-in/link", "t=" + wrong.replace(" ", "+"));
      assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
    }
    assertThat(browser.post("/sign-in/link", "t=" + changed).statusCode()).isEqualTo(303);
  }

  @Test
  void asksBeforeItSignsInAnotherBrowser() throws Exception {
    Browser browser = site.new Browser();
    String token = asked(browser, "mae@example.org");
    Browser other = site.new Browser();
    HttpResponse<String> asked = other.post("/sign-in/link", "t=" + token);
    assertThat(asked.statusCode()).isEqualTo(200);
    assertThat(asked.body()).contains("another browser", "name=\"other\" value=\"yes\"");
    assertThat(other.cookies()).doesNotContainKey("melange-login");
    assertThat(other.post("/sign-in/link", "t=" + token + "&other=yes").statusCode())
        .isEqualTo(303);
    assertThat(other.post(VOTE, "up=true").statusCode()).isEqualTo(303);
    assertThat(browser.post("/sign-in/link", "t=" + token).statusCode()).isEqualTo(400);
  }

  @Test
  void answersAlikeWhoeverAsks() throws Exception {
    try (PublicSite closed =
        new PublicSite(new Access(true, List.of(), null, PublicSite.GENEROUS), null, null)) {
      Browser browser = closed.new Browser();
      List<Long> known = new ArrayList<>();
      List<Long> unknown = new ArrayList<>();
      HttpResponse<String> first = browser.ask(PublicSite.OWNER);
      HttpResponse<String> second = browser.ask("nobody@example.org");
      assertThat(second.statusCode()).isEqualTo(first.statusCode()).isEqualTo(202);
      assertThat(second.body()).isEqualTo(first.body());
      for (int i = 0; i < 40; i++) {
        long start = System.nanoTime();
        browser.bare("/sign-in", "email=ada%40example.org");
        long middle = System.nanoTime();
        browser.bare("/sign-in", "email=nobody" + i + "%40example.org");
        known.add(middle - start);
        unknown.add(System.nanoTime() - middle);
      }
      long difference = Math.abs(median(known) - median(unknown));
      assertThat(Duration.ofNanos(difference)).isLessThan(Duration.ofMillis(20));
      assertThat(closed.mail()).startsWith(PublicSite.OWNER);
    }
  }

  private static long median(List<Long> times) {
    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow();
  }

  @Test
  void sendsAnAddressFiveLinksAnHour() throws Exception {
    Browser browser = site.new Browser();
    for (int i = 0; i < 8; i++) {
      assertThat(browser.ask("Mae@Example.org").statusCode()).isEqualTo(202);
    }
    assertThat(site.mailsAfter("last@example.org")).isEqualTo(5);
    site.advance(Duration.ofMinutes(61));
    browser.ask("mae@example.org");
    assertThat(site.mailsAfter("later@example.org")).isEqualTo(1);
  }

  @Test
  void refusesWhatIsNoAddress() throws Exception {
    Browser browser = site.new Browser();
    for (String bad :
        List.of(
            "", "x", "a%40b.c%0d%0aBcc:x%40y.z", "a%40b.c%00", "%22a%22%40b.c", "a%40localhost")) {
      HttpResponse<String> answer = browser.post("/sign-in", "email=" + bad);
      assertThat(answer.statusCode()).as(bad).isEqualTo(400);
      assertThat(answer.body()).containsAnyOf("expected name@example.org", "NUL character");
    }
  }

  @Test
  void endsALoginAfterThirtyDaysWithoutUse() throws Exception {
    Browser browser = site.new Browser().signIn("mae@example.org");
    site.advance(Duration.ofDays(29));
    HttpResponse<String> used = browser.get("/papers");
    assertThat(used.headers().firstValue("Set-Cookie")).as("prolonged").isPresent();
    assertThat(browser.get("/papers").headers().firstValue("Set-Cookie")).isEmpty();
    site.advance(Duration.ofDays(29));
    assertThat(browser.post(VOTE, "up=true").statusCode()).isEqualTo(303);
    site.advance(Duration.ofDays(30));
    assertThat(browser.post(VOTE, "up=false").statusCode()).isEqualTo(401);
  }

  @Test
  void givesAFreshCookieEachTimeAndEndsTheLastWithSigningOut() throws Exception {
    Browser browser = site.new Browser().signIn("mae@example.org");
    String first = browser.cookies().get("melange-login");
    browser.signIn("mae@example.org");
    String second = browser.cookies().get("melange-login");
    assertThat(second).isNotEqualTo(first);
    Browser thief = site.new Browser();
    thief.cookies().put("melange-login", first);
    assertThat(thief.post(VOTE, "up=true").statusCode()).as("the cookie before").isEqualTo(401);
    assertThat(browser.post("/sign-out", "").statusCode()).isEqualTo(303);
    assertThat(browser.cookies()).doesNotContainKey("melange-login");
    thief.cookies().put("melange-login", second);
    assertThat(thief.post(VOTE, "up=true").statusCode()).as("signed out").isEqualTo(401);
  }

  @Test
  void takesNoCookieThatItDidNotSet() throws Exception {
    for (String value : List.of("x", "A".repeat(43), "..", "%00", "a".repeat(3000))) {
      Browser browser = site.new Browser();
      browser.cookies().put("melange-login", value);
      assertThat(browser.get("/papers").statusCode()).isEqualTo(200);
      assertThat(browser.post(VOTE, "up=true").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void keepsCookiesToHttpsAndOneHostBehindTls() throws Exception {
    try (PublicSite behind =
        new PublicSite(
            new Access(true, List.of(), null, PublicSite.GENEROUS),
            User.Role.MEMBER,
            URI.create("https://papers.example.org"))) {
      Browser browser = behind.new Browser();
      HttpResponse<String> asked =
          browser.send(
              browser
                  .request("/sign-in")
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .header("Origin", "https://papers.example.org")
                  .POST(BodyPublishers.ofString("email=mae%40example.org")));
      assertThat(asked.headers().firstValue("Set-Cookie").orElseThrow())
          .startsWith("__Host-melange-browser=")
          .endsWith("; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure");
      assertThat(asked.headers().firstValue("Strict-Transport-Security").orElseThrow())
          .startsWith("max-age=31536000");
      HttpResponse<String> done =
          browser.send(
              browser
                  .request("/sign-in/link")
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(BodyPublishers.ofString("t=" + PublicSite.token(behind.mail()))));
      assertThat(done.headers().firstValue("Set-Cookie").orElseThrow())
          .matches(
              "__Host-melange-login=[A-Za-z0-9_-]{43}; Path=/; Max-Age=2592000; HttpOnly;"
                  + " SameSite=Lax; Secure");
    }
  }

  /** I8: no secret lies in the store as it is. */
  @Test
  void storesHashesOnly() throws Exception {
    Browser browser = site.new Browser();
    String token = asked(browser, "mae@example.org");
    browser.post("/sign-in/link", "t=" + token);
    String cookie = browser.cookies().get("melange-login");
    String dump =
        site.database()
            .read(
                db ->
                    String.join(
                        "\n", db.createQuery("script nosettings").mapTo(String.class).list()));
    assertThat(cookie).hasSize(43);
    assertThat(dump).contains("mae@example.org").doesNotContain(token, cookie);
  }
}
