package dev.melange.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jdbi.v3.core.Handle;

/**
 * The store in one zip file: {@code manifest.json}, then for each table {@code NAME.jsonl} with a
 * row a line, each table after those it refers to. The same store gives the same bytes, on H2 and
 * on PostgreSQL, and an archive of one is read into the other.
 */
public final class StoreArchive {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MANIFEST = "manifest.json";
  private static final String ROWS = ".jsonl";
  private static final int FORMAT = 1;
  private static final int LONGEST_LINE = 16 << 20;
  private static final long LARGEST = 32L << 30;
  private static final int BATCH = 500;

  /** What belongs to this installation and not to its papers and readers' work on them. */
  private static final Set<String> OWN =
      Set.of(
          "api_token",
          "audit",
          "embedding",
          "fetch_state",
          "host_pause",
          "issue",
          "job",
          "login",
          "mail_event",
          "outbox",
          "setting",
          "sign_in",
          "subscriber",
          "suppression");

  /** What is in an archive. */
  public enum Content {
    /** Papers, users, votes, discussions, collections, results: what one takes along. */
    PAPERS,
    /** Everything, mail and logins too: what one keeps against loss. */
    BACKUP;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Database database;

  /** Of a database. */
  public StoreArchive(Database database) {
    this.database = database;
  }

  // ---- writing ----

  /**
   * Writes an archive, of one moment.
   *
   * @param out gets the zip; is not closed
   * @return rows by table
   * @throws IOException if it cannot be written
   */
  public Map<String, Long> write(OutputStream out, Content content) throws IOException {
    try {
      return database.snapshot(
          db -> {
            try {
              return write(db.getConnection(), out, content);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            } catch (SQLException e) {
              throw new IllegalStateException("the store cannot be read: " + e.getMessage(), e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Map<String, Long> write(Connection connection, OutputStream out, Content content)
      throws IOException, SQLException {
    Map<String, Long> counts = new java.util.LinkedHashMap<>();
    ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
    begin(zip, MANIFEST);
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("format", FORMAT).put("content", content.label());
    manifest.put("schema", schema(connection));
    zip.write(JSON.writeValueAsBytes(manifest));
    for (String table : tables(connection, content)) {
      begin(zip, table + ROWS);
      counts.put(table, write(connection, table, zip));
    }
    zip.finish();
    return counts;
  }

  private static List<String> tables(Connection connection, Content content) throws SQLException {
    return Tables.inOrder(connection).stream()
        .filter(table -> content == Content.BACKUP || !OWN.contains(table))
        .toList();
  }

  private static void begin(ZipOutputStream zip, String name) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(315_619_200_000L); // 1980, the first year zip files know: bytes tell no time
    zip.putNextEntry(entry);
  }

  private static long write(Connection connection, String table, OutputStream out)
      throws SQLException, IOException {
    Map<String, Integer> columns = Tables.columns(connection, table);
    String key = String.join(", ", Tables.key(connection, table));
    long rows = 0;
    try (Statement select = connection.createStatement()) {
      select.setFetchSize(BATCH);
      try (ResultSet row = select.executeQuery("select * from " + table + " order by " + key)) {
        while (row.next()) {
          ObjectNode json = JSON.createObjectNode();
          for (Map.Entry<String, Integer> column : columns.entrySet()) {
            Cells.put(json, row, column.getKey(), column.getValue());
          }
          out.write(JSON.writeValueAsBytes(json));
          out.write('\n');
          rows++;
        }
      }
    }
    return rows;
  }

  /** The newest migration. */
  private static String schema(Connection connection) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "select version from schema_history where success = true and version is not null"
                    + " order by installed_rank desc limit 1")) {
      return row.next() ? row.getString(1) : "0";
    }
  }

  // ---- reading ----

  /** Whether some bytes are the beginning of a zip file. */
  public static boolean isZip(byte[] bytes) {
    return bytes.length > 3 && bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == 3 && bytes[3] == 4;
  }

  /**
   * Reads an archive into the store, which must hold no papers. All of it is read, or nothing.
   *
   * @param in a zip that {@link #write} wrote
   * @return rows by table
   * @throws IllegalArgumentException if the store is not empty, or the archive is none, is damaged
   *     or of another version; says what to do
   * @throws IOException if it cannot be read
   */
  public Map<String, Long> read(InputStream in) throws IOException {
    try {
      return database.write(db -> readAll(db, in));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Map<String, Long> readAll(Handle db, InputStream in) {
    requireEmpty(db);
    try (ZipInputStream zip = new ZipInputStream(in, StandardCharsets.UTF_8)) {
      return read(db.getConnection(), zip);
    } catch (ZipException e) {
      throw new IllegalArgumentException("the archive is damaged: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalArgumentException("the archive does not fit: " + e.getMessage(), e);
    }
  }

  private static void requireEmpty(Handle db) {
    long papers = db.createQuery("select count(*) from paper").mapTo(Long.class).one();
    if (papers > 0) {
      throw new IllegalArgumentException(
          "the store holds %,d papers, and an archive is read into an empty one only; name another with MELANGE_HOME or MELANGE_DB, or move MELANGE_HOME/page away"
              .formatted(papers));
    }
  }

  private Map<String, Long> read(Connection connection, ZipInputStream zip)
      throws IOException, SQLException {
    ZipEntry first = zip.getNextEntry();
    if (first == null || !first.getName().equals(MANIFEST)) {
      throw new IllegalArgumentException(
          "that is no archive of a store; make one with melange papers export or melange backup");
    }
    Content content = content(connection, zip);
    List<String> tables = tables(connection, content);
    // What every new store has, its two users and its settings, comes with the archive.
    try (Statement delete = connection.createStatement()) {
      for (int i = tables.size() - 1; i >= 0; i--) {
        if (!tables.get(i).equals("audit")) {
          delete.executeUpdate("delete from " + tables.get(i));
        }
      }
    }
    Map<String, Long> counts = new java.util.LinkedHashMap<>();
    long[] budget = {LARGEST};
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      String table = entry.getName().replaceFirst("\\.jsonl$", "");
      if (!tables.contains(table) || !entry.getName().endsWith(ROWS) || counts.containsKey(table)) {
        throw new IllegalArgumentException(
            "the archive holds '%s', which is no table of the store"
                .formatted(entry.getName().replaceAll("[^ -~]", "?")));
      }
      counts.put(table, insert(connection, table, zip, budget));
      restart(connection, table);
    }
    if (counts.size() != tables.size()) {
      throw new IllegalArgumentException(
          "the archive is cut off: it lacks "
              + tables.stream()
                  .filter(table -> !counts.containsKey(table))
                  .collect(Collectors.joining(", ")));
    }
    return counts;
  }

  private static Content content(Connection connection, ZipInputStream zip)
      throws IOException, SQLException {
    JsonNode manifest;
    try {
      manifest = JSON.readTree(zip.readNBytes(1 << 16));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the archive's manifest is no JSON", e);
    }
    String schema = schema(connection);
    if (manifest.path("format").asInt() != FORMAT
        || !manifest.path("schema").asText().equals(schema)) {
      throw new IllegalArgumentException(
          "the archive was written with schema %s, this program has %s; read it with the version that wrote it, which can then be brought up to date"
              .formatted(manifest.path("schema").asText("unknown"), schema));
    }
    return manifest.path("content").asText().equals(Content.BACKUP.label())
        ? Content.BACKUP
        : Content.PAPERS;
  }

  private static long insert(Connection connection, String table, ZipInputStream zip, long[] budget)
      throws IOException, SQLException {
    Map<String, Integer> columns = Tables.columns(connection, table);
    String sql =
        "insert into %s (%s) values (%s)"
            .formatted(
                table,
                String.join(", ", columns.keySet()),
                columns.keySet().stream().map(column -> "?").collect(Collectors.joining(", ")));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(zip, StandardCharsets.UTF_8), 1 << 16);
    long rows = 0;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (String line = line(lines, budget); line != null; line = line(lines, budget)) {
        JsonNode json = row(table, line, columns);
        int index = 1;
        for (Map.Entry<String, Integer> column : columns.entrySet()) {
          Cells.set(insert, index++, json.get(column.getKey()), column.getKey(), column.getValue());
        }
        insert.addBatch();
        if (++rows % BATCH == 0) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
    return rows;
  }

  private static JsonNode row(String table, String line, Map<String, Integer> columns) {
    try {
      JsonNode json = JSON.readTree(line);
      Set<String> names =
          json.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
      if (names.equals(columns.keySet())) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "a row of %s is no JSON: %s".formatted(table, e.getOriginalMessage()), e);
    }
    throw new IllegalArgumentException(
        "a row of %s has not the columns %s".formatted(table, columns.keySet()));
  }

  /** A line of bounded length; null at the end. */
  private static String line(BufferedReader reader, long[] budget) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      if (c == '\n') {
        return line.toString();
      }
      if (line.length() >= LONGEST_LINE || --budget[0] < 0) {
        throw new IllegalArgumentException("the archive holds more than an archive can");
      }
      line.append((char) c);
    }
    return line.isEmpty() ? null : line.toString();
  }

  /** New rows get numbers after those that were read. */
  private void restart(Connection connection, String table) throws SQLException {
    String column = Tables.numbered(connection, table);
    if (column == null) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      long next;
      try (ResultSet row =
          statement.executeQuery(
              "select coalesce(max(%s), 0) + 1 from %s".formatted(column, table))) {
        row.next();
        next = row.getLong(1);
      }
      statement.execute(
          "alter table %s alter column %s restart with %d".formatted(table, column, next));
    }
  }
}
