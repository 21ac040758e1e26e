-- Identities: tenants, users, what they prove themselves with, and where they were seen.

-- The tree of tenants: the provider, its partners, their end customers.
CREATE TABLE tenant (
  id BIGINT NOT NULL PRIMARY KEY,         -- 1 is the provider
  parent_id BIGINT REFERENCES tenant (id),  -- the tenant above; null for the provider
  kind TEXT NOT NULL,                     -- provider, partner or customer
  name TEXT NOT NULL,                     -- unique below one parent
  created_us BIGINT NOT NULL,             -- when it was created
  UNIQUE (parent_id, name)
);

-- What a user may be: the roles until policies come.
CREATE TABLE iam_role (
  name TEXT NOT NULL PRIMARY KEY,         -- as in iam_user.role
  privileged SMALLINT NOT NULL            -- 1: may do nothing without a second factor
);

INSERT INTO iam_role (name, privileged) VALUES ('provider_administrator', 1);
INSERT INTO iam_role (name, privileged) VALUES ('operator', 1);
INSERT INTO iam_role (name, privileged) VALUES ('tenant_administrator', 1);
INSERT INTO iam_role (name, privileged) VALUES ('member', 0);
INSERT INTO iam_role (name, privileged) VALUES ('reader', 0);

-- Named persons, each of one tenant.
CREATE TABLE iam_user (
  id BIGINT NOT NULL PRIMARY KEY,         -- the user
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose user it is
  name TEXT NOT NULL,                     -- what the person signs in with
  name_key TEXT NOT NULL UNIQUE,          -- the name in lower case
  email TEXT NOT NULL,                    -- address of the person; may be empty
  role TEXT NOT NULL REFERENCES iam_role (name),  -- what the user may do
  active SMALLINT NOT NULL,               -- 0: suspended, nothing of the user's works
  password_hash TEXT NOT NULL,            -- Argon2id, PHC string form
  password_changed_us BIGINT NOT NULL,    -- when the password was set
  created_us BIGINT NOT NULL,             -- when the user was created
  last_sign_in_us BIGINT                  -- the last successful sign-in; null: never
);

CREATE INDEX iam_user_tenant ON iam_user (tenant_id);

-- Second factors of users. Enrolled are those with a confirmed_us.
CREATE TABLE mfa_factor (
  id BIGINT NOT NULL PRIMARY KEY,         -- the factor
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- whose factor it is
  kind TEXT NOT NULL,                     -- totp (RFC 6238)
  secret_sealed TEXT NOT NULL,            -- the seed, sealed under a key of the key store
  last_step BIGINT NOT NULL,              -- the newest time step whose code was used
  created_us BIGINT NOT NULL,             -- when the seed was made
  confirmed_us BIGINT                     -- when a code proved it; null: not in force yet
);

CREATE INDEX mfa_factor_user ON mfa_factor (user_id);

-- Sessions of persons, kept for 30 days after their end.
CREATE TABLE iam_session (
  id TEXT NOT NULL PRIMARY KEY,           -- names the session; not its secret
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who signed in
  secret_sha256 TEXT NOT NULL UNIQUE,     -- SHA-256 of the secret, hexadecimal
  amr TEXT NOT NULL, -- how the user proved who it is (RFC 8176): "pwd" or "pwd otp"
  second_factor SMALLINT NOT NULL,        -- 1: amr has a second factor
  privileged SMALLINT NOT NULL,           -- 1: the role was privileged at sign-in
  enrolment_only SMALLINT NOT NULL,       -- 1: privileged without a factor: it can only enrol one
  source_ip TEXT NOT NULL,                -- where the person signed in from
  user_agent TEXT NOT NULL,               -- with what program
  created_us BIGINT NOT NULL,             -- when it was opened
  last_seen_us BIGINT NOT NULL,           -- when it was last used, to half a minute
  expires_us BIGINT NOT NULL,             -- its end whatever happens
  idle_limit_us BIGINT NOT NULL,          -- how long it may rest before it ends
  ended_us BIGINT                         -- when it was signed out or revoked; null: not
);

CREATE INDEX iam_session_user ON iam_session (user_id);

-- Tokens of programs for the REST API.
CREATE TABLE api_token (
  id TEXT NOT NULL PRIMARY KEY,           -- names the token; not its secret
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- for whom it acts
  label TEXT NOT NULL,                    -- what it is for, in the user's words
  secret_sha256 TEXT NOT NULL UNIQUE,     -- SHA-256 of the secret, hexadecimal
  second_factor SMALLINT NOT NULL,        -- 1: made by a session with a second factor
  created_us BIGINT NOT NULL,             -- when it was made
  expires_us BIGINT                       -- its end; null: none
);

CREATE INDEX api_token_user ON api_token (user_id);

-- Access keys of the S3 protocol.
CREATE TABLE access_key (
  id TEXT NOT NULL PRIMARY KEY,           -- the access key id, 20 characters
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- for whom it signs
  secret_sealed TEXT NOT NULL,            -- the secret key, sealed under a key of the key store
  second_factor SMALLINT NOT NULL,        -- 1: made by a session or token with a second factor
  created_us BIGINT NOT NULL,             -- when it was made
  last_used_us BIGINT -- when it last signed a request, to some minutes; null: never
);

CREATE INDEX access_key_user ON access_key (user_id);

-- Addresses from which users signed in with success: there, others' failures do not slow them down.
CREATE TABLE sign_in_origin (
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  address TEXT NOT NULL,                  -- IPv4 address, or IPv6 network of 64 bits
  last_success_us BIGINT NOT NULL,        -- the last success from there
  PRIMARY KEY (user_id, address)
);
