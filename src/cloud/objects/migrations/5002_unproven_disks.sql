-- Disks that failed by an error, and of which not all that they hold was compared since: a start
-- that takes one back compares it. Written with disk_state.
CREATE TABLE disk_unproven (
  disk_id BIGINT NOT NULL PRIMARY KEY,  -- the disk, as in the topology
  observed_at_us BIGINT NOT NULL        -- when this row was observed
);
