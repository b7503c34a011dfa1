-- The audit is written once; the database itself refuses changes.
CREATE TRIGGER audit_append_only BEFORE UPDATE, DELETE ON audit
  FOR EACH ROW CALL "dev.melange.store.AuditGuard";
