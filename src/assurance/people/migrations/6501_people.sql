-- Who works for a tenant, since when and until when, and which accounts and rights go with that.

-- Job roles: what whoever has one is given, and no more.
CREATE TABLE job_role (
  id BIGINT NOT NULL PRIMARY KEY,         -- the job role
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose
  name TEXT NOT NULL,                     -- what it is called
  name_key TEXT NOT NULL,                 -- the name in lower case
  owner TEXT NOT NULL,                    -- who answers for what it gives
  -- what an account's role may be, besides reader
  account_role TEXT NOT NULL REFERENCES iam_role (name),
  created_us BIGINT NOT NULL,             -- when it was made
  changed_us BIGINT NOT NULL,             -- when it was last changed
  UNIQUE (tenant_id, name_key)
);

-- Profiles that whoever has a job role may hold directly. One that is deleted stands for nothing.
CREATE TABLE job_role_profile (
  job_role_id BIGINT NOT NULL REFERENCES job_role (id),  -- the job role
  profile_id BIGINT NOT NULL,             -- which: a number of iam_profile
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  PRIMARY KEY (job_role_id, profile_id)
);

-- Groups that whoever has a job role may be in. One that is deleted stands for nothing.
CREATE TABLE job_role_group (
  job_role_id BIGINT NOT NULL REFERENCES job_role (id),  -- the job role
  group_id BIGINT NOT NULL,               -- which: a number of iam_group
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  PRIMARY KEY (job_role_id, group_id)
);

-- Persons. Kept when they have left: their accounts and the log refer to them.
CREATE TABLE person (
  id BIGINT NOT NULL PRIMARY KEY,         -- the person
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- for whom it works
  reference TEXT NOT NULL,                -- the tenant's own number of it
  kind TEXT NOT NULL,                     -- employee, contractor or external
  name TEXT NOT NULL,                     -- as people call it
  name_key TEXT NOT NULL,                 -- the name in lower case
  email TEXT NOT NULL,                    -- its address; may be empty
  manager_id BIGINT REFERENCES person (id),  -- to whom it reports; null: nobody, or not known
  starts_us BIGINT NOT NULL,              -- when the contract starts
  ends_us BIGINT,                         -- since when it is over; null: no end is known
  departure_reason TEXT NOT NULL,         -- why it ends, in words; empty: no departure is recorded
  departure_recorded_us BIGINT,           -- when the departure was recorded; null: none was
  created_us BIGINT NOT NULL,             -- when the person was recorded
  changed_us BIGINT NOT NULL,             -- when the record was last changed
  UNIQUE (tenant_id, reference)
);

CREATE INDEX person_name ON person (tenant_id, name_key, id);
CREATE INDEX person_ends ON person (ends_us);
CREATE INDEX person_manager ON person (manager_id);

-- Which job role a person has had, and since when: one without an end is the last.
CREATE TABLE person_job (
  person_id BIGINT NOT NULL REFERENCES person (id),  -- who
  since_us BIGINT NOT NULL,               -- since when
  until_us BIGINT,                        -- when another followed; null: none did
  job_role_id BIGINT NOT NULL REFERENCES job_role (id),  -- which
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  PRIMARY KEY (person_id, since_us)
);

CREATE INDEX person_job_role ON person_job (job_role_id);

-- Which accounts are whose: an account is one person's.
CREATE TABLE person_account (
  user_id BIGINT NOT NULL PRIMARY KEY REFERENCES iam_user (id),  -- the account
  person_id BIGINT NOT NULL REFERENCES person (id),  -- whose
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  bound_us BIGINT NOT NULL,               -- since when that is known
  ended_us BIGINT,                        -- when it was ended because its person left; null: not
  kept TEXT NOT NULL -- why it is not ended though its person left: last_administrator; else empty
);

CREATE INDEX person_account_person ON person_account (person_id);
