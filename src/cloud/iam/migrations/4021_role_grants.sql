-- What roles to be assumed hold, and whom they trust, as rights with a record and an end.

ALTER TABLE role_profile ADD COLUMN expires_us BIGINT;  -- its end by itself; null: none
ALTER TABLE assumable_role ADD COLUMN last_assumed_us BIGINT;  -- null: not since this is written
-- Of the kinds role_profile and trust: which role to be assumed; else 0.
ALTER TABLE iam_grant ADD COLUMN assumable_role_id BIGINT NOT NULL DEFAULT 0;  -- else 0
ALTER TABLE access_request ADD COLUMN assumable_role_id BIGINT NOT NULL DEFAULT 0;  -- else 0
-- Of these kinds: the version of the role that was asked about; else 0.
ALTER TABLE access_request ADD COLUMN role_changed_us BIGINT NOT NULL DEFAULT 0;  -- else 0
-- Of the kind trust: the trust policy that the role is to have; else empty.
ALTER TABLE access_request ADD COLUMN trust_document TEXT NOT NULL DEFAULT '';  -- else empty

CREATE INDEX iam_grant_assumable_role ON iam_grant (assumable_role_id);

INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, assumable_role_id, role,
  holder, name, privileged, origin, given_by_user_id, since_us, ended_by_user_id, end_reason)
  SELECT 6000000 + row_number() OVER (ORDER BY h.role_id, h.profile_id), h.tenant_id,
  'role_profile', 0, 0, h.profile_id, h.role_id, '', r.name, p.name, p.privileged, 'earlier',
  h.given_by_user_id, h.since_us, 0, '' FROM role_profile h
  JOIN assumable_role r ON r.id = h.role_id JOIN iam_profile p ON p.id = h.profile_id;
INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, assumable_role_id, role,
  holder, name, privileged, origin, given_by_user_id, since_us, ended_by_user_id, end_reason)
  SELECT 7000000 + row_number() OVER (ORDER BY r.id), r.tenant_id, 'trust', 0, 0, 0, r.id, '',
  r.name, r.name, CASE WHEN EXISTS (SELECT 1 FROM role_profile h JOIN iam_profile p
  ON p.id = h.profile_id WHERE h.role_id = r.id AND p.privileged = 1) THEN 1 ELSE 0 END,
  'earlier', 0, r.changed_us, 0, '' FROM assumable_role r;
