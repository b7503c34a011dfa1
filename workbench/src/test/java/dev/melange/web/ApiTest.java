package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.papers.Cards;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ApiTest {
  private static TestSite site;

  @BeforeAll
  static void start() throws IOException {
    site = new TestSite();
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
  }

  /** T42: the fields that strict generated clients of daily-papers services demand. */
  @Test
  void givesTheFieldsThatClientsExpect() throws Exception {
    JsonNode list = site.json("/api/daily_papers?limit=100");
    assertThat(list).hasSize(Cards.all().size());
    for (JsonNode wrapper : list) {
      texts(wrapper, "title", "summary", "thumbnail", "publishedAt");
      assertThat(wrapper.get("thumbnail").asText()).startsWith(site.url());
      assertThat(wrapper.get("numComments").isInt()).isTrue();
      assertThat(wrapper.get("isAuthorParticipating").isBoolean()).isTrue();
      JsonNode user = wrapper.get("submittedBy");
      texts(user, "_id", "avatarUrl", "fullname", "name", "type");
      assertThat(user.get("_id").asText()).matches("[0-9a-f]{24}");
      assertThat(user.get("isPro").isBoolean()).isTrue();
      JsonNode paper = wrapper.get("paper");
      texts(paper, "id", "title", "summary", "publishedAt", "discussionId");
      assertThat(paper.get("publishedAt").asText())
          .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
      assertThat(paper.get("upvotes").isInt()).isTrue();
      assertThat(paper.get("authors").isArray()).isTrue();
      paper.get("authors").forEach(author -> texts(author, "_id", "name"));
      assertThat(paper.get("melange").get("key").isTextual()).isTrue();
    }
    JsonNode single = site.json("/api/papers/2201.02973");
    assertThat(single.get("melange").get("key").asText()).isEqualTo("maxim");
    assertThat(single.get("linkedModels")).isNotEmpty();
    assertThat(single.get("numTotalModels").asInt()).isEqualTo(single.get("linkedModels").size());
    for (String field : List.of("linkedDatasets", "linkedSpaces")) {
      assertThat(single.get(field).isArray()).isTrue();
    }
  }

  private static void texts(JsonNode node, String... fields) {
    for (String field : fields) {
      assertThat(node.path(field).isTextual()).as(field).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2201.02973",
        "2201.02973v2",
        "arXiv:2201.02973",
        "https:%2F%2Farxiv.org%2Fabs%2F2201.02973v1",
        "local:maxim"
      })
  void findsAPaperByAnyFormOfItsId(String id) throws Exception {
    HttpResponse<String> answer = site.get("/api/papers/" + id);
    if (answer.statusCode() != 400) { // an encoded slash may be refused by the server itself
      assertThat(site.json("/api/papers/" + id).path("id").asText()).isEqualTo("2201.02973");
    }
  }

  @Test
  void pagesThroughEverythingOnce() throws Exception {
    Set<String> seen = new HashSet<>();
    for (int page = 0; page < 5; page++) {
      for (JsonNode wrapper : site.json("/api/daily_papers?limit=10&p=" + page)) {
        assertThat(seen.add(wrapper.get("paper").get("id").asText())).isTrue();
      }
    }
    assertThat(seen).hasSize(Cards.all().size());
    assertThat(site.json("/api/daily_papers?limit=10&p=5")).isEmpty();
    assertThat(site.get("/api/daily_papers?limit=10&p=5").statusCode()).isEqualTo(200);
  }

  @Test
  void answersForAPeriod() throws Exception {
    assertThat(site.json("/api/daily_papers?date=2025-08-17")).hasSize(1);
    assertThat(site.json("/api/daily_papers?date=2025-08-18")).isEmpty();
    assertThat(site.json("/api/daily_papers?week=2025-W33")).hasSize(1);
    assertThat(site.json("/api/daily_papers?month=2025-08")).isNotEmpty();
    assertThat(site.json("/api/daily_papers?submitter=nobody")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=99999999999",
        "p=-1",
        "sort=best",
        "date=2025-13-01",
        "date=2999-01-01",
        "week=2025-W53",
        "month=2025-00",
        "date=2025-08-17&week=2025-W33"
      })
  void refusesWhatMakesNoSense(String query) throws Exception {
    HttpResponse<String> answer = site.get("/api/daily_papers?" + query);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
    assertThat(answer.body()).startsWith("{\"error\":\"").doesNotContain("Exception");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"9999.99999", "local:nothing", "..%2f..%2fetc%2fpasswd", "'%20or%201=1", "%00"})
  void knowsNoOtherPapers(String id) throws Exception {
    HttpResponse<String> answer = site.get("/api/papers/" + id);
    assertThat(answer.statusCode()).isIn(400, 404);
    assertThat(answer.body()).doesNotContain("Exception", "\tat ");
  }

  @Test
  void savesWhoHasTheAnswerAlreadyFromItsTransfer() throws Exception {
    HttpResponse<String> first = site.get("/api/papers/2201.02973");
    String tag = first.headers().firstValue("ETag").orElseThrow();
    assertThat(first.headers().firstValue("Cache-Control")).hasValue("public, max-age=60");
    HttpResponse<String> again =
        site.send(site.request("/api/papers/2201.02973").header("If-None-Match", tag));
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void votesOnceHoweverOftenAskedTo() throws Exception {
    String path = "/api/papers/2403.00001/upvote";
    assertThat(site.send(site.call(path).POST(BodyPublishers.noBody())).statusCode())
        .isEqualTo(404);
    String id = site.json("/api/daily_papers?limit=1").get(0).get("paper").get("id").asText();
    String real = "/api/papers/" + id + "/upvote";
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> voted = site.send(site.call(real).POST(BodyPublishers.noBody()));
      assertThat(voted.statusCode()).isEqualTo(200);
      assertThat(voted.body()).contains("\"upvotes\":1", "\"upvoted\":true");
    }
    assertThat(site.json("/api/papers/" + id).get("upvotes").asInt()).isEqualTo(1);
    assertThat(site.send(site.call(real).DELETE()).body()).contains("\"upvotes\":0");
  }

  @Test
  void refusesChangesFromOtherSites() throws Exception {
    String path = "/api/papers/2201.02973/upvote";
    assertThat(
            site.send(
                    site.call(path)
                        .header("Origin", "https://evil.example")
                        .POST(BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(403);
    assertThat(
            site.send(
                    site.call(path)
                        .header("Sec-Fetch-Site", "cross-site")
                        .POST(BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(403);
    assertThat(site.json("/api/papers/2201.02973").get("upvotes").asInt()).isZero();
  }

  @Test
  void followsCursorsThroughEverythingOnce() throws Exception {
    Set<String> seen = new HashSet<>();
    String path = "/api/papers?limit=7";
    while (path != null) {
      HttpResponse<String> answer = site.get(path);
      assertThat(answer.statusCode()).isEqualTo(200);
      for (JsonNode wrapper : new ObjectMapper().readTree(answer.body())) {
        assertThat(seen.add(wrapper.get("paper").get("id").asText())).isTrue();
      }
      path =
          answer
              .headers()
              .firstValue("Link")
              .map(link -> link.replaceFirst("^<" + site.url(), "").replaceFirst(">.*", ""))
              .orElse(null);
    }
    assertThat(seen).hasSize(Cards.all().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00", "..%2f"})
  void refusesCursorsThatItNeverGaveOut(String cursor) throws Exception {
    assertThat(site.get("/api/papers?cursor=" + cursor).statusCode()).isEqualTo(400);
  }

  /** T43. */
  @Test
  void givesValidFeedsWhoseEntriesDoNotMoveWithVotes() throws Exception {
    for (String list :
        List.of("daily", "trending", "new", "orgs/MediaTek-Research", "authors/Wu")) {
      HttpResponse<String> answer = site.get("/feeds/" + list + ".atom");
      assertThat(answer.statusCode()).isEqualTo(200);
      Element feed =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(answer.body().getBytes(StandardCharsets.UTF_8)))
              .getDocumentElement();
      assertThat(feed.getTagName()).isEqualTo("feed");
      assertThat(feed.getElementsByTagName("author").getLength()).isPositive();
      NodeList ids = feed.getElementsByTagName("id");
      Set<String> distinct = new HashSet<>();
      for (int i = 0; i < ids.getLength(); i++) {
        distinct.add(ids.item(i).getTextContent());
      }
      assertThat(distinct).hasSize(ids.getLength());
      assertThat(feed.getElementsByTagName("updated").getLength()).isEqualTo(ids.getLength());
      HttpResponse<String> rss = site.get("/feeds/" + list + ".rss");
      assertThat(rss.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("application/rss+xml");
      Element channel =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(rss.body().getBytes(StandardCharsets.UTF_8)))
              .getDocumentElement();
      assertThat(channel.getTagName()).isEqualTo("rss");
      assertThat(channel.getElementsByTagName("item").getLength()).isEqualTo(ids.getLength() - 1);
      assertThat(channel.getElementsByTagName("pubDate").item(0).getTextContent())
          .matches("[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
      JsonNode json = site.json("/feeds/" + list + ".json");
      assertThat(json.get("version").asText()).isEqualTo("https://jsonfeed.org/version/1.1");
      assertThat(json.get("items")).hasSize(ids.getLength() - 1);
    }
    String before = site.get("/feeds/new.atom").body();
    String vote = "/api/papers/2201.02973/upvote";
    site.send(site.call(vote).POST(BodyPublishers.noBody()));
    assertThat(site.get("/feeds/new.atom").body()).isEqualTo(before);
    site.send(site.call(vote).DELETE());
    assertThat(site.get("/feeds/new.txt").statusCode()).isEqualTo(404);
    assertThat(site.get("/feeds/other.atom").statusCode()).isEqualTo(404);
    assertThat(site.get("/feeds/new.atom?since=yesterday").statusCode()).isEqualTo(400);
  }

  @Test
  void describesItself() throws Exception {
    JsonNode api = site.json("/api/openapi.json");
    assertThat(api.get("openapi").asText()).startsWith("3.");
    for (String path :
        List.of(
            "/api/daily_papers",
            "/api/papers",
            "/api/papers/index",
            "/api/settings/papers/claim",
            "/api/papers/{id}/links",
            "/api/duplicates",
            "/api/papers/{id}/merge",
            "/api/papers/search",
            "/api/papers/{id}/similar",
            "/api/papers/{id}/upvote")) {
      assertThat(api.get("paths").has(path)).as(path).isTrue();
    }
    JsonNode paper = site.json("/api/papers/2201.02973");
    JsonNode described = api.at("/components/schemas/Paper/properties");
    paper
        .fieldNames()
        .forEachRemaining(
            field -> assertThat(described.has(field) || field.equals("numComments")).isTrue());
  }

  @Test
  void drawsThePicturesThatItsObjectsName() throws Exception {
    for (JsonNode wrapper : site.json("/api/daily_papers?limit=5")) {
      for (String field : new String[] {"/thumbnail", "/submittedBy/avatarUrl"}) {
        String path = wrapper.at(field).asText().replace(site.url(), "");
        HttpResponse<String> picture = site.get(path);
        assertThat(picture.statusCode()).as(path).isEqualTo(200);
        assertThat(picture.headers().firstValue("Content-Type").orElseThrow())
            .startsWith("image/svg+xml");
        assertThat(
                DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(
                        new ByteArrayInputStream(picture.body().getBytes(StandardCharsets.UTF_8)))
                    .getDocumentElement()
                    .getTagName())
            .isEqualTo("svg");
      }
    }
    assertThat(site.get("/avatars/%3Csvg%3E.svg").statusCode()).isEqualTo(404);
    assertThat(PictureRoutes.lines("one " + "x".repeat(100) + " two".repeat(100)))
        .hasSize(5)
        .allMatch(line -> line.length() <= 36);
  }
}
