-- What is done when somebody arrives or leaves: steps that a tenant declares, and for whom they
-- were done.

-- Steps of arrival and departure.
CREATE TABLE checklist_step (
  id BIGINT NOT NULL PRIMARY KEY,         -- the step
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- whose
  kind TEXT NOT NULL,                     -- arrival or departure
  name TEXT NOT NULL,                     -- what it is called
  -- the name in lower case; behind it, once retired, the number: the name is free then
  name_key TEXT NOT NULL,
  text TEXT NOT NULL,                     -- what is to be done
  mandatory SMALLINT NOT NULL,            -- 0: it may be left open
  due_days BIGINT,                        -- days after the start or end; null: as the measures say
  for_employees SMALLINT NOT NULL,        -- 1: asked of employees
  for_contractors SMALLINT NOT NULL,      -- 1: asked of contractors
  for_externals SMALLINT NOT NULL,        -- 1: asked of externals
  from_us BIGINT NOT NULL,                -- asked of whose contract starts (ends) from then on
  retired_us BIGINT,                      -- and before that; null: of everybody since
  created_us BIGINT NOT NULL,             -- when it was added
  changed_us BIGINT NOT NULL,             -- when it was last changed
  UNIQUE (tenant_id, kind, name_key)
);

-- What was done for a person of a step, or that it need not be. A step without one is open.
CREATE TABLE checklist_item (
  person_id BIGINT NOT NULL REFERENCES person (id),  -- for whom
  step_id BIGINT NOT NULL REFERENCES checklist_step (id),  -- which
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  state TEXT NOT NULL,                    -- done or waived
  note TEXT NOT NULL,                     -- what shows that it was done; why it is waived
  by_user_id BIGINT NOT NULL,             -- by whom: a number of iam_user
  by_name TEXT NOT NULL,                  -- the name of that user then
  at_us BIGINT NOT NULL,                  -- when
  PRIMARY KEY (person_id, step_id)
);

-- Who recorded the person, who answers for the arrival; null: not known
ALTER TABLE person ADD COLUMN recorded_by_user_id BIGINT;
-- Who said when the contract is over, who answers for the departure; null: nobody, or not known
ALTER TABLE person ADD COLUMN ended_by_user_id BIGINT;
