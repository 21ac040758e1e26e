-- A tenant's own directories (OpenID Connect): who signs in with them, and as whom.

-- Issuers of tokens that a tenant believes. Their address never changes: a subject means nothing
-- elsewhere.
CREATE TABLE issuer (
  id BIGINT NOT NULL PRIMARY KEY,         -- the issuer
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- who believes it
  url TEXT NOT NULL,                      -- as the issuer names itself
  organisation TEXT UNIQUE,               -- what people type, in lower case; null: nobody does
  client_id TEXT NOT NULL,                -- who the program is to it
  client_secret_sealed TEXT NOT NULL,     -- sealed under a key of the key store; empty: none
  audiences TEXT NOT NULL,                -- whom programs' tokens are for, parted by blanks
  scopes TEXT NOT NULL,                   -- what is asked for besides openid, parted by blanks
  creates_users SMALLINT NOT NULL,        -- 1: who is not known becomes a reader
  trusts_factors SMALLINT NOT NULL,       -- 1: its word that a second factor was shown counts
  required_claim TEXT NOT NULL,           -- the claim that lets people in; empty: none is wanted
  required_value TEXT NOT NULL,           -- what that claim has to hold
  created_us BIGINT NOT NULL,             -- when it was registered
  changed_us BIGINT NOT NULL,             -- when it was last changed
  UNIQUE (tenant_id, url)
);

-- Which subject of an issuer is which user.
CREATE TABLE issuer_subject (
  id BIGINT NOT NULL PRIMARY KEY,         -- the link
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  issuer_id BIGINT NOT NULL REFERENCES issuer (id),  -- whose subject it is
  subject TEXT NOT NULL,                  -- as the issuer names it
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who that is here
  linked_by_user_id BIGINT,               -- who said so; null: the user was made for the subject
  created_us BIGINT NOT NULL,             -- when it was linked
  last_used_us BIGINT,                    -- the last sign-in; null: never
  UNIQUE (issuer_id, subject)
);

CREATE INDEX issuer_subject_user ON issuer_subject (user_id);

-- Who says of an issuer what it is and who is whom. Each could come as any of its users.
CREATE TABLE issuer_keeper (
  issuer_id BIGINT NOT NULL REFERENCES issuer (id),  -- the issuer
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who set it up, changed it or linked users
  PRIMARY KEY (issuer_id, user_id)
);

-- Who could come as another, by an issuer of its own keeping. Rows outlive the issuer and the link:
-- what was asked for meanwhile does too.
CREATE TABLE account_way (
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- as whom
  by_user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who
  since_us BIGINT NOT NULL,               -- since when
  PRIMARY KEY (user_id, by_user_id)
);

ALTER TABLE iam_session ADD COLUMN issuer_id BIGINT;  -- what it was opened with; null: no issuer
ALTER TABLE iam_session ADD COLUMN issuer_url TEXT;   -- its address then; null: none
