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
  by_user_id BIGINT NOT NULL,             -- by whom; of a program, who owned it then
  by_name TEXT NOT NULL,                  -- the name of who acted, then
  at_us BIGINT NOT NULL,                  -- when
  -- 1: while nobody else could, who waived it may be the person who answers for the rest
  by_own_account SMALLINT NOT NULL,
  PRIMARY KEY (person_id, step_id)
);

-- Who recorded a person, set or moved a date that its list is asked by, or changed what kind of
-- person it is: who answers for that list. Of another contract the list begins anew, and this too.
CREATE TABLE checklist_author (
  person_id BIGINT NOT NULL REFERENCES person (id),  -- whose list
  kind TEXT NOT NULL,                     -- arrival or departure
  user_id BIGINT NOT NULL,                -- by whom; of a program, who owned it then
  tenant_id BIGINT NOT NULL REFERENCES tenant (id),  -- the tenant of both
  PRIMARY KEY (person_id, kind, user_id)
);
