-- Names are one person's within a tenant, no longer within the whole provider: that one is taken
-- tells nobody who else is a customer. People say whose they are when they sign in.

-- The tenant's number, a slash, and the name in lower case; of who left long ago, nothing that can
-- be typed: the name is free.
ALTER TABLE iam_user RENAME COLUMN name_key TO sign_in_key;

ALTER TABLE iam_user ADD COLUMN name_key TEXT NOT NULL DEFAULT '';  -- the name in lower case

UPDATE iam_user SET name_key = lower(name);

UPDATE iam_user SET sign_in_key = CAST(tenant_id AS TEXT) || '/' || sign_in_key
  WHERE sign_in_key NOT LIKE 'gone %';

DELETE FROM password_reset_asked;

-- As in iam_user; of an organisation that there is not, with zero as its number.
ALTER TABLE password_reset_asked RENAME COLUMN name_key TO sign_in_key;
