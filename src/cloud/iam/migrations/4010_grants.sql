-- The life of rights: who got what, by whom, until when, how it ended; and who asked for it.

-- How a tenant gives rights. No row: the default, none for customers, privileged for the provider.
CREATE TABLE access_rules (
  tenant_id BIGINT NOT NULL PRIMARY KEY REFERENCES tenant (id),  -- whose rule it is
  four_eyes TEXT NOT NULL,                -- what two persons give: none, privileged rights, all
  changed_us BIGINT NOT NULL,             -- when it was last changed
  changed_by_user_id BIGINT NOT NULL      -- who changed it; of a weaker one, who approved it
);

-- Somebody asks for a right; another person decides. Kept for ever: grants refer to them.
CREATE TABLE access_request (
  id BIGINT NOT NULL PRIMARY KEY,         -- the request
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- in which it is asked
  kind TEXT NOT NULL,                     -- role, profile, membership, four_eyes
  user_id BIGINT NOT NULL,                -- whom it is for; 0: a group, or the tenant
  group_id BIGINT NOT NULL,               -- of membership: to join; of profile: the holder; else 0
  profile_id BIGINT NOT NULL,             -- of profile: which; else 0
  role TEXT NOT NULL,                     -- of role: which; of four_eyes: the rule; else empty
  holder TEXT NOT NULL,                   -- name of the user, group or tenant when it was asked
  name TEXT NOT NULL,                     -- name of the role, profile, group, rule when asked
  privileged SMALLINT NOT NULL,           -- 1: its holders may do more than use objects
  reason TEXT NOT NULL,                   -- what it is for, in the requester's words
  duration_us BIGINT NOT NULL,            -- how long it is to hold from the approval; 0: for good
  profile_changed_us BIGINT NOT NULL,     -- of profile: the version that was asked for; else 0
  requested_by_user_id BIGINT NOT NULL,   -- who asks: the user itself or an administrator
  requested_us BIGINT NOT NULL,           -- when
  pending_until_us BIGINT NOT NULL,       -- then it lapses if nobody decided
  state TEXT NOT NULL,                    -- pending, approved, refused, cancelled, lapsed
  decided_by_user_id BIGINT NOT NULL,     -- who approved, refused or cancelled; 0: nobody (yet)
  decided_us BIGINT,                      -- when it ceased to be pending; null: it is
  decision_reason TEXT NOT NULL           -- in the words of who decided; may be empty
);

CREATE INDEX access_request_tenant ON access_request (tenant_id, requested_us, id);
CREATE INDEX access_request_state ON access_request (state, pending_until_us);

-- Every right that somebody held or holds: the history of iam_user.role, user_profile,
-- group_profile, group_member and user_boundary. Current are those with ended_us null.
CREATE TABLE iam_grant (
  id BIGINT NOT NULL PRIMARY KEY,         -- the grant
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of holder and right
  kind TEXT NOT NULL,                     -- role, profile, membership, boundary
  user_id BIGINT NOT NULL,                -- who holds it; 0: a group
  group_id BIGINT NOT NULL,               -- of membership: which; of profile: the holder; else 0
  profile_id BIGINT NOT NULL,             -- of profile and boundary: which; else 0
  role TEXT NOT NULL,                     -- of role: which; else empty
  holder TEXT NOT NULL,                   -- name of the user or group when it was given
  name TEXT NOT NULL,                     -- name of the role, profile or group when it was given
  privileged SMALLINT NOT NULL,           -- 1: its holder could more than use objects, then
  origin TEXT NOT NULL,                   -- request, direct, founding; earlier: before this record
  request_id BIGINT REFERENCES access_request (id),  -- by which request; null: of another origin
  given_by_user_id BIGINT NOT NULL,       -- who gave it or approved it; 0: nobody, or not known
  since_us BIGINT NOT NULL,               -- since when
  expires_us BIGINT,                      -- its end by itself; null: none
  ended_us BIGINT,                        -- since when it is not held any more; null: it is
  ended_by_user_id BIGINT NOT NULL,       -- who ended it; 0: nobody (yet), or by itself
  end_reason TEXT NOT NULL -- withdrawn, expired, renewed, replaced, group_deleted, review; or empty
);

CREATE INDEX iam_grant_tenant ON iam_grant (tenant_id, since_us, id);
CREATE INDEX iam_grant_user ON iam_grant (user_id);
CREATE INDEX iam_grant_expires ON iam_grant (ended_us, expires_us);

-- When what is held ends by itself: it counts no longer from that instant, whether or not the row
-- is still there. Null: it does not.
ALTER TABLE user_profile ADD COLUMN expires_us BIGINT;  -- its end by itself; null: none
ALTER TABLE group_profile ADD COLUMN expires_us BIGINT;  -- its end by itself; null: none
ALTER TABLE group_member ADD COLUMN expires_us BIGINT;  -- its end by itself; null: none
-- A role for a time: until then iam_user.role counts, from then on base_role.
ALTER TABLE iam_user ADD COLUMN base_role TEXT REFERENCES iam_role (name);  -- null: role has no end
ALTER TABLE iam_user ADD COLUMN role_until_us BIGINT;  -- when role ends; null: it does not

INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, role, holder, name,
  privileged, origin, given_by_user_id, since_us, ended_by_user_id, end_reason)
  SELECT u.id, u.tenant_id, 'role', u.id, 0, 0, u.role, u.name, u.role, r.privileged, 'earlier', 0,
  u.created_us, 0, '' FROM iam_user u JOIN iam_role r ON r.name = u.role;
INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, role, holder, name,
  privileged, origin, given_by_user_id, since_us, ended_by_user_id, end_reason)
  SELECT 1000000 + row_number() OVER (ORDER BY h.user_id, h.profile_id), h.tenant_id, 'profile',
  h.user_id, 0, h.profile_id, '', u.name, p.name, p.privileged, 'earlier', h.given_by_user_id,
  h.since_us, 0, '' FROM user_profile h JOIN iam_user u ON u.id = h.user_id
  JOIN iam_profile p ON p.id = h.profile_id;
INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, role, holder, name,
  privileged, origin, given_by_user_id, since_us, ended_by_user_id, end_reason)
  SELECT 2000000 + row_number() OVER (ORDER BY h.group_id, h.profile_id), h.tenant_id, 'profile',
  0, h.group_id, h.profile_id, '', g.name, p.name, p.privileged, 'earlier', h.given_by_user_id,
  h.since_us, 0, '' FROM group_profile h JOIN iam_group g ON g.id = h.group_id
  JOIN iam_profile p ON p.id = h.profile_id;
INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, role, holder, name,
  privileged, origin, given_by_user_id, since_us, ended_by_user_id, end_reason)
  SELECT 3000000 + row_number() OVER (ORDER BY m.group_id, m.user_id), m.tenant_id, 'membership',
  m.user_id, m.group_id, 0, '', u.name, g.name, CASE WHEN EXISTS (SELECT 1 FROM
  group_profile x JOIN iam_profile p ON p.id = x.profile_id WHERE x.group_id = m.group_id AND
  p.privileged = 1) THEN 1 ELSE 0 END, 'earlier', 0,
  m.since_us, 0, '' FROM group_member m JOIN iam_user u ON u.id = m.user_id
  JOIN iam_group g ON g.id = m.group_id;
INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, role, holder, name,
  privileged, origin, given_by_user_id, since_us, ended_by_user_id, end_reason)
  SELECT 4000000 + row_number() OVER (ORDER BY b.user_id), b.tenant_id, 'boundary', b.user_id, 0,
  b.profile_id, '', u.name, p.name, 0, 'earlier', 0, b.since_us, 0, ''
  FROM user_boundary b JOIN iam_user u ON u.id = b.user_id
  JOIN iam_profile p ON p.id = b.profile_id;
