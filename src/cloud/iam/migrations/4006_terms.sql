-- The provider's terms.

-- Versions of the terms: one never changes.
CREATE TABLE terms (
  version TEXT NOT NULL PRIMARY KEY,      -- what the provider calls it, such as 2026-1
  text_en TEXT NOT NULL,                  -- in English
  text_fr TEXT NOT NULL,                  -- in French
  published_us BIGINT NOT NULL,           -- when it was published
  published_by_user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who did
  in_force_us BIGINT NOT NULL UNIQUE      -- from when on it is the one that holds
);

-- Who accepted which version.
CREATE TABLE terms_acceptance (
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- who
  version TEXT NOT NULL REFERENCES terms (version),  -- which
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the user's tenant
  accepted_us BIGINT NOT NULL,            -- when
  PRIMARY KEY (user_id, version)
);
