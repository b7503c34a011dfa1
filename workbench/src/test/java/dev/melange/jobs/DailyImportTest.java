package dev.melange.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.feed.Fetched;
import dev.melange.store.Database;
import dev.melange.store.FetchStore;
import dev.melange.store.PaperQuery;
import dev.melange.store.PaperStore;
import dev.melange.store.Sort;
import dev.melange.store.TestDatabases;
import dev.melange.store.TestPapers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** T48, with a clock that only pauses move. */
class DailyImportTest {
  private static final String URL = "https://export.arxiv.org/api/query?id_list=2311.07575";
  private static final String FEED =
      """
      <feed xmlns="http://www.w3.org/2005/Atom"><entry>
        <id>http://arxiv.org/abs/2311.07575v1</id><published>2023-11-13T18:59:59Z</published>
        <title>A title</title><summary>About it.</summary>
      </entry></feed>
      """;
  private static final String EMPTY = "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>";

  private final TestClock clock = new TestClock();
  private final Deque<Fetched> answers = new ArrayDeque<>();
  private final List<Instant> asked = new ArrayList<>();
  private final List<String> tags = new ArrayList<>();
  private Database database;
  private FetchStore store;
  private DailyImport daily;

  private static final class TestClock extends Clock {
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    store = new FetchStore(database);
    PoliteSource source =
        new PoliteSource(store, this::answer, clock, pause -> clock.now = clock.now.plus(pause));
    daily = new DailyImport(store, source, TestPapers.importer(database, clock.now), clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Fetched answer(String address, String etag, String lastModified) throws IOException {
    asked.add(clock.now);
    tags.add(String.valueOf(etag));
    Fetched answer = answers.poll();
    if (answer == null) {
      throw new IOException("connection reset");
    }
    return answer;
  }

  private static Fetched reply(int status, String body, String etag, Duration retryAfter) {
    return new Fetched(
        status,
        body.getBytes(StandardCharsets.UTF_8),
        "application/atom+xml",
        etag,
        null,
        retryAfter);
  }

  private long papers() {
    return new PaperStore(database).count(PaperQuery.all(Sort.NEWEST, 1, 0));
  }

  private FetchStore.State state() {
    return store.find(URL).orElseThrow();
  }

  private void at(Instant time) throws InterruptedException {
    clock.now = time;
    daily.run(List.of(URL));
  }

  @Test
  void asksOnceADayAndConditionally() throws Exception {
    answers.add(reply(200, FEED, "\"a\"", null));
    Instant next = daily.run(List.of(URL));
    assertThat(next).isEqualTo(clock.now.plus(Duration.ofDays(1)));
    assertThat(papers()).isEqualTo(1);
    assertThat(state().message()).isEqualTo("1 new, 0 changed, 0 same, 0 refused");
    daily.run(List.of(URL));
    assertThat(asked).hasSize(1);
    answers.add(reply(304, "", null, null));
    at(next);
    assertThat(tags).containsExactly("null", "\"a\"");
    assertThat(state().message()).isEqualTo("unchanged");
    assertThat(state().etag()).isEqualTo("\"a\"");
  }

  @Test
  void triesAgainLaterAndLater() throws Exception {
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      at(clock.now);
      waits.add(Duration.between(clock.now, state().nextAt()));
      clock.now = state().nextAt();
    }
    assertThat(waits)
        .startsWith(Duration.ofMinutes(5), Duration.ofMinutes(10), Duration.ofMinutes(20))
        .endsWith(Duration.ofDays(1))
        .allMatch(wait -> wait.compareTo(Duration.ofDays(1)) <= 0);
    assertThat(state().message()).isEqualTo("connection reset");
    answers.add(reply(200, FEED, null, null));
    at(clock.now);
    assertThat(state().failures()).isZero();
    assertThat(papers()).isEqualTo(1);
  }

  @Test
  void waitsAsLongAsTheSourceWishes() throws Exception {
    answers.add(reply(503, "", null, Duration.ofHours(3)));
    at(clock.now);
    assertThat(state().nextAt()).isEqualTo(clock.now.plus(Duration.ofHours(3)));
  }

  @Test
  void keepsEverythingWhenAnAnswerIsEmptyOrBroken() throws Exception {
    answers.add(reply(200, FEED, null, null));
    at(clock.now);
    for (String bad : List.of(EMPTY, "<feed", EMPTY)) {
      answers.add(reply(200, bad, null, null));
      at(state().nextAt());
    }
    assertThat(papers()).isEqualTo(1);
    assertThat(state().failures()).as("empty again after two failures: so it is").isZero();
  }

  @Test
  void leavesAHostThreeSecondsInPeace() throws Exception {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      urls.add(URL + i);
      answers.add(reply(200, FEED, null, null));
    }
    daily.run(urls);
    assertThat(asked).hasSize(10);
    assertThat(Duration.between(asked.get(0), asked.get(9)))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(27));
  }
}
