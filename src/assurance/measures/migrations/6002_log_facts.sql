-- What the provider observes of the ledger, every minute and before a check that was asked for.

-- One row a tenant's log.
CREATE TABLE log_fact (
  tenant_id BIGINT NOT NULL PRIMARY KEY,  -- whose log it is
  leaves BIGINT NOT NULL,                 -- leaves of the log when it was last found unchanged
  root TEXT NOT NULL,                     -- the root over them, hexadecimal
  unchanged SMALLINT NOT NULL,            -- 1: what it was the time before is its beginning still
  checkpoints BIGINT NOT NULL,            -- disks that have a checkpoint of at least those leaves
  oldest_leaf BIGINT NOT NULL,            -- index of the oldest leaf that can still be opened
  oldest_us BIGINT NOT NULL,              -- when its event happened; 0: no leaf can be opened
  newest_us BIGINT NOT NULL,              -- when the newest event happened; 0: the log has none
  samples BIGINT NOT NULL,                -- leaves between those that were tried
  samples_opened BIGINT NOT NULL,         -- those of them that opened
  opened_at_us BIGINT NOT NULL,           -- when its leaves were last tried
  observed_at_us BIGINT NOT NULL          -- when this row was observed
);

-- What was made, session or thing, and of which the log of its tenant tells.
CREATE TABLE logged_change (
  kind TEXT NOT NULL,                     -- session, user, key, token, profile, group or bucket
  id TEXT NOT NULL,                       -- which
  tenant_id BIGINT NOT NULL,              -- whose log has it
  made_us BIGINT NOT NULL,                -- when it was made
  ledger_index BIGINT NOT NULL,           -- of the leaf that tells of it
  PRIMARY KEY (kind, id)
);

-- When what was made was compared with the logs: one row.
CREATE TABLE log_comparison (
  id BIGINT NOT NULL PRIMARY KEY,         -- 1
  first_us BIGINT NOT NULL,               -- the first time: what was made before may be unknown
  observed_at_us BIGINT NOT NULL          -- the last time that it ended without an error
);

-- Requests of S3 against the log of who made them, by the hour; the last two days of it.
CREATE TABLE access_sample (
  tenant_id BIGINT NOT NULL,              -- whose users asked
  hour_us BIGINT NOT NULL,                -- the beginning of the hour
  requests BIGINT NOT NULL,               -- answered, or refused to somebody known
  compared BIGINT NOT NULL,               -- those of them that were looked for in the log
  found BIGINT NOT NULL,                  -- those of these that it has
  PRIMARY KEY (tenant_id, hour_us)
);
