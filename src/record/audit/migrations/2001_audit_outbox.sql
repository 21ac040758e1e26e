-- Finished leaves (docs/formats/leaf.md) of changes that this database holds, written in the
-- transaction of the change and removed once the ledger has them. The leaf is sealed: no plaintext
-- of an event is here.
CREATE TABLE audit_outbox (
  id BIGINT NOT NULL PRIMARY KEY,   -- from the leaf's id
  tenant_id BIGINT NOT NULL,        -- whose log the leaf is for
  leaf_id TEXT NOT NULL UNIQUE,     -- hexadecimal
  octets TEXT NOT NULL,             -- the leaf, base64
  created_us BIGINT NOT NULL        -- when it was queued: the order in which leaves go
);

CREATE INDEX audit_outbox_created ON audit_outbox (created_us, id);
