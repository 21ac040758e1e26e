-- Persons who are invited, and the mail that waits to be sent to them.

-- Who was asked to come: one row an invitation, kept when it ended.
CREATE TABLE invitation (
  id TEXT NOT NULL PRIMARY KEY,           -- names the invitation; not its secret
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- to which tenant
  secret_sha256 TEXT NOT NULL UNIQUE,     -- SHA-256 of the link's secret, hexadecimal
  email TEXT NOT NULL,                    -- address of the person
  user_name TEXT NOT NULL,                -- the name proposed; may be empty
  role TEXT NOT NULL REFERENCES iam_role (name),  -- what the user will be
  language TEXT NOT NULL,                 -- of the mail: en or fr
  invited_by_user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who invites
  sends BIGINT NOT NULL,                  -- how often it was sent
  created_us BIGINT NOT NULL,             -- when it was made
  expires_us BIGINT NOT NULL,             -- until when its link is good
  ended_us BIGINT,                        -- when it was accepted or withdrawn; null: neither
  user_id BIGINT REFERENCES iam_user (id) -- who came; null: nobody yet, or it was withdrawn
);

CREATE INDEX invitation_tenant ON invitation (tenant_id);

-- The groups that the person will be in, as far as they are there then.
CREATE TABLE invitation_group (
  invitation_id TEXT NOT NULL REFERENCES invitation (id),  -- the invitation
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- its tenant
  group_id BIGINT NOT NULL,               -- the group; it may be gone
  PRIMARY KEY (invitation_id, group_id)
);

-- The profiles that the person will hold, as far as they are there then.
CREATE TABLE invitation_profile (
  invitation_id TEXT NOT NULL REFERENCES invitation (id),  -- the invitation
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- its tenant
  profile_id BIGINT NOT NULL,             -- the profile; it may be gone
  PRIMARY KEY (invitation_id, profile_id)
);

-- Mail to persons: waiting, or what became of it. Rows go 30 days after their end.
CREATE TABLE mail (
  id BIGINT NOT NULL PRIMARY KEY,         -- the mail
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose person it goes to
  about TEXT NOT NULL,                    -- what it is about: invitation/7f...
  recipient TEXT NOT NULL,                -- the address
  language TEXT NOT NULL,                 -- en or fr
  kind TEXT NOT NULL,                     -- which mail: invitation
  arguments_sealed TEXT NOT NULL,         -- what it says, JSON, sealed; empty once it ended
  state TEXT NOT NULL,                    -- waiting, sent, refused or given_up
  attempts BIGINT NOT NULL,               -- how often sending it was begun
  answer TEXT NOT NULL,                   -- what the mail server said of it last; may be empty
  created_us BIGINT NOT NULL,             -- when it was queued
  next_us BIGINT NOT NULL,                -- when it is to be tried again
  expires_us BIGINT NOT NULL,             -- when it is given up
  ended_us BIGINT                         -- when it was sent, refused or given up; null: waiting
);

CREATE INDEX mail_due ON mail (state, next_us);
CREATE INDEX mail_about ON mail (about);
CREATE INDEX mail_tenant ON mail (tenant_id, created_us);
