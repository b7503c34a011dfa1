package dev.melange.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;

/** Values of rows as JSON, alike for all databases, and back. */
final class Cells {
  private Cells() {}

  /** Adds a value of a result to an object. */
  static void put(ObjectNode json, ResultSet row, String column, int type) throws SQLException {
    if (row.getObject(column) == null) {
      json.putNull(column);
      return;
    }
    switch (type) {
      case Types.BIGINT, Types.INTEGER, Types.SMALLINT -> json.put(column, row.getLong(column));
      case Types.DOUBLE, Types.REAL, Types.FLOAT -> json.put(column, row.getDouble(column));
      case Types.BOOLEAN, Types.BIT -> json.put(column, row.getBoolean(column));
      case Types.DATE -> json.put(column, row.getObject(column, LocalDate.class).toString());
      case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
          json.put(column, row.getTimestamp(column).toInstant().toString());
      case Types.VARBINARY, Types.BINARY, Types.LONGVARBINARY ->
          json.put(column, Base64.getEncoder().encodeToString(row.getBytes(column)));
      case Types.VARCHAR, Types.CHAR, Types.LONGVARCHAR -> json.put(column, row.getString(column));
      default ->
          throw new IllegalStateException("the column %s has the type %d".formatted(column, type));
    }
  }

  /**
   * Sets a parameter.
   *
   * @throws IllegalArgumentException if the value is not of the column's type
   */
  static void set(PreparedStatement insert, int index, JsonNode value, String column, int type)
      throws SQLException {
    if (value.isNull()) {
      insert.setNull(index, type);
      return;
    }
    try {
      switch (type) {
        case Types.BIGINT, Types.INTEGER, Types.SMALLINT -> {
          require(value.isIntegralNumber(), column, value);
          insert.setLong(index, value.longValue());
        }
        case Types.DOUBLE, Types.REAL, Types.FLOAT -> {
          require(value.isNumber(), column, value);
          insert.setDouble(index, value.doubleValue());
        }
        case Types.BOOLEAN, Types.BIT -> {
          require(value.isBoolean(), column, value);
          insert.setBoolean(index, value.booleanValue());
        }
        case Types.DATE -> insert.setObject(index, LocalDate.parse(value.asText()));
        case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
            insert.setObject(
                index, OffsetDateTime.ofInstant(Instant.parse(value.asText()), ZoneOffset.UTC));
        case Types.VARBINARY, Types.BINARY, Types.LONGVARBINARY ->
            insert.setBytes(index, Base64.getDecoder().decode(value.asText()));
        default -> {
          require(value.isTextual(), column, value);
          insert.setString(index, value.textValue());
        }
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "the column %s holds '%s', which is no time".formatted(column, value.asText()), e);
    }
  }

  private static void require(boolean fits, String column, JsonNode value) {
    if (!fits) {
      throw new IllegalArgumentException(
          "the column %s cannot hold %s".formatted(column, value.getNodeType()));
    }
  }
}
