-- The provider's registers: its documents with their versions, and the inventory of its systems.

-- Documents of the provider: procedures, policies.
CREATE TABLE document (
  id BIGINT NOT NULL PRIMARY KEY,         -- the document
  key_text TEXT NOT NULL UNIQUE,          -- the reference in lower case
  reference TEXT NOT NULL,                -- as the provider refers to it
  title TEXT NOT NULL,                    -- what it is called
  topic TEXT NOT NULL,                    -- what it is about: iam, incidents, ... or other
  owner_role TEXT NOT NULL,               -- which role answers for it
  review_months BIGINT NOT NULL,          -- how long an approval or a review lasts
  created_us BIGINT NOT NULL,             -- when it was entered
  changed_us BIGINT NOT NULL              -- when its fields were last changed
);

-- Versions of documents, kept for good. Of a document at most one is approved: the current one.
CREATE TABLE document_version (
  id BIGINT NOT NULL PRIMARY KEY,         -- the version
  entry_id BIGINT NOT NULL REFERENCES document (id),  -- of which document
  number BIGINT NOT NULL,                 -- 1, 2, ... of the document
  state TEXT NOT NULL,                    -- draft, approved, superseded or withdrawn
  state_us BIGINT NOT NULL,               -- since when
  file_name TEXT NOT NULL,                -- what the file was called
  file_sha256 TEXT NOT NULL,              -- its digest, hexadecimal
  file_bytes BIGINT NOT NULL,             -- its size
  proposed_us BIGINT NOT NULL,            -- when it was proposed
  proposed_by_user_id BIGINT NOT NULL,    -- by whom; of a program, who owned it then
  proposed_by_name TEXT NOT NULL,         -- the name then
  approved_us BIGINT,                     -- when it was approved; null: never
  approved_by_user_id BIGINT,             -- by whom; null: nobody
  approved_by_name TEXT,                  -- the name then
  -- 1: while nobody else could approve it, who did may have the account of who proposed it as well
  approved_by_own_account SMALLINT NOT NULL DEFAULT 0,
  reviewed_us BIGINT,                     -- when it was last reviewed unchanged; null: never
  reviewed_by_user_id BIGINT,             -- by whom; null: nobody
  reviewed_by_name TEXT,                  -- the name then
  withdrawn_us BIGINT,                    -- when it was withdrawn; null: it was not
  withdrawn_by_user_id BIGINT,            -- by whom; null: nobody
  withdrawn_by_name TEXT,                 -- the name then
  UNIQUE (entry_id, number)
);

-- What versions hold.
CREATE TABLE document_file (
  version_id BIGINT NOT NULL PRIMARY KEY REFERENCES document_version (id),  -- of which version
  octets TEXT NOT NULL                    -- base64
);

-- Systems of the provider, besides Belfry itself.
CREATE TABLE system (
  id BIGINT NOT NULL PRIMARY KEY,         -- the system
  key_text TEXT NOT NULL UNIQUE,          -- the name in lower case
  name TEXT NOT NULL,                     -- what it is called
  purpose TEXT NOT NULL,                  -- what it is for
  owner_role TEXT NOT NULL,               -- which role answers for it
  environment TEXT NOT NULL,              -- production or other
  -- how people sign in: belfry (its accounts are the directory), directory or local
  sign_in TEXT NOT NULL,
  directory_id BIGINT,                    -- of `directory`, a number of issuer; null: none
  access_document_id BIGINT REFERENCES document (id),  -- what describes access; null: nothing
  access_place TEXT NOT NULL,             -- where in it; may be empty
  state TEXT NOT NULL,                    -- in_service or retired
  state_us BIGINT NOT NULL,               -- since when
  scanned_us BIGINT,                      -- when its accounts were last scanned; null: never
  created_us BIGINT NOT NULL,             -- when it was entered
  changed_us BIGINT NOT NULL              -- when its fields were last changed
);

-- Accounts that a system has of its own, as the last scan found them.
CREATE TABLE system_account (
  system_id BIGINT NOT NULL REFERENCES system (id),  -- of which system
  position BIGINT NOT NULL,               -- its place in the scan
  account TEXT NOT NULL,                  -- what it is called there
  person_id BIGINT,                       -- whose it is, a number of person; null: nobody's
  break_glass SMALLINT NOT NULL,          -- 1: for emergencies
  reason TEXT NOT NULL,                   -- why it is; empty: it is not
  PRIMARY KEY (system_id, account)
);
