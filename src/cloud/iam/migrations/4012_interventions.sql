-- Interventions: how staff of the provider reach customers' data.

-- Asked for, approved by another, open for a while, told to the customer. Kept for ever.
CREATE TABLE intervention (
  id BIGINT NOT NULL PRIMARY KEY,         -- its number, in every event of it
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the customer whose data it reaches
  staff_user_id BIGINT NOT NULL,          -- who acts: a user of the provider
  staff_name TEXT NOT NULL,               -- that user's name when it was asked
  actions TEXT NOT NULL,                  -- what may be done, with spaces between
  bucket TEXT NOT NULL,                   -- which bucket alone; empty: the customer's all
  reason TEXT NOT NULL,                   -- what it is for, in the words of who asks
  duration_us BIGINT NOT NULL,            -- how long it is open from the approval
  requested_by_user_id BIGINT NOT NULL,   -- who asks: that user or an administrator of the provider
  requested_us BIGINT NOT NULL,           -- when
  pending_until_us BIGINT NOT NULL,       -- then it lapses if nobody decided
  state TEXT NOT NULL,                    -- pending, open, refused, ended, lapsed
  decided_by_user_id BIGINT NOT NULL,     -- who approved or refused; 0: nobody (yet)
  decided_us BIGINT,                      -- when; null: not decided
  decision_reason TEXT NOT NULL,          -- in the words of who decided; may be empty
  expires_us BIGINT,                      -- its end by itself, from the approval on; null: not open
  ended_us BIGINT,                        -- when it ended or was withdrawn; null: it did not
  ended_by_user_id BIGINT NOT NULL,       -- who ended it by hand; 0: nobody
  end_reason TEXT NOT NULL                -- expired, staff, customer; or empty
);

CREATE INDEX intervention_tenant ON intervention (tenant_id, requested_us, id);
CREATE INDEX intervention_staff ON intervention (staff_user_id, state);
CREATE INDEX intervention_state ON intervention (state, expires_us);
