-- Break-glass: interventions in an emergency, and the report that is due of each.

ALTER TABLE intervention ADD COLUMN kind TEXT NOT NULL DEFAULT 'ordinary';  -- ordinary, break_glass
-- What was done in a break-glass, told afterwards.
ALTER TABLE intervention ADD COLUMN report TEXT NOT NULL DEFAULT '';
ALTER TABLE intervention ADD COLUMN reported_us BIGINT;  -- when it was told; null: not (yet)
ALTER TABLE intervention ADD COLUMN reported_by_user_id BIGINT NOT NULL DEFAULT 0;  -- 0: nobody yet

-- When who made it had last proved a second factor; null: never, or not known.
ALTER TABLE api_token ADD COLUMN second_factor_us BIGINT;
