-- What the runs of the annex's checks found. The ledger has a run's verdict and the root over its
-- rows; the rows themselves are here, for the newest runs and the newest that did not pass.

-- One row a run of a check.
CREATE TABLE measure_run (
  id BIGINT NOT NULL PRIMARY KEY,       -- made at random
  measure_id TEXT NOT NULL,             -- "S06-P-20"
  checked_at_us BIGINT NOT NULL,        -- when the snapshot was read
  verdict TEXT NOT NULL,                -- pass, fail, no_data, stale or error
  proof TEXT NOT NULL,                  -- observed, attested, declared, simulated or none
  population BIGINT NOT NULL,           -- how many things the promise is about
  violations BIGINT NOT NULL,           -- rows that fail
  reason TEXT NOT NULL,                 -- message id of no_data, stale and error; empty otherwise
  row_count BIGINT NOT NULL,            -- leaves of the tree over the rows
  rows_root TEXT NOT NULL,              -- its root, hexadecimal (docs/formats/measure.md)
  definition_sha256 TEXT NOT NULL,      -- of the measure's YAML file, hexadecimal
  ledger_index BIGINT NOT NULL          -- of the evidence, in the provider's log
);

CREATE INDEX measure_run_newest ON measure_run (measure_id, checked_at_us);

-- The evaluated rows of a run.
CREATE TABLE measure_row (
  run_id BIGINT NOT NULL,               -- the measure_run
  position BIGINT NOT NULL,             -- of its leaf in the tree, from 0
  tenant_id BIGINT NOT NULL,            -- whose thing it is; 0: the provider's own
  subject TEXT NOT NULL,                -- what was evaluated
  status TEXT NOT NULL,                 -- pass or fail
  reason TEXT NOT NULL,                 -- what was seen
  salt TEXT NOT NULL,                   -- 16 random octets of its leaf, hexadecimal
  PRIMARY KEY (run_id, position)
);
