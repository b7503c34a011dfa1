package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final List<String> lines = new ArrayList<>();
  private final AtomicLong seconds = new AtomicLong();

  private Progress lines(String task, long total, String unit) {
    return Progress.lines(lines::add, () -> seconds.get() * 1_000_000_000L, task, total, unit);
  }

  @Test
  void printsALineEveryTenSecondsAndOneAtTheEnd() {
    try (Progress progress = lines("train", 100, "steps")) {
      progress.at(1);
      seconds.set(10);
      progress.at(20);
      seconds.set(15);
      progress.at(30);
      seconds.set(20);
      progress.message("loss 0.50");
      progress.at(40);
      seconds.set(50);
      progress.at(100);
    }
    assertThat(lines)
        .containsExactly(
            "train: 20/100 (20 %) steps, 2.0/s, 0:40 left",
            "train: 40/100 (40 %) steps, 2.0/s, 0:30 left, loss 0.50",
            "train: 100/100 (100 %) steps, 2.0/s, 0:50 in all, loss 0.50",
            "train: 100/100 (100 %) steps, 2.0/s, 0:50 in all, loss 0.50");
  }

  @Test
  void showsBytesInMebibytesAndLongTimesWithHours() {
    try (Progress progress = lines("get", 8L << 30, "bytes")) {
      seconds.set(20);
      progress.at(20L << 20);
    }
    assertThat(lines.get(0)).isEqualTo("get: 20.0/8192.0 (0 %) MiB, 1.0 MiB/s, 2:16:12 left");
  }

  @Test
  void doesWithoutATotal() {
    try (Progress progress = lines("read", -1, "rows")) {
      seconds.set(5);
      progress.at(50);
    }
    assertThat(lines).containsExactly("read: 50 rows, 10.0/s, 0:05 in all");
  }
}
