-- What customers say of themselves, because nobody else can see it.

-- What is asked, by topic: one version never changes, and the highest is the one that is asked for.
CREATE TABLE attestation_statement (
  topic TEXT NOT NULL,                    -- access_management, guest_access, staff, skills or
                                          -- instructions
  version BIGINT NOT NULL,                -- 1, 2, ...
  text_en TEXT NOT NULL,                  -- in English
  text_fr TEXT NOT NULL,                  -- in French
  sha256 TEXT NOT NULL,                   -- of topic, version and both texts, hexadecimal
  published_us BIGINT NOT NULL,           -- when this provider first had it
  PRIMARY KEY (topic, version)
);

-- Who agreed to which statement for a customer, and until when: a row an act, never taken away.
CREATE TABLE attestation (
  id BIGINT NOT NULL PRIMARY KEY,         -- the attestation
  tenant_id BIGINT NOT NULL,              -- for whom it was signed
  topic TEXT NOT NULL,                    -- as in attestation_statement
  version BIGINT NOT NULL,                -- of the statement
  sha256 TEXT NOT NULL,                   -- of the statement as it was agreed to
  language TEXT NOT NULL,                 -- in which it was shown: en or fr
  signed_by_user_id BIGINT NOT NULL,      -- who signed
  signed_by_name TEXT NOT NULL,           -- the name then
  signed_us BIGINT NOT NULL,              -- when
  expires_us BIGINT NOT NULL,             -- from when on it counts no longer
  superseded_us BIGINT,                   -- when another one of the topic took its place; null: it
                                          -- is the newest
  withdrawn_us BIGINT,                    -- when it was taken back; null: it was not
  withdrawn_by_user_id BIGINT NOT NULL,   -- who took it back; 0: nobody
  withdrawn_by_name TEXT NOT NULL,        -- the name then; empty: nobody
  withdrawn_reason TEXT NOT NULL,         -- why; empty: it was not
  reminded_us BIGINT,                     -- when its end was announced; null: not yet
  FOREIGN KEY (topic, version) REFERENCES attestation_statement (topic, version)
);

CREATE INDEX attestation_of_topic ON attestation (tenant_id, topic, signed_us);
CREATE INDEX attestation_ends ON attestation (superseded_us, expires_us);

-- Who manages access for the customer, as an attestation of access_management names them.
CREATE TABLE attestation_administrator (
  attestation_id BIGINT NOT NULL REFERENCES attestation (id),  -- which
  user_id BIGINT NOT NULL,                -- a user of the customer
  tenant_id BIGINT NOT NULL,              -- the customer
  name TEXT NOT NULL,                     -- the name then
  PRIMARY KEY (attestation_id, user_id)
);
