package dev.melange.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress of one task; made by {@link Console#progress}. */
public interface Progress extends AutoCloseable {
  /**
   * Says how many units are done in all.
   *
   * @param done the number of units done since the start
   */
  void at(long done);

  /**
   * Shows a short text beside the progress, such as the current loss.
   *
   * @param text the text
   */
  void message(String text);

  @Override
  void close();

  /** Shows nothing. */
  static Progress none() {
    return new Progress() {
      @Override
      public void at(long done) {}

      @Override
      public void message(String text) {}

      @Override
      public void close() {}
    };
  }

  /** A bar that is redrawn in place. */
  static Progress bar(PrintStream err, int columns, String task, long total, String unit) {
    boolean bytes = unit.equals("bytes");
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(bytes ? " MiB" : " " + unit, bytes ? 1 << 20 : 1)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(200)
            .setConsumer(new ConsoleProgressBarConsumer(err, columns - 1))
            .showSpeed()
            .build();
    return new Progress() {
      @Override
      public void at(long done) {
        bar.stepTo(done);
      }

      @Override
      public void message(String text) {
        bar.setExtraMessage(text);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }

  /** A line every ten seconds and one at the end. */
  static Progress lines(
      Consumer<String> printer, LongSupplier nanoTime, String task, long total, String unit) {
    return new Lines(printer, nanoTime, task, total, unit);
  }

  /** Progress as plain lines. */
  final class Lines implements Progress {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Consumer<String> printer;
    private final LongSupplier nanoTime;
    private final String task;
    private final long total;
    private final String unit;
    private final long start;
    private long lastPrinted;
    private long done;
    private String message = "";

    private Lines(
        Consumer<String> printer, LongSupplier nanoTime, String task, long total, String unit) {
      this.printer = printer;
      this.nanoTime = nanoTime;
      this.task = task;
      this.total = total;
      this.unit = unit;
      this.start = nanoTime.getAsLong();
      this.lastPrinted = start;
    }

    @Override
    public synchronized void at(long done) {
      this.done = done;
      long now = nanoTime.getAsLong();
      if (now - lastPrinted >= INTERVAL_NANOS) {
        lastPrinted = now;
        print(now);
      }
    }

    @Override
    public synchronized void message(String text) {
      message = text;
    }

    @Override
    public synchronized void close() {
      print(nanoTime.getAsLong());
    }

    private void print(long now) {
      double seconds = (now - start) / 1e9;
      StringBuilder line = new StringBuilder(task).append(": ").append(amount(done));
      if (total > 0) {
        line.append('/')
            .append(amount(total))
            .append(String.format(Locale.ROOT, " (%.0f %%)", 100.0 * done / total));
      }
      line.append(unit.equals("bytes") ? " MiB" : " " + unit);
      if (seconds > 0 && done > 0) {
        double rate = done / seconds;
        line.append(
            unit.equals("bytes")
                ? String.format(Locale.ROOT, ", %.1f MiB/s", rate / (1 << 20))
                : String.format(Locale.ROOT, ", %.1f/s", rate));
        line.append(
            total > done
                ? ", " + clock((total - done) / rate) + " left"
                : ", " + clock(seconds) + " in all");
      }
      if (!message.isEmpty()) {
        line.append(", ").append(message);
      }
      printer.accept(line.toString());
    }

    private String amount(long value) {
      return unit.equals("bytes")
          ? String.format(Locale.ROOT, "%.1f", value / (double) (1 << 20))
          : Long.toString(value);
    }

    static String clock(double seconds) {
      long whole = Math.round(seconds);
      return whole >= 3600
          ? String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
          : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }
  }
}
