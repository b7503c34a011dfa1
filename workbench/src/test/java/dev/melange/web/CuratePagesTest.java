package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.account.ApiTokens;
import dev.melange.account.Scope;
import dev.melange.feed.PaperRecord;
import dev.melange.store.Actor;
import dev.melange.store.UserStore;
import dev.melange.web.PublicSite.Browser;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What curators do with papers on a page for others: merging, editing, listing. */
class CuratePagesTest {
  private PublicSite site;
  private Browser owner;

  @BeforeEach
  void start() throws Exception {
    site = new PublicSite();
    for (String day : List.of("2026-02-25", "2026-02-27")) {
      site.add(
          PaperRecord.of(1, 1, "A <i>paper</i>", LocalDate.parse(day))
              .abstractText("Of " + day)
              .build(day));
    }
    owner = site.new Browser().signIn(PublicSite.OWNER);
  }

  @AfterEach
  void stop() throws IOException {
    site.close();
  }

  private HttpResponse<String> api(HttpRequest.Builder request, Scope... scopes) throws Exception {
    long user = new UserStore(site.database()).owner().id();
    String token =
        new ApiTokens(site.database())
            .create(
                new Actor(user, null),
                "test",
                EnumSet.copyOf(List.of(scopes)),
                Duration.ofDays(1),
                site.now());
    return site.new Browser().send(request.header("Authorization", "Bearer " + token));
  }

  private HttpResponse<String> merge(String paper, String body, Scope... scopes) throws Exception {
    return api(
        site.new Browser()
            .request("/api/papers/" + paper + "/merge")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)),
        scopes);
  }

  @Test
  void comparesThemAndLeadsFromTheOldAddressToTheNew() throws Exception {
    assertThat(owner.get("/curate").body())
        .contains("/curate/merge?from=local:a-i-paper-i-2&amp;into=local:a-i-paper-i")
        .doesNotContain("<i>paper");
    String both = owner.get("/curate/merge?from=local:a-i-paper-i-2&into=local:a-i-paper-i").body();
    assertThat(both).contains("Of 2026-02-25", "Of 2026-02-27", "The other one stays");
    owner.post("/papers/local:a-i-paper-i-2/vote", "up=true");
    owner.post("/papers/local:a-i-paper-i-2/comments", "body=Kept");
    HttpResponse<String> merged =
        owner.post("/curate/merge", "from=local:a-i-paper-i-2&into=local:a-i-paper-i");
    assertThat(merged.statusCode()).isEqualTo(303);
    assertThat(merged.headers().firstValue("Location")).hasValue("/papers/local:a-i-paper-i");
    for (String suffix : List.of("", ".md", ".bib", ".json")) {
      HttpResponse<String> old = owner.get("/papers/local:a-i-paper-i-2" + suffix);
      assertThat(old.statusCode()).isEqualTo(308);
      assertThat(old.headers().firstValue("Location"))
          .hasValue("/papers/local:a-i-paper-i" + suffix);
    }
    assertThat(owner.get("/papers/local:a-i-paper-i").body()).contains("Kept", "merged: local:");
    JsonNode json =
        new ObjectMapper().readTree(owner.get("/api/papers/local:a-i-paper-i-2").body());
    assertThat(json.get("id").asText()).isEqualTo("local:a-i-paper-i");
    assertThat(json.get("upvotes").asInt()).isOne();
    assertThat(owner.get("/curate").body()).contains("None.");
    assertThat(owner.get("/admin").body()).contains("<td>merge</td>");
    assertThat(
            owner
                .post("/curate/merge", "from=local:a-i-paper-i-2&into=local:a-i-paper-i")
                .statusCode())
        .as("both ids are one paper's now")
        .isEqualTo(400);
  }

  @Test
  void remembersThatTheyAreTwo() throws Exception {
    assertThat(
            owner
                .post("/curate/distinct", "one=local:a-i-paper-i&other=local:a-i-paper-i-2")
                .statusCode())
        .isEqualTo(303);
    assertThat(owner.get("/curate").body()).contains("None.");
    assertThat(owner.get("/papers/local:a-i-paper-i-2").statusCode()).isEqualTo(200);
  }

  @Test
  void mergesByTheApi() throws Exception {
    JsonNode pairs =
        new ObjectMapper()
            .readTree(
                api(site.new Browser().request("/api/duplicates"), Scope.READ, Scope.ADMIN).body());
    assertThat(pairs).hasSize(1);
    String first = pairs.at("/0/first/id").asText();
    String second = pairs.at("/0/second/id").asText();
    String into = "{\"into\":\"" + first + "\"}";
    assertThat(merge(second, into, Scope.SUBMIT).statusCode()).isEqualTo(403);
    assertThat(merge(second, "{\"into\":5}", Scope.ADMIN).statusCode()).isEqualTo(400);
    assertThat(merge(second, "{\"into\":\"local:none\"}", Scope.ADMIN).statusCode()).isEqualTo(404);
    assertThat(merge(second, into, Scope.ADMIN).body()).isEqualTo("{\"id\":\"" + first + "\"}");
    assertThat(merge(second, into, Scope.ADMIN).statusCode()).isEqualTo(400);
    assertThat(merge("2201.02973", "{\"into\":\"2305.13030\"}", Scope.ADMIN).statusCode())
        .as("two papers that are implemented here, or none")
        .isIn(400, 404);
  }

  @Test
  void editsListsAndWithdraws() throws Exception {
    String paper = "/papers/local:a-i-paper-i";
    assertThat(owner.get(paper).body()).contains("Edit the texts", "value=\"2026-02-25\"");
    owner.post(paper + "/edit", "title=A+paper&abstract=About&authors=One%0D%0ATwo");
    assertThat(owner.get(paper).body())
        .contains(">A paper</h1>", "/authors/One", "/authors/Two", "changed: title");
    assertThat(owner.post(paper + "/edit", "title=").statusCode()).isEqualTo(400);
    owner.post(paper + "/listing", "day=2026-02-01");
    assertThat(owner.get("/papers/date/2026-02-01").body()).contains("A paper");
    for (String day : List.of("", "yesterday", "2026-02-30", "2027-01-01")) {
      assertThat(owner.post(paper + "/listing", "day=" + day).statusCode()).isEqualTo(400);
    }
    owner.post(paper + "/delist", "");
    assertThat(owner.get("/papers/date/2026-02-01").statusCode()).isEqualTo(302);
    owner.post(paper + "/withdraw", "withdrawn=true");
    assertThat(site.new Browser().get(paper).body())
        .contains("This paper was withdrawn.")
        .doesNotContain("Edit the texts");
    Browser mae = site.new Browser().signIn("mae@example.org");
    for (String path : List.of("/edit", "/listing", "/delist", "/withdraw")) {
      assertThat(mae.post(paper + path, "title=x&withdrawn=false").statusCode()).isEqualTo(403);
      assertThat(owner.bare(paper + path, "title=x&withdrawn=false").statusCode()).isEqualTo(403);
    }
  }

  @Test
  void isForCurators() throws Exception {
    Browser mae = site.new Browser().signIn("mae@example.org");
    for (String path : List.of("/curate", "/curate/merge?from=a&into=b", "/api/duplicates")) {
      assertThat(mae.get(path).statusCode()).isEqualTo(403);
      assertThat(site.new Browser().get(path).statusCode()).isEqualTo(401);
    }
    assertThat(owner.get("/curate/merge?from=local:a-i-paper-i").statusCode()).isEqualTo(404);
    assertThat(
            owner.get("/curate/merge?from=local:a-i-paper-i&into=local:a-i-paper-i").statusCode())
        .isEqualTo(400);
  }
}
