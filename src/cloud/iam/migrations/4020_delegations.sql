-- Who looks after a group's people without being an administrator, and what may be given there.

-- Delegations: one row each, deleted when it ends; iam_grant keeps the record. What one says never
-- changes: another is made instead.
CREATE TABLE delegation (
  id BIGINT NOT NULL PRIMARY KEY,         -- the delegation
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  user_id BIGINT REFERENCES iam_user (id),  -- who looks after it; null: only asked for, nobody yet
  group_id BIGINT NOT NULL REFERENCES iam_group (id),  -- the unit: whose people
  role_max TEXT NOT NULL REFERENCES iam_role (name),  -- whom it invites is at most this
  may_invite SMALLINT NOT NULL,           -- 1: invites people into the unit
  may_suspend SMALLINT NOT NULL,          -- 1: suspends and readmits them
  may_give SMALLINT NOT NULL,             -- 1: gives and takes what is listed
  may_approve SMALLINT NOT NULL,          -- 1: decides their requests for what is listed
  created_us BIGINT NOT NULL,             -- when it was made or asked for
  created_by_user_id BIGINT NOT NULL,     -- by which administrator
  since_us BIGINT,                        -- since when it holds; null: only asked for
  expires_us BIGINT,                      -- its end by itself; null: none
  UNIQUE (user_id, group_id)
);

CREATE INDEX delegation_group_id ON delegation (group_id);

-- Profiles that a delegate may give.
CREATE TABLE delegation_profile (
  delegation_id BIGINT NOT NULL REFERENCES delegation (id),  -- by which delegation
  profile_id BIGINT NOT NULL REFERENCES iam_profile (id),  -- which
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  PRIMARY KEY (delegation_id, profile_id)
);

CREATE INDEX delegation_profile_profile ON delegation_profile (profile_id);

-- Groups, besides the unit, that a delegate may let its people into.
CREATE TABLE delegation_group (
  delegation_id BIGINT NOT NULL REFERENCES delegation (id),  -- by which delegation
  group_id BIGINT NOT NULL REFERENCES iam_group (id),  -- which
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  PRIMARY KEY (delegation_id, group_id)
);

CREATE INDEX delegation_group_group ON delegation_group (group_id);

-- Of the kind delegation: what is asked for; else 0.
ALTER TABLE access_request ADD COLUMN delegation_id BIGINT NOT NULL DEFAULT 0;
-- By which delegation it was sent last; 0: by an administrator.
ALTER TABLE invitation ADD COLUMN delegation_id BIGINT NOT NULL DEFAULT 0;
-- By which delegation the user is suspended, so that a delegate may readmit it; 0: not by one.
ALTER TABLE iam_user ADD COLUMN suspended_by_delegation_id BIGINT NOT NULL DEFAULT 0;
