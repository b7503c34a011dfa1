package dev.melange.store;

import java.sql.Connection;
import java.sql.SQLException;
import org.h2.api.Trigger;

/** H2's guard of the audit: rows are added, never changed and never deleted. */
public final class AuditGuard implements Trigger {
  /** Made by H2. */
  public AuditGuard() {}

  @Override
  public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
    throw new SQLException("the audit is append-only");
  }
}
