-- Acts that one person could have done alone, told as such; and what says that it was not another.

-- Administrators who lost everything, let in again by whoever has the provider's machine and its
-- master key. Kept for ever.
CREATE TABLE host_recovery (
  id TEXT NOT NULL PRIMARY KEY,           -- names the act
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of the user
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who was let in again
  reason TEXT NOT NULL,                   -- why, in the words of who did it
  role_given SMALLINT NOT NULL,           -- 1: nobody was administrator any more, and it became one
  at_us BIGINT NOT NULL                   -- when
);

CREATE INDEX host_recovery_user ON host_recovery (user_id);

-- 1: while nobody else could decide, who approved it was one who may have both accounts: one gave
-- the other its account, or keeps an issuer that says who it is.
ALTER TABLE access_request ADD COLUMN approved_by_own_account SMALLINT NOT NULL DEFAULT 0;
-- The same of who approved an intervention.
ALTER TABLE intervention ADD COLUMN approved_by_own_account SMALLINT NOT NULL DEFAULT 0;

-- Whether it was made in a session that had proved a passkey, or by a token that was.
ALTER TABLE api_token ADD COLUMN passkey SMALLINT NOT NULL DEFAULT 0;  -- 1: with a passkey
ALTER TABLE access_key ADD COLUMN passkey SMALLINT NOT NULL DEFAULT 0;  -- 1: with a passkey

-- Since administrators of the provider prove their passkey, a token or key that is younger than it
-- could be made no other way, by who was administrator then.
UPDATE api_token SET passkey = 1 WHERE second_factor = 1 AND EXISTS (SELECT 1 FROM mfa_factor f
  WHERE f.user_id = api_token.user_id AND f.kind = 'passkey' AND
  f.confirmed_us <= api_token.created_us) AND EXISTS (SELECT 1 FROM iam_grant g
  WHERE g.user_id = api_token.user_id AND g.kind = 'role' AND g.role = 'provider_administrator' AND
  g.since_us <= api_token.created_us AND
  COALESCE(g.ended_us, g.expires_us, api_token.created_us) >= api_token.created_us);
UPDATE access_key SET passkey = 1 WHERE second_factor = 1 AND EXISTS (SELECT 1 FROM mfa_factor f
  WHERE f.user_id = access_key.user_id AND f.kind = 'passkey' AND
  f.confirmed_us <= access_key.created_us) AND EXISTS (SELECT 1 FROM iam_grant g
  WHERE g.user_id = access_key.user_id AND g.kind = 'role' AND g.role = 'provider_administrator' AND
  g.since_us <= access_key.created_us AND
  COALESCE(g.ended_us, g.expires_us, access_key.created_us) >= access_key.created_us);

-- From where links for new passwords are asked for: strangers do not use up the owner's.
ALTER TABLE password_reset_asked ADD COLUMN address TEXT NOT NULL DEFAULT '';  -- who asks; IPv6 /64
ALTER TABLE password_reset_asked ADD COLUMN device TEXT NOT NULL DEFAULT '';  -- digest; or empty
ALTER TABLE password_reset ADD COLUMN known_place SMALLINT NOT NULL DEFAULT 0;  -- 1: of the user's
