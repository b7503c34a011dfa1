package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.jobs.JobQueue;
import dev.melange.jobs.JobSettings;
import dev.melange.papers.Cards;
import dev.melange.search.PaperSearch;
import dev.melange.search.TextEncoder;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.TestDatabases;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Papers like a pasted text, with vectors that count words. */
class SimilarTextTest {
  private static final String TITLE = "MAXIM: Multi-Axis MLP for Image Processing";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private static Path folder;
  private static Database database;
  private static PaperSearch search;
  private static JobQueue queue;
  private static PageServer server;

  private static final class WordCounts implements TextEncoder {
    private static final int SIZE = 512;

    @Override
    public String model() {
      return "word counts";
    }

    @Override
    public int maxTokens() {
      return 256;
    }

    @Override
    public List<float[]> encode(List<String> texts) {
      List<float[]> vectors = new ArrayList<>();
      for (String text : texts) {
        float[] vector = new float[SIZE];
        for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
          vector[Math.floorMod(word.hashCode(), SIZE)]++;
        }
        double square = 0;
        for (float count : vector) {
          square += (double) count * count;
        }
        float norm = (float) Math.sqrt(square);
        for (int i = 0; i < SIZE; i++) {
          vector[i] /= norm;
        }
        vectors.add(vector);
      }
      return vectors;
    }

    @Override
    public void close() {}
  }

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Clock clock = Clock.fixed(TestSite.NOW, ZoneOffset.UTC);
    database = TestDatabases.open();
    new Importer(database, new CatalogueLinks(Cards.all()), clock, ZoneOffset.UTC)
        .importCards(Cards.all());
    search = PaperSearch.open(database, null, WordCounts::new);
    search.awaitReady();
    queue =
        new JobQueue(
            database, JobSettings.children(folder.resolve("jobs"), "none.such.Main", 256), clock);
    server =
        PageServer.start(
            new SiteConfig("127.0.0.1", 0, null, "somebody", ZoneOffset.UTC),
            database,
            clock,
            queue,
            new Services(search, null));
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
    queue.close();
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

  private static HttpResponse<String> post(String text) throws IOException, InterruptedException {
    String csrf =
        send(to("/papers/similar"))
            .body()
            .replaceFirst("(?s).*?name=\"_csrf\" value=\"([0-9a-f]+)\".*", "$1");
    return send(
        to("/papers/similar")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("_csrf=" + csrf + "&text=" + EntryViews.encoded(text))));
  }

  private static String first(String page) {
    return page.replaceFirst("(?s).*?<ol class=\"papers\">(.*?)</li>.*", "$1");
  }

  @Test
  void findsPapersLikeAPastedText() throws Exception {
    HttpResponse<String> answer = post((TITLE + " ").repeat(20));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(first(answer.body())).contains("/papers/2201.02973");
  }

  @Test
  void takesALongTextInTheSearchBoxForAnAbstract() throws Exception {
    String text = (TITLE + " ").repeat(8);
    assertThat(text.strip().length()).isGreaterThan(250);
    HttpResponse<String> answer = send(to("/papers/search?q=" + EntryViews.encoded(text)));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("<h1>Papers like a text</h1>");
    assertThat(first(answer.body())).contains("/papers/2201.02973");
  }

  @Test
  void showsTheTextAsItIsAndNothingOfItAsMarkup() throws Exception {
    HttpResponse<String> answer = post("</textarea><script>alert(1)</script> & zebra");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("&lt;/textarea").doesNotContain("<script>alert");
  }

  @Test
  void refusesWhatIsTooLongAndAsksForWhatIsBlank() throws Exception {
    assertThat(post("x ".repeat(5_000)).statusCode()).isEqualTo(200);
    assertThat(post("x".repeat(10_001)).statusCode()).isEqualTo(400);
    HttpResponse<String> blank = post("  ");
    assertThat(blank.statusCode()).isEqualTo(200);
    assertThat(blank.body()).contains("Paste an abstract").doesNotContain("No paper is like");
  }
}
