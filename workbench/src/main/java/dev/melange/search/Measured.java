package dev.melange.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.search.SearchQuery.Compare;
import dev.melange.store.Database;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds papers by what runs on this installation measured: any number in a run's metrics. */
final class Measured {
  private static final Logger LOG = LoggerFactory.getLogger(Measured.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Measured() {}

  /**
   * The papers with a result that fulfils a comparison. A metric is found by the last part of its
   * name, at any depth; {@code params} is the metric of that name.
   */
  static List<Long> matching(Database database, Compare compare) {
    String name =
        (compare.field().equals("metric") ? compare.name() : compare.field())
            .toLowerCase(Locale.ROOT);
    return database.read(
        db ->
            db
                .createQuery("select paper_id, metrics from run_result order by id")
                .map((row, context) -> Map.entry(row.getLong(1), row.getString(2)))
                .list()
                .stream()
                .filter(result -> holds(result.getValue(), name, compare))
                .map(Map.Entry::getKey)
                .distinct()
                .toList());
  }

  private static boolean holds(String metrics, String name, Compare compare) {
    try {
      return holds(MAPPER.readTree(metrics), name, compare);
    } catch (JsonProcessingException e) {
      LOG.warn("the metrics of a result are no JSON: {}", e.getOriginalMessage());
      return false;
    }
  }

  private static boolean holds(JsonNode node, String name, Compare compare) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode value = entry.getValue();
      boolean named = entry.getKey().toLowerCase(Locale.ROOT).equals(name);
      if (named && value.isNumber() && holds(value.asDouble(), compare)) {
        return true;
      }
      if (holds(value, name, compare)) {
        return true;
      }
    }
    if (node.isArray()) {
      for (JsonNode item : node) {
        if (holds(item, name, compare)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean holds(double value, Compare compare) {
    int sign = Double.compare(value, compare.value());
    return switch (compare.comparison()) {
      case "<" -> sign < 0;
      case "<=" -> sign <= 0;
      case ">" -> sign > 0;
      case ">=" -> sign >= 0;
      default -> sign == 0;
    };
  }
}
