package dev.melange.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.web.PaperViews.ColumnView;
import dev.melange.web.PaperViews.TableView;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Makes tables of results from the JSON that runs leave. */
final class ResultTables {
  private static final int DIGITS = 4;
  private static final int MAX_DECIMALS = 6;

  private ResultTables() {}

  /** A table of {@code title} and {@code rows}, each row an object by column name. */
  static TableView of(JsonNode table) {
    Set<String> names = new LinkedHashSet<>();
    table.path("rows").forEach(row -> row.fieldNames().forEachRemaining(names::add));
    List<ColumnView> columns = new ArrayList<>();
    for (String name : names) {
      boolean number = true;
      for (JsonNode row : table.path("rows")) {
        JsonNode cell = row.path(name);
        number &= cell.isNumber() || cell.isObject() || cell.isNull() || cell.isMissingNode();
      }
      columns.add(new ColumnView(name, number));
    }
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode row : table.path("rows")) {
      rows.add(names.stream().map(name -> cell(row.path(name))).toList());
    }
    return new TableView(table.path("title").asText(), columns, rows);
  }

  /** A cell; a value with its spread as {@code 45.1 ± 1.0}. */
  static String cell(JsonNode cell) {
    if (cell.isMissingNode() || cell.isNull()) {
      return "\u2013";
    }
    if (cell.isObject()) {
      JsonNode value = cell.path("value");
      JsonNode spread = cell.path("spread");
      if (!value.isNumber()) {
        return "\u2013";
      }
      return spread.isNumber() && spread.doubleValue() > 0
          ? spread(value.doubleValue(), spread.doubleValue())
          : number(value.doubleValue());
    }
    if (cell.isIntegralNumber()) {
      return String.format(Locale.ROOT, "%,d", cell.longValue());
    }
    return cell.isNumber() ? number(cell.doubleValue()) : cell.asText();
  }

  /** Both to the decimals of two digits of the spread. */
  private static String spread(double value, double spread) {
    int scale = 2 - 1 - (int) Math.floor(Math.log10(spread));
    int decimals = Math.max(0, Math.min(MAX_DECIMALS, scale));
    return plain(value, decimals) + " \u00b1 " + plain(spread, decimals);
  }

  private static String plain(double value, int decimals) {
    return BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String number(double value) {
    double size = Math.abs(value);
    if (value != 0 && (size < 1e-4 || size >= 1e9)) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    BigDecimal rounded =
        BigDecimal.valueOf(value).round(new MathContext(DIGITS, RoundingMode.HALF_EVEN));
    return rounded.setScale(Math.max(0, rounded.scale()), RoundingMode.HALF_EVEN).toPlainString();
  }
}
