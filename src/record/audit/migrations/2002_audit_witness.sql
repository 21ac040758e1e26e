-- The witnesses that provider.yaml names, and what each said last of the root log's checkpoint
-- (docs/formats/root_log.md).
CREATE TABLE audit_witness (
  id BIGINT NOT NULL PRIMARY KEY,       -- from the verifier key
  name TEXT NOT NULL,                   -- of the witness' key
  url TEXT NOT NULL,                    -- where it is asked
  verifier_key TEXT NOT NULL,           -- what its cosignatures are checked with
  cosigned_size BIGINT NOT NULL,        -- size of the root log that it cosigned last; 0: none yet
  cosigned_us BIGINT NOT NULL,          -- when; 0: never
  problem TEXT NOT NULL,                -- none, unreachable, refused, rollback, fork
  problem_since_us BIGINT NOT NULL,     -- since when that; 0: there is none
  alarms BIGINT NOT NULL,               -- how often it found a rollback or a fork; never falls
  last_alarm_us BIGINT NOT NULL,        -- when it did last; 0: never
  observed_at_us BIGINT NOT NULL        -- when it was asked last
);

-- The root log's newest checkpoint that a witness cosigned.
CREATE TABLE audit_root_checkpoint (
  id BIGINT NOT NULL PRIMARY KEY,       -- 1
  size BIGINT NOT NULL,                 -- leaves that it covers
  note TEXT NOT NULL,                   -- the signed note with the cosignatures
  observed_at_us BIGINT NOT NULL        -- when it was cosigned last
);
