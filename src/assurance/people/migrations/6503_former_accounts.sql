-- Accounts that were a person's, and are no more. Who acts by one is that person still wherever a
-- second person is asked for: else whoever may unbind would choose who decides.

-- By whom an account was bound; of a program, who owned it then. 0: not known.
ALTER TABLE person_account ADD COLUMN bound_by_user_id BIGINT NOT NULL DEFAULT 0;

-- The last time of each account with each person. What who bound it took back within the hour was
-- a mistake, and is not here.
CREATE TABLE former_account (
  person_id BIGINT NOT NULL REFERENCES person (id),  -- whose it was
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- the account
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  bound_us BIGINT NOT NULL,               -- since when that was known
  unbound_us BIGINT NOT NULL,             -- until when
  PRIMARY KEY (person_id, user_id)
);

CREATE INDEX former_account_user ON former_account (user_id);
