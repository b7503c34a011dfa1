package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.store.User;
import dev.melange.web.PublicSite.Browser;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitsTest {
  private static final String VOTE = "/papers/2201.02973/vote";

  private PublicSite site;

  private void start(List<Network> proxies, Limits limits) throws IOException {
    site = new PublicSite(new Access(true, proxies, null, limits), User.Role.MEMBER, null);
  }

  @AfterEach
  void stop() throws IOException {
    if (site != null) {
      site.close();
    }
  }

  private HttpResponse<String> from(Browser browser, String address, String path) throws Exception {
    return browser.send(
        browser
            .request(path)
            .header("X-Forwarded-For", address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("up=true")));
  }

  @Test
  void tellsWhoAsksTooOftenWhenToComeBack() throws Exception {
    start(List.of(), new Limits(1000, 60, 20, 20));
    Browser visitor = site.new Browser();
    for (int i = 0; i < 60; i++) {
      assertThat(visitor.get("/papers/search?q=mixing").statusCode()).isEqualTo(200);
    }
    HttpResponse<String> refused = visitor.get("/papers/search?q=mixing");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(refused.body()).contains("that was too often; try again in 1 seconds");
    HttpResponse<String> api = visitor.get("/api/papers/search?q=mixing");
    assertThat(api.statusCode()).as("the same searches").isEqualTo(429);
    assertThat(api.body()).startsWith("{\"error\":\"");
    assertThat(visitor.get("/papers").statusCode()).as("reading goes on").isEqualTo(200);
    site.advance(Duration.ofSeconds(2));
    assertThat(visitor.get("/papers/search?q=mixing").statusCode()).isEqualTo(200);
    for (int i = 0; i < 20; i++) {
      assertThat(visitor.bare(VOTE, "up=true").statusCode()).isEqualTo(401);
    }
    assertThat(visitor.bare(VOTE, "up=true").statusCode()).isEqualTo(429);
    site.advance(Duration.ofMinutes(1));
    assertThat(visitor.bare(VOTE, "up=true").statusCode()).isEqualTo(401);
  }

  @Test
  void limitsAllRequestsOfAnAddress() throws Exception {
    start(List.of(), new Limits(30, 60, 20, 20));
    Browser visitor = site.new Browser();
    for (int i = 0; i < 30; i++) {
      assertThat(visitor.get("/api/papers?limit=1").statusCode()).isEqualTo(200);
    }
    assertThat(visitor.get("/api/papers?limit=1").statusCode()).isEqualTo(429);
  }

  @Test
  void limitsAnAccountWhereverItIs() throws Exception {
    start(List.of(Network.parse("127.0.0.0/8")), new Limits(10_000, 60, 20, 20));
    Browser mae = site.new Browser().signIn("mae@example.org");
    String csrf = mae.get("/settings/account").body();
    String token = csrf.replaceFirst("(?s).*?name=\"_csrf\" value=\"([0-9a-f]+)\".*", "$1");
    int refused = 0;
    for (int i = 0; i < 30; i++) {
      HttpResponse<String> answer =
          mae.send(
              mae.request(VOTE)
                  .header("X-Forwarded-For", "203.0.113." + i)
                  .header("X-CSRF-Token", token)
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(BodyPublishers.ofString("up=true")));
      assertThat(answer.statusCode()).isIn(303, 429);
      refused += answer.statusCode() == 429 ? 1 : 0;
    }
    assertThat(refused).isBetween(10, 11);
  }

  @Test
  void believesKnownProxiesOnly() throws Exception {
    start(List.of(), new Limits(10_000, 60, 3, 20));
    Browser visitor = site.new Browser();
    for (int i = 0; i < 3; i++) {
      assertThat(from(visitor, "203.0.113." + i, VOTE).statusCode()).isEqualTo(401);
    }
    assertThat(from(visitor, "203.0.113.9", VOTE).statusCode())
        .as("whoever writes another address there")
        .isEqualTo(429);
    site.close();
    start(List.of(Network.parse("127.0.0.1")), new Limits(10_000, 60, 3, 20));
    Browser behind = site.new Browser();
    for (int i = 0; i < 3; i++) {
      assertThat(from(behind, "198.51.100." + i + ", 203.0.113.1", VOTE).statusCode())
          .isEqualTo(401);
    }
    assertThat(from(behind, "198.51.100.77, 203.0.113.1", VOTE).statusCode())
        .as("what stands before the last address that is no proxy")
        .isEqualTo(429);
    assertThat(from(behind, "203.0.113.2", VOTE).statusCode()).isEqualTo(401);
    assertThat(from(behind, "not-an-address", VOTE).statusCode()).isEqualTo(401);
    for (int i = 0; i < 3; i++) {
      assertThat(from(behind, "2001:db8:1:2::" + i, VOTE).statusCode()).isEqualTo(401);
    }
    assertThat(from(behind, "2001:db8:1:2:ffff::9", VOTE).statusCode())
        .as("one network of IPv6")
        .isEqualTo(429);
    assertThat(from(behind, "2001:db8:1:3::1", VOTE).statusCode()).isEqualTo(401);
  }

  @Test
  void limitsLinksOfAnAddress() throws Exception {
    start(List.of(), new Limits(10_000, 60, 1000, 20));
    Browser visitor = site.new Browser();
    for (int i = 0; i < 20; i++) {
      assertThat(visitor.ask("someone" + i + "@example.org").statusCode()).isEqualTo(202);
    }
    HttpResponse<String> refused = visitor.ask("one.more@example.org");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After").orElseThrow()).matches("1[78]\\d");
  }

  @Test
  void leavesOwnersOfTheirOwnMachineAlone() throws Exception {
    try (TestSite own = new TestSite()) {
      for (int i = 0; i < 80; i++) {
        assertThat(own.get("/papers/2201.02973.md").statusCode()).isEqualTo(200);
      }
      String csrf = own.csrf();
      for (int i = 0; i < 40; i++) {
        assertThat(
                own.send(
                        own.request(VOTE)
                            .header("X-CSRF-Token", csrf)
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(BodyPublishers.ofString("up=true")))
                    .statusCode())
            .isEqualTo(303);
      }
    }
  }

  @Test
  void knowsNetworks() {
    Network ten = Network.parse("10.1.2.3/8");
    assertThat(ten.contains(Network.literal("10.255.0.1"))).isTrue();
    assertThat(ten.contains(Network.literal("11.0.0.1"))).isFalse();
    assertThat(ten.contains(Network.literal("::1"))).isFalse();
    assertThat(Network.parse("fd00::/9").contains(Network.literal("fd7f::1"))).isTrue();
    assertThat(Network.parse("fd00::/9").contains(Network.literal("fd80::1"))).isFalse();
    assertThat(Network.parse("0.0.0.0/0").contains(Network.literal("8.8.8.8"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "proxy.example", "10.0.0.0/33", "10.0.0.0/x", "1.2.3.999", "1.2"})
  void refusesWhatIsNoNetwork(String text) {
    assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
