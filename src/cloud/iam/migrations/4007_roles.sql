-- Roles that are assumed for a while (AWS STS): who may, what they give, and who has done so.

-- Roles of a tenant. What users may do is iam_user.role, not these.
CREATE TABLE assumable_role (
  id BIGINT NOT NULL PRIMARY KEY,         -- the role
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose role it is
  name TEXT NOT NULL,                     -- as its ARN has it
  name_key TEXT NOT NULL,                 -- the name in lower case
  trust_document TEXT NOT NULL,           -- who may assume it, in the AWS policy language
  session_max_us BIGINT NOT NULL,         -- how long a session of it may last
  created_us BIGINT NOT NULL,             -- when it was made
  changed_us BIGINT NOT NULL,             -- when its trust policy or its limit was last changed
  UNIQUE (tenant_id, name_key)
);

-- Which profiles a role holds.
CREATE TABLE role_profile (
  role_id BIGINT NOT NULL REFERENCES assumable_role (id),  -- the holder
  profile_id BIGINT NOT NULL REFERENCES iam_profile (id),  -- what its sessions may do
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  since_us BIGINT NOT NULL,               -- when it was given
  given_by_user_id BIGINT NOT NULL,       -- who gave it
  PRIMARY KEY (role_id, profile_id)
);

CREATE INDEX role_profile_profile ON role_profile (profile_id);

-- Sessions of roles: temporary credentials. Kept for an hour after their end.
CREATE TABLE role_session (
  id TEXT NOT NULL PRIMARY KEY,           -- the access key id, 20 characters
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of the role
  role_id BIGINT NOT NULL REFERENCES assumable_role (id),  -- the role that was assumed
  name TEXT NOT NULL,                     -- as who assumed it called the session
  secret_sealed TEXT NOT NULL,            -- the secret key, sealed under a key of the key store
  token_sha256 TEXT NOT NULL,             -- SHA-256 of the session token, hexadecimal
  session_document TEXT NOT NULL,         -- the policy that narrows it; empty: none
  by_tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of who assumed it
  by_user_id BIGINT NOT NULL,             -- the person behind, first of a chain
  by_arn TEXT NOT NULL,                   -- who assumed it, as policies name that
  chained_from_id TEXT,                   -- the session that assumed it; null: a user did
  second_factor SMALLINT NOT NULL,        -- 1: who assumed it had proved a second factor
  second_factor_us BIGINT,                -- when, if that is known
  created_us BIGINT NOT NULL,             -- when it was assumed
  expires_us BIGINT NOT NULL,             -- its end whatever happens
  ended_us BIGINT                         -- when it was revoked; null: not
);

CREATE INDEX role_session_role ON role_session (role_id);
CREATE INDEX role_session_tenant ON role_session (tenant_id);
CREATE INDEX role_session_user ON role_session (by_user_id);
CREATE INDEX role_session_chained ON role_session (chained_from_id);
