-- Users who are gone.

-- A deleted user's row stays, without address and password: the log names the user, and nobody else
-- gets the name while the log is kept. Nothing of it works.
ALTER TABLE iam_user ADD COLUMN deleted_us BIGINT;  -- when the user was deleted; null: not
