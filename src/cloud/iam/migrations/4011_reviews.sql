-- Reviews of rights: campaigns, and a decision for each right.

-- Campaigns.
CREATE TABLE access_review (
  id BIGINT NOT NULL PRIMARY KEY,         -- the campaign
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose rights it reviews
  name TEXT NOT NULL,                     -- what it is called
  scope TEXT NOT NULL,                    -- all, privileged, profile
  profile_id BIGINT NOT NULL,             -- of the scope profile: which; else 0
  opened_by_user_id BIGINT NOT NULL,      -- who opened it; 0: it was due again
  opened_us BIGINT NOT NULL,              -- when
  due_us BIGINT NOT NULL,                 -- what nobody decided until then is removed
  repeat_days BIGINT NOT NULL,            -- days from opening to the next one; 0: none follows
  next_us BIGINT,                         -- when the next one opens; null: none, or it was opened
  warned_us BIGINT,                       -- when the log warned that it ends soon; null: not yet
  completed_us BIGINT                     -- when every item was decided and done; null: it is open
);

CREATE INDEX access_review_tenant ON access_review (tenant_id, opened_us, id);

-- Who reviews. None: every administrator of the tenant.
CREATE TABLE access_reviewer (
  review_id BIGINT NOT NULL REFERENCES access_review (id),  -- the campaign
  user_id BIGINT NOT NULL,                -- an administrator of the tenant
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- of both
  PRIMARY KEY (review_id, user_id)
);

-- A right as it was when the campaign was opened, and what became of it.
CREATE TABLE access_review_item (
  id BIGINT NOT NULL PRIMARY KEY,         -- the item
  review_id BIGINT NOT NULL REFERENCES access_review (id),  -- its campaign
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- its tenant
  grant_id BIGINT NOT NULL REFERENCES iam_grant (id),  -- the right
  last_used_us BIGINT,                    -- when its holder was last seen; null: not known
  decision TEXT NOT NULL,                 -- pending, keep, remove, unconfirmed; gone: it had ended
  reason TEXT NOT NULL,                   -- in the words of who decided; may be empty
  decided_by_user_id BIGINT NOT NULL,     -- who decided; 0: nobody
  decided_us BIGINT,                      -- when; null: it is pending
  applied_us BIGINT,                      -- since when the right is removed; null: it is not
  alarm TEXT NOT NULL                     -- why it was not removed: last_administrator; or empty
);

CREATE INDEX access_review_item_review ON access_review_item (review_id, id);
CREATE INDEX access_review_item_grant ON access_review_item (grant_id);
