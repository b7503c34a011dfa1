package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  /** All times at which digests become due, looked for every half hour. */
  private static List<Instant> dues(Schedule schedule, Instant from, Instant to) {
    List<Instant> dues = new ArrayList<>();
    Instant last = from;
    for (Instant now = from; now.isBefore(to); now = now.plus(Duration.ofMinutes(30))) {
      Instant due = schedule.due(last, now).orElse(null);
      if (due != null) {
        dues.add(due);
        last = due;
      }
    }
    return dues;
  }

  /** T21. */
  @ParameterizedTest
  @CsvSource({
    "America/New_York, 2, 2024-01-01, 2025-12-31",
    "Australia/Lord_Howe, 2, 2024-01-01, 2025-12-31",
    "Asia/Kathmandu, 8, 2024-01-01, 2025-12-31",
    "Pacific/Apia, 8, 2011-01-01, 2012-01-31"
  })
  void givesOneIssueToEachExistingLocalDay(String name, int hour, LocalDate first, LocalDate last) {
    ZoneId zone = ZoneId.of(name);
    Instant from = first.atStartOfDay(zone).toInstant().minus(Duration.ofHours(12));
    Instant to = last.plusDays(1).atStartOfDay(zone).toInstant();
    List<LocalDate> days =
        dues(new Schedule(false, hour, zone), from, to).stream()
            .map(due -> LocalDate.ofInstant(due, zone))
            .filter(day -> !day.isBefore(first))
            .toList();
    List<LocalDate> existing =
        first
            .datesUntil(last.plusDays(1))
            .filter(day -> day.atTime(12, 0).atZone(zone).toLocalDate().equals(day))
            .toList();
    assertThat(days).isEqualTo(existing);
    if (name.equals("Pacific/Apia")) {
      assertThat(days).doesNotContain(LocalDate.of(2011, 12, 30));
    }
  }

  @Test
  void sendsWeeklyOnesOnMondays() {
    ZoneId zone = ZoneId.of("Europe/Berlin");
    List<Instant> dues =
        dues(
            new Schedule(true, 7, zone),
            Instant.parse("2025-01-01T00:00:00Z"),
            Instant.parse("2025-12-31T00:00:00Z"));
    assertThat(dues).hasSize(52);
    assertThat(dues)
        .allMatch(due -> due.atZone(zone).getDayOfWeek() == DayOfWeek.MONDAY)
        .allMatch(due -> due.atZone(zone).getHour() == 7);
  }

  @Test
  void makesOneIssueOfManyMissedDays() {
    Schedule schedule = new Schedule(false, 8, ZoneId.of("UTC"));
    Instant last = Instant.parse("2025-01-01T08:00:00Z");
    Instant now = Instant.parse("2025-01-20T09:00:00Z");
    Instant due = schedule.due(last, now).orElseThrow();
    assertThat(due).isEqualTo(Instant.parse("2025-01-20T08:00:00Z"));
    assertThat(schedule.due(due, now)).isEmpty();
  }

  @Test
  void keepsTwelveHoursBetweenIssuesWhenAReaderMoves() {
    Instant last = Instant.parse("2025-01-20T08:00:00Z");
    Schedule moved = new Schedule(false, 8, ZoneId.of("America/New_York"));
    assertThat(moved.due(last, Instant.parse("2025-01-20T14:00:00Z"))).isEmpty();
    assertThat(moved.due(last, Instant.parse("2025-01-21T14:00:00Z"))).isPresent();
  }
}
