-- What the prober saw, when it played a customer last.

-- One row a step of its journeys; all of them are of one probe.
CREATE TABLE probe_step (
  step TEXT NOT NULL PRIMARY KEY,         -- what it tried: "create_profile"
  passed SMALLINT NOT NULL,               -- 1: the answer was the expected one
  got TEXT NOT NULL,                      -- the status, or how many lines; "-": it was not reached
  expected TEXT NOT NULL,                 -- the same, as it should be
  took_ms BIGINT NOT NULL,                -- how long the answer took, asked again until it came
  observed_at_us BIGINT NOT NULL          -- when the probe ended
);

-- Events that probes left in their own log, to be looked for by later ones: those of the last
-- hours, and of each month the first, for eleven months.
CREATE TABLE probe_mark (
  event_us BIGINT NOT NULL PRIMARY KEY,   -- when it happened
  resource TEXT NOT NULL                  -- the resource that the event names
);
