-- Buckets that are open to everybody, as their owners' logs tell of it: measures ask whether a
-- bucket was, when somebody came without a signature.

-- What was set of who may come in, by the log of the tenant that owns it. What opens a bucket is
-- all three: a policy for everybody, and that neither the bucket nor its tenant restricts it.
CREATE TABLE public_setting (
  tenant_id BIGINT NOT NULL,              -- whose bucket
  bucket TEXT NOT NULL,                   -- which; empty: all of the tenant's
  kind TEXT NOT NULL,                     -- policy | block
  at_us BIGINT NOT NULL,                  -- when it was set, to the millisecond
  opens SMALLINT NOT NULL,                -- 1: policy for everybody, block that restricts nothing
  PRIMARY KEY (tenant_id, bucket, kind, at_us, opens)
);

-- Requests without a signature that were answered, by the log of the tenant that owns the bucket:
-- by the minute, two days of it.
CREATE TABLE anonymous_access (
  tenant_id BIGINT NOT NULL,              -- whose data
  bucket TEXT NOT NULL,                   -- in which bucket
  minute_us BIGINT NOT NULL,              -- the beginning of the minute
  requests BIGINT NOT NULL,               -- that were answered
  first_us BIGINT NOT NULL,               -- when the first of them came, to the millisecond
  last_us BIGINT NOT NULL,                -- when the last
  PRIMARY KEY (tenant_id, bucket, minute_us)
);

-- How far a tenant's log was read for that.
CREATE TABLE public_reading (
  tenant_id BIGINT NOT NULL,              -- whose log it is
  what TEXT NOT NULL,                     -- for which events: an actor or an action
  leaf BIGINT NOT NULL,                   -- where the next reading begins: of this leaf
  part BIGINT NOT NULL,                   -- this part
  observed_at_us BIGINT NOT NULL,         -- when it was last read to its end; 0: never yet
  PRIMARY KEY (tenant_id, what)
);
