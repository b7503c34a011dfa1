package dev.melange.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Tables for programs. */
final class TableData {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TableData() {}

  static String csv(Table table) {
    int width = table.columns().size();
    boolean[] spread = new boolean[width];
    List<String> header = new ArrayList<>();
    for (int c = 0; c < width; c++) {
      int at = c;
      spread[c] = table.rows().stream().anyMatch(r -> r.get(at) instanceof Table.PlusMinus);
      header.add(table.columns().get(c).name());
      if (spread[c]) {
        header.add(table.columns().get(c).name() + " ±");
      }
    }
    var text = new StringWriter();
    try (var writer = CsvWriter.builder().build(text)) {
      writer.writeRecord(header);
      for (List<Object> row : table.rows()) {
        List<String> cells = new ArrayList<>();
        for (int c = 0; c < width; c++) {
          var pair = row.get(c) instanceof Table.PlusMinus p ? p : null;
          cells.add(plain(pair == null ? row.get(c) : (Object) pair.value()));
          if (spread[c]) {
            cells.add(pair == null ? "" : plain(pair.spread()));
          }
        }
        writer.writeRecord(cells);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static String plain(Object value) {
    return value == null ? "" : value.toString();
  }

  static String json(Table table) {
    ObjectNode root = JSON.createObjectNode().put("title", table.title());
    var rows = root.putArray("rows");
    for (List<Object> row : table.rows()) {
      ObjectNode node = rows.addObject();
      for (int c = 0; c < row.size(); c++) {
        String name = table.columns().get(c).name();
        if (row.get(c) instanceof Table.PlusMinus p) {
          ObjectNode pair = node.putObject(name);
          pair.set("value", JSON.valueToTree(finite(p.value())));
          pair.set("spread", JSON.valueToTree(finite(p.spread())));
        } else {
          node.set(name, JSON.valueToTree(finite(row.get(c))));
        }
      }
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and strings is always JSON", e);
    }
  }

  /** JSON has no NaN; objects other than numbers and truth values are written as their text. */
  private static Object finite(Object value) {
    if (value instanceof Number n) {
      return Double.isFinite(n.doubleValue()) ? n : null;
    }
    return value == null || value instanceof Boolean ? value : value.toString();
  }
}
