package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T11 to T16: the properties P1 to P11 of the trending formula; P8 and P9 are VoteStoreTest's. */
class TrendTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private Random random;

  @BeforeEach
  void seed() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    random = new Random(seed);
  }

  private List<Trend.Event> events(int most) {
    List<Trend.Event> events = new ArrayList<>();
    for (int i = random.nextInt(most) + 1; i > 0; i--) {
      Instant at = NOW.minusSeconds(random.nextInt(30 * 86_400));
      events.add(new Trend.Event(at, 0.25 + random.nextDouble() * 2));
    }
    return events;
  }

  private static double direct(List<Trend.Event> events, Instant at) {
    return events.stream()
        .mapToDouble(
            event ->
                event.weight()
                    * Math.pow(2, -Duration.between(event.at(), at).toMillis() / 172_800_000.0))
        .sum();
  }

  @Test
  void agreesWithTheWorkedExample() {
    Instant start = Instant.parse("2025-08-17T00:00:00Z");
    List<Trend.Event> events =
        List.of(
            new Trend.Event(start, Trend.LISTING),
            new Trend.Event(start, 1),
            new Trend.Event(start.plus(Duration.ofHours(6)), 1),
            new Trend.Event(start.plus(Duration.ofHours(12)), 1),
            new Trend.Event(start.plus(Duration.ofHours(12)), 0.5));
    Double level = Trend.level(events, start.plus(Duration.ofDays(3)));
    assertThat(Trend.score(level, start.plus(Duration.ofDays(1))))
        .isCloseTo(3.446664, within(1e-6));
    assertThat(Trend.score(level, start.plus(Duration.ofDays(3))))
        .isCloseTo(1.723332, within(1e-6));
  }

  @Test
  void risesWithEveryEvent() {
    for (int round = 0; round < 200; round++) {
      List<Trend.Event> events = events(20);
      Double before = Trend.level(events, NOW);
      assertThat(Trend.add(before, events(1).get(0), NOW)).isGreaterThan(before);
    }
  }

  @Test
  void halvesInTwoDaysAndKeepsTheOrder() {
    for (int round = 0; round < 200; round++) {
      Double a = Trend.level(events(20), NOW);
      Double b = Trend.level(events(20), NOW);
      Instant later = NOW.plusSeconds(random.nextInt(100_000_000));
      assertThat(Trend.score(a, later.plus(Trend.HALF_LIFE)))
          .isCloseTo(Trend.score(a, later) / 2, within(1e-9));
      assertThat(Double.compare(Trend.score(a, NOW), Trend.score(b, NOW)))
          .isEqualTo(Double.compare(a, b));
    }
  }

  @Test
  void doesNotDependOnTheOrderOfArrival() {
    for (int round = 0; round < 200; round++) {
      List<Trend.Event> events = events(50);
      Double level = Trend.level(events, NOW);
      Collections.shuffle(events, random);
      assertThat(Trend.level(events, NOW)).isCloseTo(level, within(1e-9));
      assertThat(Trend.score(level, NOW)).isCloseTo(direct(events, NOW), within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"America/New_York", "Pacific/Chatham", "Asia/Kathmandu"})
  void hasNoJumpsAtMidnightsLeapDaysAndClockChanges(String zone) {
    ZoneId there = ZoneId.of(zone);
    Double level =
        Trend.level(List.of(new Trend.Event(Instant.parse("2024-02-01T00:00:00Z"), 3)), NOW);
    for (String local :
        List.of(
            "2024-02-29T00:00",
            "2024-03-01T00:00",
            "2024-03-10T02:00",
            "2024-04-07T03:45",
            "2024-09-29T02:45",
            "2024-11-03T01:00")) {
      Instant at = LocalDateTime.parse(local).atZone(there).toInstant();
      double before = Trend.score(level, at.minusMillis(1));
      double after = Trend.score(level, at.plusMillis(1));
      assertThat(after / before).isCloseTo(1, within(1e-7));
    }
  }

  @Test
  void doesNotDependOnTheMachinesZone() {
    List<Trend.Event> events = events(30);
    Double expected = Trend.level(events, NOW);
    TimeZone before = TimeZone.getDefault();
    try {
      for (String zone : List.of("Pacific/Chatham", "Asia/Kathmandu", "America/New_York")) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        assertThat(Trend.level(events, NOW)).isEqualTo(expected);
      }
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void staysFiniteForTenYears() {
    Double level = null;
    Instant end = NOW.plus(Duration.ofDays(3650));
    for (Instant at = NOW; at.isBefore(end); at = at.plus(Duration.ofHours(7))) {
      level = Trend.add(level, new Trend.Event(at, 1), end);
    }
    assertThat(level).isFinite();
    assertThat(Trend.score(level, end)).isBetween(9.0, 11.0);
  }

  @Test
  void countsEventsOfTheFutureAsNow() {
    Trend.Event skewed = new Trend.Event(NOW.plus(Duration.ofDays(1)), 1);
    assertThat(Trend.add(null, skewed, NOW))
        .isEqualTo(Trend.add(null, new Trend.Event(NOW, 1), NOW));
    assertThatThrownBy(() -> new Trend.Event(NOW, 0)).hasMessageContaining("weight");
  }

  @Test
  void ranksTheNewerOfTwoWithoutVotesFirst() {
    Double now = Trend.level(List.of(new Trend.Event(NOW, Trend.LISTING)), NOW);
    Double old =
        Trend.level(List.of(new Trend.Event(NOW.minus(Duration.ofDays(7)), Trend.LISTING)), NOW);
    assertThat(List.of(old, now)).isSortedAccordingTo(Comparator.<Double>naturalOrder());
  }
}
