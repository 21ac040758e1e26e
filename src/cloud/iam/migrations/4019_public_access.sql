-- What a tenant keeps from the public in all its buckets. Each bucket has the same four settings,
-- and the stricter of both counts.

-- 1, as everything is until the tenant's administrators lift it: public access control lists are
-- refused. They do nothing here; kept and given back, as the next one is.
ALTER TABLE tenant ADD COLUMN block_public_acls SMALLINT NOT NULL DEFAULT 1;

-- 1: public access control lists are passed over.
ALTER TABLE tenant ADD COLUMN ignore_public_acls SMALLINT NOT NULL DEFAULT 1;

-- 1: no public policy is attached to a bucket any more.
ALTER TABLE tenant ADD COLUMN block_public_policy SMALLINT NOT NULL DEFAULT 1;

-- 1: a public policy opens nothing beyond the tenant, and nothing is served without a signature.
ALTER TABLE tenant ADD COLUMN restrict_public_buckets SMALLINT NOT NULL DEFAULT 1;
