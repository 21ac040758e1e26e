-- Passkeys, recovery codes, and when a session last proved a second factor.

-- A factor's kind is totp or passkey. A passkey has no seed and no step: its key is in its own
-- table.
ALTER TABLE mfa_factor ADD COLUMN label TEXT NOT NULL DEFAULT '';  -- what the user calls it
ALTER TABLE mfa_factor ADD COLUMN last_used_us BIGINT;  -- when it last proved somebody; null: never

-- What authenticators sign with: mfa_factor of the kind passkey (WebAuthn).
CREATE TABLE passkey (
  factor_id BIGINT NOT NULL PRIMARY KEY REFERENCES mfa_factor (id),  -- the factor
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- whose passkey it is
  credential_id TEXT NOT NULL UNIQUE,     -- how the authenticator names it, base64url
  site TEXT NOT NULL,                     -- the host name of the console that it was made for
  algorithm BIGINT NOT NULL,              -- of COSE: -7 ES256, -8 EdDSA, -257 RS256
  public_key TEXT NOT NULL,               -- base64, as libfido2 takes it
  sign_count BIGINT NOT NULL,             -- the authenticator's count at the last use
  backup_eligible SMALLINT NOT NULL,      -- 1: it may be copied to other devices
  backed_up SMALLINT NOT NULL,            -- 1: it was, at the last use
  user_verified SMALLINT NOT NULL,        -- 1: a PIN or fingerprint was asked for when it was made
  transports TEXT NOT NULL                -- how a browser reaches it, words with blanks between
);

CREATE INDEX passkey_user ON passkey (user_id);

-- Codes for whoever lost every factor, each good once.
CREATE TABLE recovery_code (
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- whose code it is
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  code_sha256 TEXT NOT NULL,              -- SHA-256 of its 80 random bits as text, hexadecimal
  created_us BIGINT NOT NULL,             -- when it was made
  used_us BIGINT,                         -- when somebody signed in with it; null: still good
  PRIMARY KEY (user_id, code_sha256)
);

-- What the second factor of the session was: totp, passkey, recovery_code; empty: there was none.
ALTER TABLE iam_session ADD COLUMN factor TEXT NOT NULL DEFAULT '';  -- totp, passkey, recovery_code
ALTER TABLE iam_session ADD COLUMN second_factor_us BIGINT;  -- when it was last proved; null: never

UPDATE iam_session SET factor = 'totp', second_factor_us = created_us WHERE second_factor = 1;
