-- Accounts of programs: users without a password that anybody knows, who work while their owner does.
ALTER TABLE iam_user ADD COLUMN owner_id BIGINT;  -- who answers for the program; null: a person
ALTER TABLE access_key ADD COLUMN expires_us BIGINT;  -- its end; null: none

CREATE INDEX iam_user_owner ON iam_user (owner_id);
