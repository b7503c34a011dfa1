package dev.melange.data.series;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.melange.data.DataException;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reads a time series from CSV, plain or gzip: separated by commas, semicolons or tabs, with or
 * without a header line, with or without a column of dates.
 *
 * <p>Dates: ISO dates and date-times ({@code 2016-07-01}, {@code 2016-07-01 05:00[:00]}, {@code T}
 * instead of the blank, offsets), {@code 2016/07/01}, {@code 01.07.2016}, {@code 07/01/2016} or
 * {@code 01/07/2016} where the column tells which, {@code 1 Jul 2016}, {@code 2016-07}, {@code
 * 20160701}, seconds or milliseconds since 1970. They must increase by even steps; the step is
 * inferred. Missing values are empty cells or {@code NaN}, {@code NA}, {@code N/A}, {@code null},
 * {@code None}, {@code -}, {@code ?}.
 */
public final class SeriesCsv {
  private static final int MAX_STEPS = 20_000_000;
  private static final Set<String> DATE_NAMES =
      Set.of("date", "datetime", "time", "timestamp", "ds", "day", "month", "utc", "epoch");
  private static final Set<String> MISSING =
      Set.of("", "nan", "na", "n/a", "null", "none", "-", "?");

  /**
   * How to read.
   *
   * @param dateColumn name of the column of dates; null finds it (by its cells; numbers only count
   *     as dates in a column named date, time, timestamp, ...), and a series without one is fine
   * @param columns names of the wanted variables in order; null takes all but the dates
   * @param dateFormat a {@link java.time.format.DateTimeFormatter} pattern; null finds it
   * @param frequency the spacing of the rows; rows that the file leaves out are put in with missing
   *     values. Null infers it, and then the rows must be evenly spaced
   * @param resample joins the rows of each step of the frequency, which may then have any dates
   *     that do not decrease; null for rows that lie on the steps already
   * @param id name of the column that tells which series a row belongs to (long format); null if
   *     the file holds one series
   */
  public record Options(
      String dateColumn,
      List<String> columns,
      String dateFormat,
      Frequency frequency,
      Resample resample,
      String id) {
    /** Finds everything. */
    public static final Options DETECT = new Options(null, null, null);

    /** Checks what belongs together. */
    public Options {
      if (resample != null && frequency == null) {
        throw new IllegalArgumentException(
            "resampling needs the frequency to resample to, such as h or d");
      }
    }

    /** Options that infer the spacing of the rows. */
    public Options(String dateColumn, List<String> columns, String dateFormat) {
      this(dateColumn, columns, dateFormat, null);
    }

    /** Options for one series whose rows lie on steps of a frequency. */
    public Options(
        String dateColumn, List<String> columns, String dateFormat, Frequency frequency) {
      this(dateColumn, columns, dateFormat, frequency, null, null);
    }
  }

  private final String name;
  private final List<String> header;
  private final List<CsvRecord> rows;

  private SeriesCsv(String name, List<String> header, List<CsvRecord> rows) {
    this.name = name;
    this.header = header;
    this.rows = rows;
  }

  /** Reads a file, finding out everything. */
  public static TimeSeries read(Path file) throws IOException {
    return read(Source.of(file), Options.DETECT);
  }

  /**
   * Reads a source that holds one series.
   *
   * @throws DataException as {@link #readAll}, and if the options name a column of series
   */
  public static TimeSeries read(Source source, Options options) throws IOException {
    if (options.id != null) {
      throw new IllegalArgumentException("a file with several series is read by readAll");
    }
    return readAll(source, options).get(0);
  }

  /**
   * Reads a source.
   *
   * @return the series in the order of their first rows, named by their ids; one, named by the
   *     source, without a column of ids. Each may begin and end at dates of its own
   * @throws DataException for an empty file, a missing column, cells that are neither numbers nor
   *     missing, and dates that are unreadable, unordered, repeated or unevenly spaced; names line
   *     and column
   */
  public static List<TimeSeries> readAll(Source source, Options options) throws IOException {
    String text = TextFile.read(source);
    List<CsvRecord> records;
    try (CsvReader<CsvRecord> reader = TextFile.csv(text)) {
      records = new ArrayList<>(reader.stream().filter(r -> !isBlank(r)).toList());
    } catch (CsvParseException e) {
      throw new DataException(source.name() + ": " + e.getMessage(), e);
    }
    if (records.isEmpty()) {
      throw new DataException(source.name() + " is empty; expected one row per time step");
    }
    List<String> header = List.of();
    if (hasHeader(records.get(0))) {
      header = records.remove(0).getFields().stream().map(String::strip).toList();
    }
    if (records.isEmpty()) {
      throw new DataException(
          source.name() + " has a header (" + String.join(", ", header) + ") but no rows");
    }
    if (header.isEmpty()) {
      header =
          IntStream.range(0, records.get(0).getFieldCount()).mapToObj(Integer::toString).toList();
    }
    return new SeriesCsv(source.name(), header, records).series(options);
  }

  /**
   * The names of a file's columns.
   *
   * @throws DataException if the file is empty
   */
  public static List<String> header(Source source) throws IOException {
    try (CsvReader<CsvRecord> reader = TextFile.csv(TextFile.read(source))) {
      return reader.stream()
          .filter(row -> !isBlank(row))
          .findFirst()
          .map(row -> row.getFields().stream().map(String::strip).toList())
          .orElseThrow(() -> new DataException(source.name() + " is empty"));
    }
  }

  /** Whether a column of this name is taken for dates, whatever it holds. */
  public static boolean isDateName(String column) {
    return DATE_NAMES.contains(column.toLowerCase(Locale.ROOT));
  }

  private static boolean isBlank(CsvRecord row) {
    return row.getFields().stream().allMatch(String::isBlank);
  }

  // A header has a cell that is neither a number, nor missing, nor a date.
  private static boolean hasHeader(CsvRecord first) {
    return first.getFields().stream()
        .map(String::strip)
        .anyMatch(
            cell ->
                number(cell).isEmpty()
                    && DateFormats.ALL.stream().allMatch(f -> f.parse(cell).isEmpty()));
  }

  private List<TimeSeries> series(Options options) {
    checkShape();
    int ids = options.id == null ? -1 : index(options.id, "column of series");
    int dates =
        options.dateColumn == null
            ? findDates(options, ids)
            : index(options.dateColumn, "date column");
    List<String> wanted =
        options.columns != null
            ? options.columns
            : IntStream.range(0, header.size())
                .filter(i -> i != dates && i != ids)
                .mapToObj(header::get)
                .toList();
    int[] indices = wanted.stream().mapToInt(c -> index(c, "column")).toArray();
    if (indices.length == 0) {
      throw new DataException(name + " has no column of values beside its dates");
    }
    if (options.frequency != null && dates < 0) {
      throw new DataException(
          "%s has no column of dates, so its rows cannot be spaced by '%s'; it has %s"
              .formatted(name, options.frequency, String.join(", ", header)));
    }
    // The way of writing dates is found over all series: one alone may leave it open.
    long[] times = dates < 0 ? null : times(dates, options.dateFormat);
    if (ids < 0) {
      checkOrder(times, options);
      return List.of(series(name, times, wanted, indices, options));
    }
    List<TimeSeries> all = new ArrayList<>();
    for (Map.Entry<String, int[]> group : groups(ids).entrySet()) {
      int[] own = group.getValue();
      SeriesCsv part = new SeriesCsv(name, header, Arrays.stream(own).mapToObj(rows::get).toList());
      long[] ownTimes =
          times == null ? null : Arrays.stream(own).mapToLong(row -> times[row]).toArray();
      part.checkOrder(ownTimes, options);
      all.add(part.series(group.getKey(), ownTimes, wanted, indices, options));
    }
    return List.copyOf(all);
  }

  // The rows of each series.
  private Map<String, int[]> groups(int ids) {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (int row = 0; row < rows.size(); row++) {
      if (cell(row, ids).isEmpty()) {
        throw new DataException(
            "%s, column '%s' is empty; expected the name of a series"
                .formatted(place(row), header.get(ids)));
      }
      groups.computeIfAbsent(cell(row, ids), id -> new ArrayList<>()).add(row);
    }
    Map<String, int[]> arrays = new LinkedHashMap<>();
    groups.forEach((id, own) -> arrays.put(id, own.stream().mapToInt(row -> row).toArray()));
    return arrays;
  }

  private TimeSeries series(
      String title, long[] times, List<String> wanted, int[] indices, Options options) {
    double[] values = new double[rows.size() * indices.length];
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < indices.length; i++) {
        values[row * indices.length + i] = value(row, indices[i]);
      }
    }
    if (options.resample != null) {
      return options.resample.apply(title, times, wanted, values, options.frequency);
    }
    if (options.frequency != null) {
      return spaced(title, times, options.frequency, wanted, values);
    }
    Frequency frequency =
        times == null ? null : Frequency.infer(times, row -> place(row)).orElse(null);
    return new TimeSeries(title, times, frequency, wanted, values);
  }

  // Every time step of the frequency from the first date to the last, missing ones without values.
  private TimeSeries spaced(
      String title, long[] times, Frequency frequency, List<String> wanted, double[] values) {
    List<Long> grid = new ArrayList<>();
    int[] places = new int[times.length];
    long expected = times[0];
    for (int row = 0; row < times.length; row++) {
      while (expected < times[row]) {
        grid.add(expected);
        if (grid.size() > MAX_STEPS) {
          throw new DataException(
              "%s: from %s to %s there are more than %,d steps of '%s'; is that the right frequency?"
                  .formatted(
                      name,
                      Frequency.show(times[0]),
                      Frequency.show(times[times.length - 1]),
                      MAX_STEPS,
                      frequency));
        }
        expected = frequency.plus(times[0], grid.size());
      }
      if (expected != times[row]) {
        throw new DataException(
            "%s: %s is not a whole number of steps of '%s' after %s; resample the file or give another frequency"
                .formatted(
                    place(row), Frequency.show(times[row]), frequency, Frequency.show(times[0])));
      }
      places[row] = grid.size();
      grid.add(expected);
      expected = frequency.plus(times[0], grid.size());
    }
    int width = wanted.size();
    double[] spread = new double[grid.size() * width];
    Arrays.fill(spread, Double.NaN);
    for (int row = 0; row < times.length; row++) {
      System.arraycopy(values, row * width, spread, places[row] * width, width);
    }
    long[] steps = grid.stream().mapToLong(Long::longValue).toArray();
    return new TimeSeries(title, steps, frequency, wanted, spread);
  }

  private void checkShape() {
    if (new HashSet<>(header).size() != header.size()) {
      throw new DataException(name + " names a column twice: " + String.join(", ", header));
    }
    for (int row = 0; row < rows.size(); row++) {
      if (rows.get(row).getFieldCount() != header.size()) {
        throw new DataException(
            "%s has %d cells; expected %d (%s)"
                .formatted(
                    place(row),
                    rows.get(row).getFieldCount(),
                    header.size(),
                    String.join(", ", header)));
      }
    }
  }

  private int index(String column, String what) {
    int index = header.indexOf(column);
    if (index < 0) {
      throw new DataException(
          "%s has no %s '%s'; it has %s".formatted(name, what, column, String.join(", ", header)));
    }
    return index;
  }

  private int findDates(Options options, int ids) {
    for (int c = 0; c < header.size(); c++) {
      int column = c;
      if (c == ids) {
        continue;
      }
      boolean named = isDateName(header.get(c));
      boolean chosen = options.columns != null && options.columns.contains(header.get(c));
      boolean numbers =
          rows.stream().limit(100).allMatch(r -> number(r.getField(column).strip()).isPresent());
      if (!chosen && (named || (!numbers && isDate(cell(0, c))))) {
        return c;
      }
    }
    return -1;
  }

  private static boolean isDate(String cell) {
    return DateFormats.ALL.stream().anyMatch(f -> f.parse(cell).isPresent());
  }

  private String cell(int row, int column) {
    return rows.get(row).getField(column).strip();
  }

  private String place(int row) {
    return name + " line " + rows.get(row).getStartingLineNumber();
  }

  private double value(int row, int column) {
    OptionalDouble value = number(cell(row, column));
    if (value.isEmpty()) {
      throw new DataException(
          "%s, column '%s': '%s' is not a number; leave the cell empty if the value is missing, or choose other columns"
              .formatted(place(row), header.get(column), cell(row, column)));
    }
    if (Double.isInfinite(value.getAsDouble())) {
      throw new DataException(
          "%s, column '%s': %s is not finite; leave the cell empty if the value is missing"
              .formatted(place(row), header.get(column), cell(row, column)));
    }
    return value.getAsDouble();
  }

  // Java's parser would also take "1f", "1d" and hexadecimal.
  private static OptionalDouble number(String cell) {
    if (MISSING.contains(cell.toLowerCase(Locale.ROOT))) {
      return OptionalDouble.of(Double.NaN);
    }
    char last = cell.charAt(cell.length() - 1);
    if ((Character.isLetter(last) && !cell.endsWith("Infinity")) || cell.contains("x")) {
      return OptionalDouble.empty();
    }
    try {
      return OptionalDouble.of(Double.parseDouble(cell));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private long[] times(int column, String pattern) {
    String where = "column '%s'".formatted(header.get(column));
    return DateFormats.read(
        IntStream.range(0, rows.size()).mapToObj(row -> cell(row, column)).toList(),
        pattern,
        row -> (row < 0 ? name : place(row)) + ", " + where);
  }

  private void checkOrder(long[] times, Options options) {
    for (int row = 1; times != null && row < times.length; row++) {
      if (times[row] == times[row - 1] && options.resample == null) {
        throw new DataException(
            "%s: date %s is there twice; keep one row per time step, or join them (resample)"
                .formatted(place(row), Frequency.show(times[row])));
      }
      if (times[row] < times[row - 1]) {
        throw new DataException(
            "%s: date %s comes after %s; sort the file by date"
                .formatted(place(row), Frequency.show(times[row]), Frequency.show(times[row - 1])));
      }
    }
  }
}
