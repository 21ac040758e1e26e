-- From where changes of users and rights came, as the logs tell of them. Besides what it says of
-- itself, logged_change has roles, directories, delegations, requests and invitations.

-- How far a customer's log was read for such changes: one row a customer.
CREATE TABLE change_reading (
  tenant_id BIGINT NOT NULL PRIMARY KEY,  -- whose log it is
  leaf BIGINT NOT NULL,                   -- where the next reading begins: of this leaf
  part BIGINT NOT NULL,                   -- this part
  observed_at_us BIGINT NOT NULL          -- when it was last read to its end; 0: never yet
);

-- Changes of users and rights of which a customer's log tells, by the day: the last 31 of them.
CREATE TABLE change_source (
  tenant_id BIGINT NOT NULL,              -- whose log has them
  day_us BIGINT NOT NULL,                 -- the beginning of the day
  changes BIGINT NOT NULL,                -- how many
  sourced BIGINT NOT NULL,                -- of which the line tells from where, or by no request
  PRIMARY KEY (tenant_id, day_us)
);
