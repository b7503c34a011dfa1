-- What readers say of recommendations: papers that are not what a tag means, words that are not to count for it.

CREATE TABLE tag_refusal (
  tag_id    BIGINT NOT NULL REFERENCES tag ON DELETE CASCADE,
  paper_id  BIGINT NOT NULL REFERENCES paper,
  PRIMARY KEY (tag_id, paper_id)
);

CREATE TABLE tag_mute (
  tag_id  BIGINT NOT NULL REFERENCES tag ON DELETE CASCADE,
  word    VARCHAR(200) NOT NULL,
  PRIMARY KEY (tag_id, word)
);
