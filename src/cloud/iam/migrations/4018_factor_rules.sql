-- Which second factor is needed, and by whom.

-- A tenant's own rule; who is privileged needs one under either. 1: its persons do nothing without.
ALTER TABLE tenant ADD COLUMN everybody_needs_factor SMALLINT NOT NULL DEFAULT 0;

ALTER TABLE iam_session ADD COLUMN passkey_us BIGINT;  -- when it last proved a passkey; null: never

UPDATE iam_session SET passkey_us = second_factor_us WHERE factor = 'passkey';
