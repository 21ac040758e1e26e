-- Profiles that allow all but some services reach those that are new, people: and attestation::
-- how much each may, and whether that is privileged, is found anew.
UPDATE iam_profile SET services = -1;
