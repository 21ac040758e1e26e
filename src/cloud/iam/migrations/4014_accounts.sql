-- Accounts of programs, and passwords that were lost.

-- Accounts of programs: users without a password that anybody knows. They work while their owner
-- does.
ALTER TABLE iam_user ADD COLUMN owner_id BIGINT;  -- who answers for the program; null: a person
ALTER TABLE access_key ADD COLUMN expires_us BIGINT;  -- its end; null: none

CREATE INDEX iam_user_owner ON iam_user (owner_id);

-- Who asked for a link, as typed: also names of nobody. Rows go within seconds.
CREATE TABLE password_reset_asked (
  id BIGINT NOT NULL PRIMARY KEY,         -- the request
  name_key TEXT NOT NULL,                 -- the name in lower case
  language TEXT NOT NULL,                 -- of the mail: en or fr
  asked_us BIGINT NOT NULL                -- when
);

-- Links that were sent. Rows go 30 days after.
CREATE TABLE password_reset (
  id TEXT NOT NULL PRIMARY KEY,           -- names the reset; not its secret
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of the user
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- whose password
  secret_sha256 TEXT NOT NULL UNIQUE,     -- SHA-256 of the link's secret, hexadecimal
  language TEXT NOT NULL,                 -- of the mail: en or fr
  created_us BIGINT NOT NULL,             -- when it was sent
  expires_us BIGINT NOT NULL,             -- until when its link is good
  ended_us BIGINT                         -- when it was used, or another took its place; null: not
);

CREATE INDEX password_reset_user ON password_reset (user_id);
