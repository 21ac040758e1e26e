-- Tenants that are suspended, and that have ended. The row of one that has ended stays as long as
-- its log, and longer: its number is nobody else's.

-- Since when nobody of the tenant does anything; null: it goes on.
ALTER TABLE tenant ADD COLUMN suspended_us BIGINT;

-- The tenant whose people suspended it: nobody who stands below that one lets it go on.
ALTER TABLE tenant ADD COLUMN suspended_by_tenant_id BIGINT;

ALTER TABLE tenant ADD COLUMN suspension_reason TEXT;  -- as it was given

-- When it ended, suspended before; null: it did not.
ALTER TABLE tenant ADD COLUMN ended_us BIGINT;

-- The number of the last change of its name, suspension or end, counted over all tenants: by the
-- greatest a program sees whether what it has in memory is behind.
ALTER TABLE tenant ADD COLUMN life_step BIGINT NOT NULL DEFAULT 0;
