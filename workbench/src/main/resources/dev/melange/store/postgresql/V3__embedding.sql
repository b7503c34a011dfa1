CREATE TABLE embedding (
  paper_id    BIGINT NOT NULL REFERENCES paper,
  model       VARCHAR(100) NOT NULL,
  max_tokens  INTEGER NOT NULL,
  text_sha    VARCHAR(64) NOT NULL,
  vector      BYTEA NOT NULL,                       -- float32, little-endian
  PRIMARY KEY (paper_id, model, max_tokens)
);

-- The audit is written once; the database itself refuses changes.
CREATE FUNCTION audit_is_append_only() RETURNS TRIGGER LANGUAGE plpgsql AS
  'BEGIN RAISE EXCEPTION ''the audit is append-only''; END';
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
