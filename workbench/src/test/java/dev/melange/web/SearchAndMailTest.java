package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.jobs.JobQueue;
import dev.melange.jobs.JobSettings;
import dev.melange.mail.FolderCarrier;
import dev.melange.mail.MailSite;
import dev.melange.mail.MailTokens;
import dev.melange.mail.Subscriptions;
import dev.melange.papers.Cards;
import dev.melange.search.PaperSearch;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.ResultStore;
import dev.melange.store.TagStore;
import dev.melange.store.TestDatabases;
import dev.melange.store.UserStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Search and subscriptions over HTTP; words only, since the encoder has tests of its own. */
class SearchAndMailTest {
  @TempDir private static Path folder;
  private static Database database;
  private static PaperSearch search;
  private static Subscriptions subscriptions;
  private static JobQueue queue;
  private static PageServer server;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Clock clock = Clock.fixed(TestSite.NOW, ZoneOffset.UTC);
    database = TestDatabases.open();
    new Importer(database, new CatalogueLinks(Cards.all()), clock, ZoneOffset.UTC)
        .importCards(Cards.all());
    search = PaperSearch.open(database, null, () -> null);
    search.awaitReady();
    subscriptions =
        new Subscriptions(
            database,
            MailTokens.load(folder.resolve("secret")),
            MailSite.of("https://papers.example.org"),
            new FolderCarrier(folder.resolve("outbox")),
            clock);
    queue =
        new JobQueue(
            database, JobSettings.children(folder.resolve("jobs"), "none.such.Main", 256), clock);
    server =
        PageServer.start(
            new SiteConfig("127.0.0.1", 0, null, "somebody", ZoneOffset.UTC),
            database,
            clock,
            queue,
            new Services(search, subscriptions));
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
    queue.close();
    subscriptions.close();
    search.close();
    database.close();
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path));
  }

  private static HttpResponse<String> post(String path, String form)
      throws IOException, InterruptedException {
    return send(
        to(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("_csrf=" + csrf() + "&" + form)));
  }

  private static String csrf() throws IOException, InterruptedException {
    String page = send(to("/subscribe")).body();
    return page.replaceFirst("(?s).*?name=\"_csrf\" value=\"([0-9a-f]+)\".*", "$1");
  }

  @Test
  void givesSearchesAsFeeds() throws Exception {
    ResultStore results = new ResultStore(database);
    PaperEntry maxim = new PaperStore(database).ofCatalogue("maxim").orElseThrow();
    results.add(
        new ResultStore.Result(
            maxim.id(),
            "maxim",
            "quick",
            "{}",
            "0 to 2",
            "a <machine>",
            TestSite.NOW,
            TestSite.NOW,
            "{}",
            "holds",
            "folder of givesSearchesAsFeeds",
            "test"));
    String feed = send(to("/feeds/search.atom?q=image+processing")).body();
    assertThat(feed)
        .contains("MAXIM: Multi-Axis", "/papers/search?q=image%20processing")
        .contains("&lt;td&gt;holds&lt;/td&gt;", "a &amp;lt;machine");
    assertThat(send(to("/feeds/search.rss?q=image+processing")).body()).contains("<rss ", "MAXIM");
    assertThat(send(to("/feeds/search.json?q=image+processing")).body()).contains("jsonfeed.org");
    assertThat(send(to("/papers/search?q=image+processing")).body())
        .contains("claim holds (1)", "/feeds/search.atom?q=image%20processing");
    assertThat(send(to("/papers/search?q=verdict%3Aholds")).body()).contains("MAXIM");
  }

  @Test
  void showsWhatWasFoundWithMarks() throws Exception {
    HttpResponse<String> page = send(to("/papers/search?q=mixnig"));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("Showing results for mixing (mixnig).")
        .contains("<mark>Mixing</mark>")
        .contains("words only");
    assertThat(send(to("/papers/search")).statusCode()).isEqualTo(200);
    HttpResponse<String> none = send(to("/papers/search?q=title:zzzzzz"));
    assertThat(none.body()).contains("No paper matches");
  }

  @Test
  void escapesQueries() throws Exception {
    HttpResponse<String> page =
        send(to("/papers/search?q=%22%3E%3Csvg%2Fonload%3Dalert(1)%3E%7B%7B7*7%7D%7D"));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).doesNotContain("<svg/onload").contains("{{7*7}} - Search");
  }

  @Test
  void answersTheApiAsClientsExpect() throws Exception {
    HttpResponse<String> answer = send(to("/api/papers/search?q=time+series&limit=3"));
    JsonNode list = new ObjectMapper().readTree(answer.body());
    assertThat(list).hasSize(3);
    for (JsonNode wrapper : list) {
      assertThat(wrapper.get("title").isTextual()).isTrue();
      assertThat(wrapper.get("publishedAt").isTextual()).isTrue();
      assertThat(wrapper.get("numComments").isInt()).isTrue();
      assertThat(wrapper.get("paper").get("id").isTextual()).isTrue();
    }
    for (String bad :
        List.of("", "q=", "q=a&limit=0", "q=a&limit=121", "q=a&mode=x", "q=" + "x".repeat(251))) {
      HttpResponse<String> refused = send(to("/api/papers/search?" + bad));
      assertThat(refused.statusCode()).as(bad).isEqualTo(400);
      assertThat(new ObjectMapper().readTree(refused.body()).get("error").isTextual()).isTrue();
    }
    assertThat(send(to("/api/papers/2201.02973/similar")).statusCode()).isEqualTo(200);
    assertThat(send(to("/api/papers/9999.99999/similar")).statusCode()).isEqualTo(404);
  }

  @Test
  void completesWhatIsBeingTyped() throws Exception {
    assertThat(completions("maxim")).first().asString().startsWith("MAXIM: Multi-Axis");
    assertThat(completions("multi axis mlp for im"))
        .anySatisfy(text -> assertThat(text).startsWith("MAXIM"));
    PaperEntry maxim = new PaperStore(database).ofCatalogue("maxim").orElseThrow();
    String author =
        maxim.authors().stream()
            .map(PaperEntry.Author::name)
            .max(Comparator.comparingInt(String::length))
            .orElseThrow();
    assertThat(completions(author.substring(0, author.length() - 1)))
        .contains("author:\"" + author + "\"");
    new TagStore(database)
        .set(new UserStore(database).owner().id(), maxim.id(), List.of("zebra crossings"));
    assertThat(completions("zeb")).containsExactly("tag:\"zebra crossings\"");
    assertThat(completions("")).isEmpty();
    assertThat(completions("qqqqqq")).isEmpty();
    assertThat(completions("m")).hasSizeLessThanOrEqualTo(8);
    assertThat(send(to("/api/papers/complete?q=" + "x".repeat(251))).statusCode()).isEqualTo(400);
  }

  private static List<String> completions(String typed) throws Exception {
    String body = send(to("/api/papers/complete?q=" + EntryViews.encoded(typed))).body();
    List<String> texts = new ArrayList<>();
    new ObjectMapper().readTree(body).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** T23 and the double opt-in: a GET never changes anything. */
  @Test
  void subscribesConfirmsAndLeaves() throws Exception {
    HttpResponse<String> asked =
        post("/subscribe", "email=reader%40example.org&frequency=weekly&zone=Asia%2FKathmandu");
    assertThat(asked.statusCode()).isEqualTo(202);
    assertThat(post("/subscribe", "email=other%40example.org").body()).isEqualTo(asked.body());
    subscriptions.close();
    String mail;
    try (Stream<Path> files = Files.walk(folder.resolve("outbox"))) {
      mail =
          Files.readString(files.filter(file -> file.endsWith("1.eml")).findFirst().orElseThrow());
    }
    String whole = mail.replace("=\r\n", "").replace("=3D", "=");
    String token = first("/confirm\\?t=([A-Za-z0-9_-]{43})", whole);
    assertThat(send(to("/confirm?t=" + token)).statusCode()).isEqualTo(200);
    assertThat(subscriptions.stateOf("reader@example.org")).contains("pending");
    assertThat(post("/confirm", "t=" + token).statusCode()).isEqualTo(200);
    assertThat(subscriptions.stateOf("reader@example.org")).contains("active");
    assertThat(post("/confirm", "t=" + token).statusCode()).as("used").isEqualTo(400);

    String leave = first("/u/(\\d+-[0-9a-f]{40})>", mail.replaceAll("\r\n[ \t]", ""));
    assertThat(send(to("/u/" + leave)).statusCode()).isEqualTo(200);
    assertThat(subscriptions.stateOf("reader@example.org")).contains("active");
    HttpResponse<String> left = post("/u/" + leave, "List-Unsubscribe=One-Click");
    assertThat(left.statusCode()).isEqualTo(200);
    assertThat(left.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(subscriptions.stateOf("reader@example.org")).contains("unsubscribed");
    assertThat(post("/u/" + leave, "List-Unsubscribe=One-Click").statusCode()).isEqualTo(200);
    assertThat(post("/u/1-" + "0".repeat(40), "").statusCode()).isEqualTo(404);
  }

  private static String first(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }

  @Test
  void refusesBadSubscriptions() throws Exception {
    for (String form :
        List.of(
            "",
            "email=a",
            "email=a@b.c%0d%0aBcc:x@y.z",
            "email=a%40b.de&zone=Nowhere%2FLand",
            "email=a%40b.de&hour=24",
            "email=a%40b.de&hour=-1",
            "email=a%40b.de&frequency=hourly",
            "email=a%40b.de&topics=" + "x".repeat(61))) {
      assertThat(post("/subscribe", form).statusCode()).as(form).isEqualTo(400);
    }
  }
}
