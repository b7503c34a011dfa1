-- Where a curator listed a paper, or that it is on no list, stays as it is when sources come again.
ALTER TABLE paper ADD COLUMN listing_rank INTEGER DEFAULT 0 NOT NULL;

-- Titles that papers no longer have, by which files that come again still find them.
CREATE TABLE paper_former_title (
  title_key  VARCHAR(64) NOT NULL,
  published  DATE NOT NULL,
  paper_id   BIGINT NOT NULL REFERENCES paper,
  PRIMARY KEY (title_key, published)
);
