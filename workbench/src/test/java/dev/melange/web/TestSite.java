package dev.melange.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.ChildJvm;
import dev.melange.TestFolders;
import dev.melange.demo.DemoRunner;
import dev.melange.feed.PaperRecord;
import dev.melange.jobs.JobQueue;
import dev.melange.jobs.JobSettings;
import dev.melange.papers.Cards;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.TestDatabases;
import dev.melange.store.TestPapers;
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
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page on a free port, with the 41 cards, and a client. */
public final class TestSite implements AutoCloseable {
  /** The time on the page. */
  public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Database database;
  private final PageServer server;
  private final JobQueue queue;
  private final DemoRunner demos;
  private final Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  /** Starts it, with real runs. */
  public TestSite() throws IOException {
    this("dev.melange.cli.ChildMain");
  }

  /**
   * Starts it.
   *
   * @param runner the main class of the processes that run studies
   */
  public TestSite(String runner) throws IOException {
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    database = TestDatabases.open();
    new Importer(database, new CatalogueLinks(Cards.all()), clock, ZoneOffset.UTC)
        .importCards(Cards.all());
    SiteConfig config = new SiteConfig("127.0.0.1", 0, null, "somebody", ZoneOffset.UTC);
    folder = Files.createTempDirectory("melange-site");
    List<String> program = ChildJvm.command(List.of("-Xmx512m"), runner);
    queue =
        new JobQueue(
            database, new JobSettings(folder, program, 3, 2, Duration.ofMinutes(5)), clock);
    demos = new DemoRunner(folder.resolve("demos"), Duration.ofMinutes(2));
    server =
        PageServer.start(
            config, database, clock, queue, new Services(null, null, null, demos, null));
  }

  /** The store. */
  public Database database() {
    return database;
  }

  /** Its address. */
  public String url() {
    return server.url();
  }

  /** Adds a paper and returns its id in the store. */
  public long add(PaperRecord record) {
    return TestPapers.add(database, record);
  }

  /** A request to be completed. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path));
  }

  /** Sends a request. */
  public HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** GET. */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  /** GET of JSON. */
  public JsonNode json(String path) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get(path).body());
  }

  /** POST of a form, as the page itself would, with the token that its forms carry. */
  public HttpResponse<String> post(String path, String form)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Origin", url())
            .POST(BodyPublishers.ofString("_csrf=" + csrf() + "&" + form)));
  }

  /** The token in the page's forms. */
  public String csrf() throws IOException, InterruptedException {
    Matcher field =
        Pattern.compile("name=\"_csrf\" value=\"([0-9a-f]+)\"").matcher(get("/papers/new").body());
    if (!field.find()) {
      throw new IllegalStateException("the page has no form with a token");
    }
    return field.group(1);
  }

  /** A call of the API, as its owner's program would make it. */
  public HttpRequest.Builder call(String path) {
    return request(path).header("Content-Type", "application/json");
  }

  @Override
  public void close() throws IOException {
    server.close();
    demos.close();
    queue.close();
    database.close();
    TestFolders.delete(folder);
  }
}
