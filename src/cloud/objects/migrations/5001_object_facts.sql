-- What the object engine and its segment store observe, upserted by the collector of
-- objects/facts.h every 5 seconds and on demand. `observed_at_us` tells how fresh a row is.

-- One row a disk that holds copies.
CREATE TABLE disk_state (
  disk_id BIGINT NOT NULL PRIMARY KEY,  -- the disk, as in the topology
  name TEXT NOT NULL,                   -- "par1-s1-d1"
  server_id BIGINT NOT NULL,            -- the server it is in
  site_id BIGINT NOT NULL,              -- the site of that server
  health TEXT NOT NULL,                 -- good, failed or absent
  reason TEXT NOT NULL,                 -- why it is failed or absent; empty when good
  used_bytes BIGINT NOT NULL,           -- taken by segments and files
  free_bytes BIGINT NOT NULL,           -- free on its file system
  total_bytes BIGINT NOT NULL,          -- size of its file system
  last_scrub_us BIGINT NOT NULL,        -- when its least recently checked set was checked; 0: never
  simulated SMALLINT NOT NULL,          -- 1: declared simulated by a demonstration
  observed_at_us BIGINT NOT NULL        -- when this row was observed
);

-- One row a replica set: disks that hold the same objects, or the same part of the audit ledger. A
-- set of objects that the index counts has a row also while every disk of it is away.
CREATE TABLE replica_set (
  set_id BIGINT NOT NULL PRIMARY KEY,   -- the set
  stream TEXT NOT NULL,                 -- objects or ledger
  objects BIGINT NOT NULL,              -- objects whose record lies in the set (0 for the ledger)
  object_bytes BIGINT NOT NULL,         -- sealed octets of objects and parts in it, counted once
  stored_bytes BIGINT NOT NULL,         -- octets on each of its disks
  copies_expected BIGINT NOT NULL,      -- copies that its placement asks for
  servers_expected BIGINT NOT NULL,     -- distinct servers that its placement asks for
  sites_expected BIGINT NOT NULL,       -- distinct sites that its placement asks for
  copies_present BIGINT NOT NULL,       -- its disks that are there and good
  disks_distinct BIGINT NOT NULL,       -- distinct block devices among those (simulated: disks)
  servers_distinct BIGINT NOT NULL,     -- distinct servers among those
  sites_distinct BIGINT NOT NULL,       -- distinct sites among those
  missing_copies BIGINT NOT NULL,       -- its disks that are not there
  damaged_copies BIGINT NOT NULL,       -- copies found corrupt or missing, not repaired yet
  placement_default SMALLINT NOT NULL,  -- 1: its placement is the annex's default
  oldest_check_us BIGINT NOT NULL,      -- end of its last complete scrub; 0: never
  first_seen_us BIGINT NOT NULL,        -- when the collector first saw the set
  degraded_since_us BIGINT NOT NULL,    -- since when copies are missing or damaged; 0: they are not
  simulated SMALLINT NOT NULL,          -- 1: one of its disks is declared simulated
  observed_at_us BIGINT NOT NULL        -- when this row was observed
);

-- Which disks a replica set lies on.
CREATE TABLE replica_set_disk (
  set_id BIGINT NOT NULL,               -- the set
  disk_id BIGINT NOT NULL,              -- a disk of its newest descriptor
  present SMALLINT NOT NULL,            -- 1: the disk is there and good
  observed_at_us BIGINT NOT NULL,       -- when this row was observed
  PRIMARY KEY (set_id, disk_id)
);

-- One row a damaged copy of an object, and one a copy on a disk that is not there (of a set as many
-- objects as the collector names, 100; replica_set.objects counts all of them).
CREATE TABLE damaged_object (
  bucket_id BIGINT NOT NULL,            -- the object's bucket
  object_key TEXT NOT NULL,             -- the object's key
  set_id BIGINT NOT NULL,               -- the set the damaged copy belongs to
  disk_id BIGINT NOT NULL,              -- the disk of that copy; 0: nobody remembers which
  tenant_id BIGINT NOT NULL,            -- the tenant that owns the bucket
  state TEXT NOT NULL,                  -- missing or corrupt
  found_us BIGINT NOT NULL,             -- when it was found, or since when the set misses a disk
  observed_at_us BIGINT NOT NULL,       -- when this row was observed
  PRIMARY KEY (bucket_id, object_key, set_id, disk_id)
);

-- One row a replica set that a disk is there of: how its last scrub stands.
CREATE TABLE scrub_result (
  set_id BIGINT NOT NULL PRIMARY KEY,   -- the set
  last_scrub_us BIGINT NOT NULL,        -- end of its last complete scrub; 0: never
  first_seen_us BIGINT NOT NULL,        -- when the collector first saw the set
  mismatches_open BIGINT NOT NULL,      -- copies whose checksum differs, not repaired yet
  oldest_mismatch_us BIGINT NOT NULL,   -- when the oldest of them was found; 0: none
  observed_at_us BIGINT NOT NULL        -- when this row was observed
);

-- One row a bucket.
CREATE TABLE bucket_fact (
  bucket_id BIGINT NOT NULL PRIMARY KEY,  -- the bucket
  tenant_id BIGINT NOT NULL,              -- the tenant that owns it
  name TEXT NOT NULL,                     -- its name, unique in the provider
  placement_default SMALLINT NOT NULL,    -- 1: created without a placement of its own
  copies BIGINT NOT NULL,                 -- copies its placement asks for
  servers_min BIGINT NOT NULL,            -- distinct servers its placement asks for
  sites_min BIGINT NOT NULL,              -- distinct sites its placement asks for
  created_us BIGINT NOT NULL,             -- when it was created
  observed_at_us BIGINT NOT NULL          -- when this row was observed
);
