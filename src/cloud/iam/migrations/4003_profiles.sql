-- Rights that tenants make up themselves: profiles of policies, groups, and who holds what.

-- Profiles of a tenant: policies by name. The predefined ones are roles, not rows.
CREATE TABLE iam_profile (
  id BIGINT NOT NULL PRIMARY KEY,         -- the profile
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose profile it is
  name TEXT NOT NULL,                     -- unique in the tenant
  document TEXT NOT NULL,                 -- a document of the AWS policy language
  privileged SMALLINT NOT NULL,           -- 1: holders may do nothing without a second factor
  created_us BIGINT NOT NULL,             -- when it was made
  changed_us BIGINT NOT NULL,             -- when its document was last changed
  UNIQUE (tenant_id, name)
);

-- Groups of a tenant's users.
CREATE TABLE iam_group (
  id BIGINT NOT NULL PRIMARY KEY,         -- the group
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose group it is
  name TEXT NOT NULL,                     -- unique in the tenant
  created_us BIGINT NOT NULL,             -- when it was made
  UNIQUE (tenant_id, name)
);

-- Who is in which group.
CREATE TABLE group_member (
  group_id BIGINT NOT NULL REFERENCES iam_group (id),  -- the group
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- its member
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  since_us BIGINT NOT NULL,               -- when the user was added
  PRIMARY KEY (group_id, user_id)
);

CREATE INDEX group_member_user ON group_member (user_id);

-- Which profile a user holds. Rights of a profile reach no further than its tenant.
CREATE TABLE user_profile (
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- the holder
  profile_id BIGINT NOT NULL REFERENCES iam_profile (id),  -- what it holds
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  since_us BIGINT NOT NULL,               -- when it was given
  given_by_user_id BIGINT NOT NULL,       -- who gave it
  PRIMARY KEY (user_id, profile_id)
);

CREATE INDEX user_profile_profile ON user_profile (profile_id);

-- Which profile the members of a group hold.
CREATE TABLE group_profile (
  group_id BIGINT NOT NULL REFERENCES iam_group (id),  -- the holder
  profile_id BIGINT NOT NULL REFERENCES iam_profile (id),  -- what its members hold
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  since_us BIGINT NOT NULL,               -- when it was given
  given_by_user_id BIGINT NOT NULL,       -- who gave it
  PRIMARY KEY (group_id, profile_id)
);

CREATE INDEX group_profile_profile ON group_profile (profile_id);

-- What a user may hold at most, whatever else it was given: the policy of a profile.
CREATE TABLE user_boundary (
  user_id BIGINT NOT NULL PRIMARY KEY REFERENCES iam_user (id),  -- who is bounded
  profile_id BIGINT NOT NULL REFERENCES iam_profile (id),  -- by which profile
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  since_us BIGINT NOT NULL                -- when it was set
);

CREATE INDEX user_boundary_profile ON user_boundary (profile_id);
