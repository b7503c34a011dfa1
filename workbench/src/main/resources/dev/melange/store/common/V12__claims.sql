-- Who says to be which author of a paper, until it is verified or refused; what is verified is kept with the author.
CREATE TABLE author_claim (
  paper_id    BIGINT NOT NULL REFERENCES paper,
  user_id     BIGINT NOT NULL REFERENCES app_user,
  author      VARCHAR(300) NOT NULL,
  claimed_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  PRIMARY KEY (paper_id, user_id)
);
CREATE INDEX author_claim_time ON author_claim (claimed_at);
CREATE INDEX paper_author_user ON paper_author (user_id);

-- Where an organisation's members have their addresses: who signs in from there is verified at once.
CREATE TABLE organisation_domain (
  organisation_id  BIGINT NOT NULL REFERENCES organisation,
  domain           VARCHAR(253) NOT NULL,            -- lower case, ASCII
  PRIMARY KEY (organisation_id, domain)
);

-- Links that people chose are not filled in by imports.
ALTER TABLE paper ADD COLUMN links_rank INTEGER DEFAULT 0 NOT NULL;

-- Papers that turned out to be others. Their rows stay, withdrawn, so that old ids and old files still lead somewhere.
CREATE TABLE paper_merge (
  paper_id   BIGINT PRIMARY KEY REFERENCES paper,
  into_id    BIGINT NOT NULL REFERENCES paper,
  merged_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  CHECK (paper_id <> into_id)
);
CREATE INDEX paper_merge_into ON paper_merge (into_id);
DROP TABLE paper_alias;

-- Pairs that look like one paper and are two; the lower id first.
CREATE TABLE paper_distinct (
  paper_id  BIGINT NOT NULL REFERENCES paper,
  other_id  BIGINT NOT NULL REFERENCES paper,
  PRIMARY KEY (paper_id, other_id),
  CHECK (paper_id < other_id)
);
