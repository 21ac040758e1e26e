-- Accesses to customers' data, as the logs tell of them.

-- How far a customer's log was read for acts of the provider's staff: one row a customer.
CREATE TABLE log_reading (
  tenant_id BIGINT NOT NULL PRIMARY KEY,  -- whose log it is
  leaf BIGINT NOT NULL,                   -- where the next reading begins: of this leaf
  part BIGINT NOT NULL,                   -- this part
  observed_at_us BIGINT NOT NULL          -- when it was last read to its end; 0: never yet
);

-- What the provider's staff did on a customer's data, by that customer's log, over S3 and REST: the
-- last 31 days of it.
CREATE TABLE staff_access (
  tenant_id BIGINT NOT NULL,              -- whose data
  staff TEXT NOT NULL,                    -- who: the name of a user of the provider
  bucket TEXT NOT NULL,                   -- in which bucket
  intervention_id BIGINT NOT NULL,        -- by which, as the log says; 0: it names none
  requests BIGINT NOT NULL,               -- that were allowed
  first_us BIGINT NOT NULL,               -- when the first of them came, to the millisecond
  last_us BIGINT NOT NULL,                -- when the last
  PRIMARY KEY (tenant_id, staff, bucket, intervention_id)
);

-- Who was let in, of the requests that access_sample counts as found: by the hour, two days
-- of it. Sessions of roles are not among them: their rights are the role's.
CREATE TABLE user_access (
  tenant_id BIGINT NOT NULL,              -- of who asked
  user_id BIGINT NOT NULL,                -- who
  hour_us BIGINT NOT NULL,                -- the beginning of the hour
  requests BIGINT NOT NULL,               -- that were allowed, and looked at
  first_us BIGINT NOT NULL,               -- when the first of them came, to the millisecond
  last_us BIGINT NOT NULL,                -- when the last
  PRIMARY KEY (user_id, hour_us)
);
