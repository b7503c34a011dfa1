package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.account.ApiTokens;
import dev.melange.account.Scope;
import dev.melange.feed.OrganisationName;
import dev.melange.feed.PaperRecord;
import dev.melange.store.Actor;
import dev.melange.store.ClaimStore;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.UserStore;
import dev.melange.web.PublicSite.Browser;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims of authorship on a page for others. */
class ClaimPagesTest {
  private static final String PAPER = "/papers/local:a-paper";
  private static final String AUTHOR = "Mae <b>Author</b>";

  private PublicSite site;
  private Browser mae;
  private Browser owner;
  private long paper;

  @BeforeEach
  void start() throws Exception {
    site = new PublicSite();
    paper =
        site.add(
            PaperRecord.of(1, 1, "A paper", LocalDate.parse("2026-02-28"))
                .authors(List.of(AUTHOR, "Second Author"))
                .organisation(new OrganisationName("some-lab", "Some Lab"))
                .build("raw"));
    mae = member("mae");
    owner = site.new Browser().signIn(PublicSite.OWNER);
  }

  @AfterEach
  void stop() throws IOException {
    site.close();
  }

  private Browser member(String name) throws Exception {
    Browser browser = site.new Browser().signIn(name + "@lab.example.org");
    browser.post("/settings/account/name", "name=" + name);
    return browser;
  }

  private long id(String name) {
    return new UserStore(site.database()).find(name).orElseThrow().id();
  }

  private HttpResponse<String> claim(Browser browser) throws Exception {
    return browser.post(PAPER + "/claims", "author=" + EntryViews.encoded(AUTHOR));
  }

  private HttpResponse<String> decide(String name, boolean verified) throws Exception {
    return owner.post(
        "/curate/claims", "paper=local:a-paper&user=%d&verified=%s".formatted(id(name), verified));
  }

  private PaperEntry entry() {
    return new PaperStore(site.database()).withIds(List.of(paper)).get(0);
  }

  private HttpResponse<String> api(String name, String path, String body, Scope... scopes)
      throws Exception {
    String token =
        new ApiTokens(site.database())
            .create(
                new Actor(id(name), null),
                "test",
                EnumSet.copyOf(List.of(scopes)),
                Duration.ofDays(1),
                site.now());
    Browser program = site.new Browser();
    return program.send(
        program
            .request(path)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private String authorId(int index) throws Exception {
    JsonNode json = new ObjectMapper().readTree(mae.get("/api" + PAPER).body());
    return json.at("/authors/" + index + "/_id").asText();
  }

  @Test
  void goesFromTheClaimToTheVerifiedAuthorWhoHidesTheirName() throws Exception {
    assertThat(mae.get(PAPER).body()).contains("Are you one of the authors?", "Mae &lt;b");
    HttpResponse<String> claimed = claim(mae);
    assertThat(claimed.statusCode()).isEqualTo(303);
    assertThat(mae.get(PAPER).body()).contains("You say to be", "A curator decides");
    assertThat(mae.get(PAPER).body()).doesNotContain("Edit the links");
    assertThat(mae.get("/curate").statusCode()).isEqualTo(403);
    assertThat(owner.get("/curate").body())
        .contains("<b>mae</b>", "at lab.example.org", "says to be")
        .doesNotContain("<b>Author</b>");
    assertThat(decide("mae", true).statusCode()).isEqualTo(303);
    assertThat(mae.get(PAPER).body())
        .contains("You are known to be", "Hide my name here", "Edit the links")
        .contains("mae is known to be this author");
    mae.post(PAPER + "/comments", "body=Hello");
    assertThat(site.new Browser().get(PAPER).body()).contains("author of the paper");
    JsonNode list =
        new ObjectMapper().readTree(mae.get("/api/daily_papers?date=2026-02-28").body());
    assertThat(list.at("/0/isAuthorParticipating").asBoolean()).isTrue();
    assertThat(list.at("/0/paper/authors/0/status").asText()).isEqualTo("claimed_verified");
    assertThat(list.at("/0/paper/authors/0/user/name").asText()).isEqualTo("mae");
    mae.post(PAPER + "/claims/hide", "hidden=true");
    for (String path : List.of(PAPER, "/api" + PAPER, PAPER + ".bib", PAPER + ".md")) {
      assertThat(site.new Browser().get(path).body())
          .as(path)
          .contains("Second Author")
          .doesNotContain("Author</b>", "Mae");
    }
    assertThat(site.new Browser().get(PAPER + ".bib").body()).contains("Second Author and others");
    mae.post(PAPER + "/claims/withdraw", "");
    assertThat(site.new Browser().get(PAPER).body()).contains("Mae &lt;b");
  }

  @Test
  void showsNothingOfClaimsToVisitorsAndNoLabelToThoseNotVerified() throws Exception {
    assertThat(site.new Browser().get(PAPER).body()).doesNotContain("Authors and links");
    claim(mae);
    mae.post(PAPER + "/comments", "body=Hello");
    assertThat(site.new Browser().get(PAPER).body())
        .contains("Hello")
        .doesNotContain("author of the paper", "known to be");
  }

  @Test
  void answersAlikeWhateverBecomesOfAClaim() throws Exception {
    Browser bob = member("bob");
    Browser eve = member("eve");
    claim(bob);
    decide("bob", true);
    HttpResponse<String> held = claim(mae);
    HttpResponse<String> heldToo = claim(eve);
    HttpResponse<String> again = claim(eve);
    assertThat(List.of(heldToo.statusCode(), again.statusCode())).containsOnly(held.statusCode());
    assertThat(heldToo.headers().firstValue("Location"))
        .isEqualTo(held.headers().firstValue("Location"));
    String body = "{\"paperId\":\"local:a-paper\",\"claimAuthorId\":\"%s\"}";
    member("zoe");
    HttpResponse<String> first =
        api("mae", "/api/settings/papers/claim", body.formatted(authorId(0)), Scope.SUBMIT);
    HttpResponse<String> free =
        api("zoe", "/api/settings/papers/claim", body.formatted(authorId(1)), Scope.SUBMIT);
    assertThat(first.statusCode()).isEqualTo(202);
    assertThat(free.statusCode()).isEqualTo(202);
    assertThat(free.body()).isEqualTo(first.body()).isEqualTo("{\"status\":\"received\"}");
  }

  @Test
  void letsCuratorsVouchByTheApiAndTellsNobodyWhoIsThere() throws Exception {
    String body =
        "{\"paperId\":\"local:a-paper\",\"claimAuthorId\":\"%s\",\"targetUserId\":\"%s\"}";
    String path = "/api/settings/papers/claim";
    HttpResponse<String> known =
        api("mae", path, body.formatted(authorId(0), "owner"), Scope.SUBMIT);
    HttpResponse<String> unknown =
        api("mae", path, body.formatted(authorId(0), "nobody"), Scope.SUBMIT);
    assertThat(known.statusCode()).isEqualTo(403);
    assertThat(unknown.body()).isEqualTo(known.body());
    assertThat(api("owner", path, body.formatted(authorId(0), "mae"), Scope.SUBMIT).statusCode())
        .as("without the scope admin")
        .isEqualTo(403);
    HttpResponse<String> vouched =
        api("owner", path, body.formatted(authorId(0), "mae"), Scope.SUBMIT, Scope.ADMIN);
    HttpResponse<String> nobody =
        api("owner", path, body.formatted(authorId(0), "nobody"), Scope.SUBMIT, Scope.ADMIN);
    assertThat(vouched.statusCode()).isEqualTo(202);
    assertThat(nobody.statusCode()).isEqualTo(202);
    assertThat(nobody.body()).isEqualTo(vouched.body());
    assertThat(entry().isBy("mae")).isTrue();
    assertThat(
            api("mae", path, body.formatted(authorId(0), JsonShapes.userId("mae")), Scope.SUBMIT)
                .statusCode())
        .isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "",
        "{\"paperId\":5,\"claimAuthorId\":\"x\"}",
        "{\"paperId\":\"local:a-paper\",\"claimAuthorId\":\"x\"}",
        "{\"paperId\":\"local:a-paper\",\"claimAuthorId\":null}"
      })
  void refusesOtherClaims(String body) throws Exception {
    HttpResponse<String> answer = api("mae", "/api/settings/papers/claim", body, Scope.SUBMIT);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"error\":\"");
    assertThat(new ClaimStore(site.database()).of(paper, id("mae"))).isEmpty();
  }

  @Test
  void verifiesByTheDomainThatACuratorNamed() throws Exception {
    String page = owner.get("/curate").body();
    String action =
        page.replaceFirst("(?s).*(/curate/organisations/\\d+/domains).*?Some Lab.*", "$1");
    assertThat(owner.post(action, "domains=lab.example.org%20other.example").statusCode())
        .isEqualTo(303);
    assertThat(owner.get("/curate").body()).contains("value=\"lab.example.org other.example\"");
    assertThat(owner.post(action, "domains=nonsense").statusCode()).isEqualTo(400);
    claim(mae);
    assertThat(mae.get(PAPER).body()).contains("You are known to be");
    assertThat(decide("mae", false).statusCode()).isEqualTo(303);
    assertThat(entry().isBy("mae")).isFalse();
  }

  @Test
  void letsAuthorsEditLinksAndRefusesOthers() throws Exception {
    String form =
        "projectPage=https%3A%2F%2Flab.example%2Fp&githubRepo=https%3A%2F%2Fgithub.com%2Flab%2Fcode";
    assertThat(mae.post(PAPER + "/links", form).statusCode()).isEqualTo(403);
    claim(mae);
    assertThat(mae.post(PAPER + "/links", form).statusCode()).as("not verified").isEqualTo(403);
    decide("mae", true);
    assertThat(mae.post(PAPER + "/links", form).statusCode()).isEqualTo(303);
    assertThat(entry().repoUrl()).isEqualTo("https://github.com/lab/code");
    assertThat(mae.post(PAPER + "/links", "projectPage=javascript:alert(1)").statusCode())
        .isEqualTo(400);
    String path = "/api" + PAPER + "/links";
    assertThat(api("mae", path, "{\"githubRepo\":null}", Scope.SUBMIT).body()).isEqualTo("{}");
    assertThat(entry().repoUrl()).isNull();
    assertThat(entry().projectUrl()).isEqualTo("https://lab.example/p");
    assertThat(api("mae", path, "{\"organizationId\":\"x\"}", Scope.SUBMIT).statusCode())
        .isEqualTo(400);
    assertThat(api("mae", path, "{\"githubRepo\":5}", Scope.SUBMIT).statusCode()).isEqualTo(400);
    assertThat(api("mae", path, "{}", Scope.VOTE).statusCode()).isEqualTo(403);
  }

  @Test
  void takesNothingWithoutTheTokenOfTheForm() throws Exception {
    for (String path : List.of("/claims", "/claims/withdraw", "/claims/hide", "/links")) {
      assertThat(mae.bare(PAPER + path, "author=x&hidden=true").statusCode()).isEqualTo(403);
    }
    for (String path : List.of("/curate/claims", "/curate/merge", "/curate/distinct")) {
      assertThat(owner.bare(path, "from=a&into=b").statusCode()).isEqualTo(403);
      assertThat(mae.post(path, "from=a&into=b").statusCode()).isEqualTo(403);
    }
    assertThat(claim(mae).statusCode()).isEqualTo(303);
    assertThat(mae.post(PAPER + "/claims", "author=Nobody").statusCode()).isEqualTo(400);
  }
}
