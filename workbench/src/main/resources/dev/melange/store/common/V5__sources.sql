-- Addresses that are imported again and again, and how long hosts are left in peace; shared by all processes.

CREATE TABLE fetch_state (
  url            VARCHAR(2000) PRIMARY KEY,
  etag           VARCHAR(500),
  last_modified  VARCHAR(100),
  checked_at     TIMESTAMP(6) WITH TIME ZONE,
  next_at        TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  failures       INTEGER NOT NULL,
  message        VARCHAR(1000) NOT NULL
);

CREATE TABLE host_pause (
  host     VARCHAR(300) PRIMARY KEY,
  free_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL
);
