-- Facts about access that measures read.

-- The tenant in which the prober plays a customer, every hour: no customer's, and no measure about
-- customers counts it.
ALTER TABLE tenant ADD COLUMN probe SMALLINT NOT NULL DEFAULT 0;  -- 1: the prober's tenant

-- Which of the lengths that passwords must have (8, 15 or 16 characters) the user's has; no more of
-- it is known than that. Set with the password, and where somebody signs in with it.
ALTER TABLE iam_user ADD COLUMN password_length_met BIGINT NOT NULL DEFAULT 0;  -- 0: not known

-- The rules that the running program holds passwords to: one row, written by the program.
CREATE TABLE password_policy (
  id BIGINT NOT NULL PRIMARY KEY,         -- 1
  characters_min BIGINT NOT NULL,         -- of a password that is alone
  characters_min_privileged BIGINT NOT NULL,  -- the same, of a privileged user
  characters_min_second_factor BIGINT NOT NULL,  -- beside a second factor
  known_words BIGINT NOT NULL,            -- words of the list of what is refused as known
  hash_form TEXT NOT NULL,                -- how stored hashes begin: algorithm and its cost
  hash_memory_kib BIGINT NOT NULL,        -- memory that one hash takes
  hash_passes BIGINT NOT NULL,            -- how often it goes over that memory
  free_failures BIGINT NOT NULL,          -- wrong passwords of an address before the next one waits
  wait_max_seconds BIGINT NOT NULL,       -- how long the next one waits at most
  observed_at_us BIGINT NOT NULL          -- when the program said so
);

-- How much of the platform a profile may reach, of audit, disk, iam, measure, s3 and topology.
ALTER TABLE iam_profile ADD COLUMN services BIGINT NOT NULL DEFAULT -1;  -- -1: not counted yet
