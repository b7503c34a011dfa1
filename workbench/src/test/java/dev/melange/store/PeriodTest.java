package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.store.Period.Unit;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T49. */
class PeriodTest {
  @ParameterizedTest
  @CsvSource({
    "2021-01-01, 2020-W53",
    "2024-12-30, 2025-W01",
    "2026-12-31, 2026-W53",
    "2025-10-13, 2025-W42"
  })
  void knowsTheIsoWeekOfADay(LocalDate day, String week) {
    Period period = new Period(Unit.WEEK, day);
    assertThat(period).hasToString(week);
    assertThat(Period.parse(Unit.WEEK, week)).isEqualTo(period);
    assertThat(day).isBetween(period.from(), period.end().minusDays(1));
  }

  @Test
  void readsEveryPeriodItWrites() {
    for (LocalDate day = LocalDate.of(2019, 12, 1);
        day.isBefore(LocalDate.of(2027, 2, 1));
        day = day.plusDays(1)) {
      for (Unit unit : Unit.values()) {
        Period period = new Period(unit, day);
        assertThat(Period.parse(unit, period.toString())).isEqualTo(period);
        assertThat(new Period(unit, period.end()).from()).isEqualTo(period.end());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "WEEK, 2025-W53",
    "WEEK, 2025-W00",
    "WEEK, 2025-W1",
    "WEEK, 2025-08-17",
    "DATE, 2025-02-29",
    "DATE, 2025-2-1",
    "DATE, 0001-01-01",
    "MONTH, 2025-13",
    "MONTH, 2025-00",
    "MONTH, ''"
  })
  void refusesPeriodsThatAreNone(Unit unit, String text) {
    assertThatThrownBy(() -> Period.parse(unit, text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(unit.label() + " '" + text + "' is none; expected the form ");
  }
}
