package dev.melange.benchmarks;

import dev.melange.cli.Main;
import dev.melange.search.PaperSearch;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page under load: a served child process with 600 MB of heap over {@linkplain GeneratedPapers
 * generated papers}, asked by this process so many times a second. Requests leave at their times,
 * whether earlier ones were answered or not, and the time of an answer counts from when its request
 * was due; so a stall of the server shows in all that came during it.
 *
 * <p>Arguments: papers, requests a second, seconds, and optionally a folder for the papers, which
 * is kept: the next time they are there already. Prints times by kind of request, errors, and the
 * processor time of both processes. Ends with 1 if one of a hundred answers took 100 ms or more, or
 * any failed.
 */
public final class PageLoad {
  private static final String HEAP = "-Xmx600m";
  private static final int WARM_UP_SECONDS = 20;
  private static final double LIMIT_MILLIS = 100;
  private static final LocalDate LAST = LocalDate.of(2026, 3, 1);

  private final String url;
  private final int papers;
  private final Random random = new Random(3);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Which changes must carry, as on every page for its own forms. */
  private final String token;

  private PageLoad(String url, int papers) throws IOException, InterruptedException {
    this.url = url;
    this.papers = papers;
    String page =
        client
            .send(
                HttpRequest.newBuilder(URI.create(url + "/papers")).build(),
                BodyHandlers.ofString())
            .body();
    Matcher found = Pattern.compile("\"X-CSRF-Token\": \"([^\"]+)\"").matcher(page);
    if (!found.find()) {
      throw new IOException("the page at " + url + " has no token for changes");
    }
    token = found.group(1);
  }

  /** A request that was answered, or failed. */
  private record Answer(String kind, double millis, String failure) {}

  /** A request to be sent. */
  private record Ask(String kind, HttpRequest request) {}

  /** Measures. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int papers = Integer.parseInt(arguments[0]);
    int rate = Integer.parseInt(arguments[1]);
    int seconds = Integer.parseInt(arguments[2]);
    Path home =
        arguments.length > 3 ? Path.of(arguments[3]) : Files.createTempDirectory("page-load");
    try (Database database = Database.open(DatabaseConfig.file(home))) {
      GeneratedPapers.fill(database, papers);
      // What a page that is served for long has done already.
      try (PaperSearch search =
          PaperSearch.open(database, home.resolve("page"), RandomVectors::new)) {
        search.awaitReady();
      }
    }
    Process server = serve(home);
    Runtime.getRuntime().addShutdownHook(new Thread(server::destroy));
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      if (line == null) {
        throw new IOException("the page did not start");
      }
      PageLoad load = new PageLoad(line.replaceFirst("Daily Papers at (\\S+) .*", "$1"), papers);
      System.err.println("warming up at " + load.url);
      load.run(rate, WARM_UP_SECONDS);
      double served = processorMillis(server.toHandle());
      double asked = processorMillis(ProcessHandle.current());
      List<Answer> answers = load.run(rate, seconds);
      served = processorMillis(server.toHandle()) - served;
      asked = processorMillis(ProcessHandle.current()) - asked;
      boolean good = report(answers, rate, seconds);
      System.out.printf(
          Locale.ROOT,
          "processor time of a request: %.2f ms to answer it, %.2f ms to ask%n",
          served / answers.size(),
          asked / answers.size());
      System.exit(good ? 0 : 1);
    } finally {
      server.destroy();
      server.waitFor(1, TimeUnit.MINUTES);
    }
  }

  private static Process serve(Path home) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            HEAP,
            "-Djava.awt.headless=true",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "serve",
            "--port",
            "0");
    builder.environment().put("MELANGE_HOME", home.toString());
    builder.environment().remove("MELANGE_DB");
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Of all threads since the process began. */
  private static double processorMillis(ProcessHandle process) {
    return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
  }

  private List<Answer> run(int rate, int seconds) {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < rate * seconds; i++) {
      long due = start + i * 1_000_000_000L / rate;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      Ask ask = ask();
      answers.add(
          client
              .sendAsync(ask.request(), BodyHandlers.ofByteArray())
              .handle(
                  (answer, thrown) ->
                      new Answer(
                          ask.kind(),
                          (System.nanoTime() - due) / 1e6,
                          failure(ask, answer, thrown))));
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static String failure(Ask ask, HttpResponse<byte[]> answer, Throwable thrown) {
    if (thrown != null) {
      return thrown.toString();
    }
    return answer.statusCode() == 200
        ? null
        : answer.statusCode()
            + " for "
            + ask.request().uri()
            + ": "
            + new String(answer.body(), StandardCharsets.UTF_8).lines().limit(3).toList();
  }

  /** Of ten requests four are lists, two papers, one is a search, one of the API, two are votes. */
  private Ask ask() {
    int kind = random.nextInt(10);
    LocalDate day = LAST.minusDays(random.nextInt(papers / GeneratedPapers.A_DAY));
    // Readers care about few papers most of the time.
    int paper = (int) (papers * Math.pow(random.nextDouble(), 4));
    return switch (kind) {
      case 0 -> get("latest", "/papers");
      case 1 -> get("day", "/papers/date/" + day);
      case 2 -> get("trending", "/papers/trending");
      case 3 -> get("all", "/papers/new?p=" + random.nextInt(4));
      case 4, 5 -> get("paper", "/papers/local:p" + paper);
      case 6 ->
          get("search", "/papers/search?q=" + GeneratedPapers.text(random, 3).replace(' ', '+'));
      case 7 -> get("api", "/api/daily_papers?date=" + day);
      default -> {
        HttpRequest.Builder request =
            request("/api/papers/local:p" + paper + "/upvote").header("X-CSRF-Token", token);
        yield new Ask(
            "vote",
            random.nextInt(3) == 0
                ? request.DELETE().build()
                : request
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{}"))
                    .build());
      }
    };
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .timeout(Duration.ofMinutes(1))
        .header("Origin", url);
  }

  private Ask get(String kind, String path) {
    return new Ask(kind, request(path).build());
  }

  private static boolean report(List<Answer> answers, int rate, int seconds) {
    Map<String, List<Double>> times = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    for (Answer answer : answers) {
      for (String kind : List.of(answer.kind(), "~ all together")) {
        times.computeIfAbsent(kind, key -> new ArrayList<>()).add(answer.millis());
      }
      if (answer.failure() != null) {
        failures.add(answer.kind() + ": " + answer.failure());
      }
    }
    System.out.printf("%d requests a second for %d seconds%n", rate, seconds);
    times.forEach((kind, millis) -> line(kind.replace("~ ", ""), millis));
    System.out.printf("%d errors%n", failures.size());
    failures.stream().limit(10).forEach(System.out::println);
    double[] all = sorted(times.get("~ all together"));
    return failures.isEmpty() && all[all.length * 99 / 100] < LIMIT_MILLIS;
  }

  private static double[] sorted(List<Double> millis) {
    double[] sorted = millis.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  private static void line(String kind, List<Double> millis) {
    double[] sorted = sorted(millis);
    System.out.printf(
        Locale.ROOT,
        "%-14s %6d  median %.1f ms, 99 %% %.1f ms, longest %.1f ms%n",
        kind,
        sorted.length,
        sorted[sorted.length / 2],
        sorted[sorted.length * 99 / 100],
        sorted[sorted.length - 1]);
  }
}
