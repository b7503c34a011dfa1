package dev.melange.papers.finalmlp;

import dev.melange.data.DataException;
import dev.melange.data.tabular.Table;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Rows by the time that a column tells. */
final class TimeOrder {
  // Their order as texts is their order in time.
  private static final Pattern ISO = Pattern.compile("\\d{4}-\\d{2}-\\d{2}([T ].*)?");
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,15}(\\.\\d*)?");

  private TimeOrder() {}

  /**
   * All rows, the latest first; rows of equal time in the reverse of their order in the table.
   *
   * @param column numbers, or dates such as 2024-05-31 and 2024-05-31T12:00:00
   * @throws DataException if a cell is neither, or if both kinds are mixed
   */
  static int[] latestFirst(Table table, String column) {
    List<String> cells = table.column(column);
    boolean numbers = NUMBER.matcher(cells.get(0)).matches();
    for (int row = 0; row < cells.size(); row++) {
      if (!(numbers ? NUMBER : ISO).matcher(cells.get(row)).matches()) {
        throw new DataException(
            "%s, column '%s': '%s' is not a time%s; times are all numbers, or all dates such as 2024-05-31 or 2024-05-31 12:00:00"
                .formatted(
                    table.place(row),
                    column,
                    cells.get(row),
                    numbers ? " in numbers as in the first row" : ""));
      }
    }
    Comparator<Integer> byTime =
        numbers
            ? Comparator.comparingDouble(row -> Double.parseDouble(cells.get(row)))
            : Comparator.comparing(cells::get);
    Comparator<Integer> rising = byTime.thenComparing(Comparator.naturalOrder());
    return IntStream.range(0, cells.size())
        .boxed()
        .sorted(rising.reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
