-- Programs that assume roles with tokens of a tenant's issuer (AssumeRoleWithWebIdentity).

ALTER TABLE issuer ADD COLUMN purpose TEXT NOT NULL DEFAULT 'people';  -- people, programs or both
-- No token of a program counted yet, and an issuer for people has no such audiences.
UPDATE issuer SET audiences = '';

ALTER TABLE role_session ADD COLUMN issuer_id BIGINT;  -- whose token began it; null: none
ALTER TABLE role_session ADD COLUMN subject TEXT;      -- of that token; null: none

CREATE INDEX role_session_issuer ON role_session (issuer_id);
