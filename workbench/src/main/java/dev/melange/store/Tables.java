package dev.melange.store;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tables of the schema as the database itself knows them, so that what copies or checks all of
 * them also does what later migrations add.
 */
final class Tables {
  private static final String HISTORY = "schema_history";

  private Tables() {}

  /**
   * A reference to another table.
   *
   * @param table that refers
   * @param columns of it
   * @param target that is referred to
   * @param keys of that
   */
  record Reference(String table, List<String> columns, String target, List<String> keys) {}

  /** All tables but the migrations' own, each after those it refers to. */
  static List<String> inOrder(Connection connection) throws SQLException {
    Map<String, Set<String>> needs = new TreeMap<>();
    for (String table : names(connection)) {
      needs.put(table, new TreeSet<>());
    }
    for (Reference reference : references(connection)) {
      if (!reference.target().equals(reference.table())) {
        needs.get(reference.table()).add(reference.target());
      }
    }
    Set<String> ordered = new LinkedHashSet<>();
    while (ordered.size() < needs.size()) {
      String next =
          needs.entrySet().stream()
              .filter(entry -> !ordered.contains(entry.getKey()))
              .filter(entry -> ordered.containsAll(entry.getValue()))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow(
                  () -> new IllegalStateException("tables refer to each other in a circle"));
      ordered.add(next);
    }
    return List.copyOf(ordered);
  }

  private static List<String> names(Connection connection) throws SQLException {
    List<String> names = new ArrayList<>();
    try (ResultSet tables =
        connection
            .getMetaData()
            .getTables(connection.getCatalog(), connection.getSchema(), "%", null)) {
      while (tables.next()) {
        String kind = tables.getString("TABLE_TYPE");
        String name = tables.getString("TABLE_NAME");
        if ((kind.equals("TABLE") || kind.equals("BASE TABLE")) && !name.equals(HISTORY)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /** All foreign keys. */
  static List<Reference> references(Connection connection) throws SQLException {
    DatabaseMetaData meta = connection.getMetaData();
    List<Reference> references = new ArrayList<>();
    for (String table : names(connection)) {
      Map<String, Reference> byName = new TreeMap<>();
      try (ResultSet keys =
          meta.getImportedKeys(connection.getCatalog(), connection.getSchema(), table)) {
        while (keys.next()) {
          String target = keys.getString("PKTABLE_NAME");
          Reference reference =
              byName.computeIfAbsent(
                  keys.getString("FK_NAME"),
                  name -> new Reference(table, new ArrayList<>(), target, new ArrayList<>()));
          reference.columns().add(keys.getString("FKCOLUMN_NAME"));
          reference.keys().add(keys.getString("PKCOLUMN_NAME"));
        }
      }
      references.addAll(byName.values());
    }
    return references;
  }

  /** The columns of a table's primary key, in its order. */
  static List<String> key(Connection connection, String table) throws SQLException {
    Map<Integer, String> columns = new TreeMap<>();
    try (ResultSet keys =
        connection
            .getMetaData()
            .getPrimaryKeys(connection.getCatalog(), connection.getSchema(), table)) {
      while (keys.next()) {
        columns.put(keys.getInt("KEY_SEQ"), keys.getString("COLUMN_NAME"));
      }
    }
    if (columns.isEmpty()) {
      throw new IllegalStateException("the table " + table + " has no primary key");
    }
    return List.copyOf(columns.values());
  }

  /** The columns of a table by name, with their {@link java.sql.Types}. */
  static Map<String, Integer> columns(Connection connection, String table) throws SQLException {
    Map<String, Integer> columns = new TreeMap<>();
    try (ResultSet found =
        connection
            .getMetaData()
            .getColumns(connection.getCatalog(), connection.getSchema(), table, "%")) {
      while (found.next()) {
        columns.put(found.getString("COLUMN_NAME"), found.getInt("DATA_TYPE"));
      }
    }
    return columns;
  }

  /** A table's column that numbers its rows by itself, or null. */
  static String numbered(Connection connection, String table) throws SQLException {
    try (ResultSet found =
        connection
            .getMetaData()
            .getColumns(connection.getCatalog(), connection.getSchema(), table, "%")) {
      while (found.next()) {
        if (found.getString("IS_AUTOINCREMENT").equals("YES")) {
          return found.getString("COLUMN_NAME");
        }
      }
    }
    return null;
  }
}
