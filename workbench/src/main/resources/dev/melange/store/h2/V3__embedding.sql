CREATE TABLE embedding (
  paper_id    BIGINT NOT NULL REFERENCES paper,
  model       VARCHAR(100) NOT NULL,
  max_tokens  INTEGER NOT NULL,
  text_sha    VARCHAR(64) NOT NULL,
  vector      VARBINARY(65536) NOT NULL,            -- float32, little-endian
  PRIMARY KEY (paper_id, model, max_tokens)
);
