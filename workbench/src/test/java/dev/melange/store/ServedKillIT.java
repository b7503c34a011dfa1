package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.ChildJvm;
import dev.melange.cli.Main;
import dev.melange.papers.Cards;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The served page is killed while readers vote and comment; what it acknowledged must be there. */
class ServedKillIT {
  private static final List<String> KEYS = List.copyOf(Cards.keys());
  private static final int READERS = 4;
  private static final int ACKNOWLEDGED = 60;

  @TempDir private Path home;

  /** The database of the page. */
  DatabaseConfig database() throws IOException {
    return DatabaseConfig.file(home);
  }

  @Test
  void losesNothingAcknowledgedWhenTheServerIsKilled() throws Exception {
    DatabaseConfig config = database();
    Process server = serve(config);
    Queue<String> comments = new ConcurrentLinkedQueue<>();
    Map<Integer, Set<Integer>> votes = new ConcurrentHashMap<>();
    CountDownLatch enough = new CountDownLatch(ACKNOWLEDGED);
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      assertThat(line).as("the server's first line").startsWith("Daily Papers at ");
      String url = line.replaceFirst("Daily Papers at (\\S+) .*", "$1");
      List<Thread> readers = new ArrayList<>();
      for (int reader = 0; reader < READERS; reader++) {
        int own = reader;
        Thread thread = new Thread(() -> takePart(url, own, comments, votes, enough));
        thread.start();
        readers.add(thread);
      }
      assertThat(enough.await(2, TimeUnit.MINUTES)).isTrue();
      server.toHandle().destroyForcibly(); // kill -9, while requests are on their way
      for (Thread reader : readers) {
        reader.join();
      }
    } finally {
      server.destroyForcibly();
      server.waitFor();
    }
    try (Database opened = Database.open(config)) {
      PaperStore papers = new PaperStore(opened);
      List<String> stored = new ArrayList<>();
      for (int reader = 0; reader < READERS; reader++) {
        PaperEntry paper = papers.find("local:" + KEYS.get(reader)).orElseThrow();
        List<CommentStore.Comment> own = new CommentStore(opened).of(paper.id());
        own.forEach(comment -> stored.add(comment.body()));
        assertThat(paper.comments()).isEqualTo(own.size());
      }
      assertThat(stored).containsAll(comments);
      votes.forEach(
          (reader, possible) -> {
            PaperEntry paper = papers.find("local:" + KEYS.get(reader)).orElseThrow();
            assertThat(paper.votes()).as("votes of paper " + reader).isIn(possible);
          });
    }
    assertThat(comments).hasSizeGreaterThan(ACKNOWLEDGED / 4);
  }

  private Process serve(DatabaseConfig config) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ChildJvm.command(List.of("-Xmx600m"), Main.class.getName(), "serve", "--port", "0"));
    builder.environment().put("MELANGE_HOME", home.toString());
    if (config.dialect() == Dialect.POSTGRESQL) {
      builder.environment().put("MELANGE_DB", config.url());
      builder.environment().put("MELANGE_DB_USER", config.user());
    } else {
      builder.environment().remove("MELANGE_DB");
    }
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Comments and votes on a paper of one's own until the server is gone. */
  private static void takePart(
      String url,
      int reader,
      Queue<String> comments,
      Map<Integer, Set<Integer>> votes,
      CountDownLatch enough) {
    String paper = "/papers/local:" + KEYS.get(reader);
    HttpClient client = HttpClient.newHttpClient();
    Set<Integer> possible = Set.of(0);
    try {
      String page =
          client
              .send(
                  HttpRequest.newBuilder(URI.create(url + "/papers")).build(),
                  BodyHandlers.ofString())
              .body();
      String token = page.replaceFirst("(?s).*\"X-CSRF-Token\": \"([^\"]+)\".*", "$1");
      for (int i = 0; ; i++) {
        String body = "comment %d of reader %d".formatted(i, reader);
        if (post(client, url + paper + "/comments", token, "body=" + body.replace(' ', '+'))) {
          comments.add(body);
          enough.countDown();
        }
        boolean up = i % 2 == 0;
        possible = Set.of(0, 1); // unless it is acknowledged
        votes.put(reader, possible);
        if (post(client, url + paper + "/vote", token, "up=" + up)) {
          possible = Set.of(up ? 1 : 0);
          votes.put(reader, possible);
        }
      }
    } catch (IOException e) {
      votes.put(reader, possible); // killed: what was on its way may or may not have arrived
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean post(HttpClient client, String url, String token, String form)
      throws IOException, InterruptedException {
    return client
            .send(
                HttpRequest.newBuilder(URI.create(url))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .header("X-CSRF-Token", token)
                    .POST(BodyPublishers.ofString(form))
                    .build(),
                BodyHandlers.discarding())
            .statusCode()
        == 303;
  }
}
