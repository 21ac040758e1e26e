-- Second factors that were lost: removed by two administrators, a day after.
CREATE TABLE factor_reset (
  id TEXT NOT NULL PRIMARY KEY,           -- the reset
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of the user
  user_id BIGINT NOT NULL REFERENCES iam_user (id),  -- whose factors
  reason TEXT NOT NULL,                   -- in the words of who asks
  language TEXT NOT NULL,                 -- of the mail to the user: en or fr
  asked_by_user_id BIGINT NOT NULL,       -- the first administrator
  asked_us BIGINT NOT NULL,               -- when
  approved_by_user_id BIGINT,             -- the second; null: nobody yet
  effective_us BIGINT,                    -- when the factors go; null: not approved
  state TEXT NOT NULL,                    -- asked, approved, done, cancelled, lapsed
  ended_us BIGINT,                        -- when it was done, cancelled or lapsed; null: not
  ended_by_user_id BIGINT                 -- who cancelled it; null: nobody
);

CREATE INDEX factor_reset_tenant ON factor_reset (tenant_id, asked_us, id);
CREATE INDEX factor_reset_user ON factor_reset (user_id);
