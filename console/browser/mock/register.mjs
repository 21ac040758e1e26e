// The register of people, in memory, as far as pages are to be tested with it.
import { overdueOf } from './checklists.mjs';

const day = 86_400_000_000;
const today = Math.floor((Date.now() * 1000) / day) * day;
let made = 9500;

const person = (id, more) => ({
  id,
  reference: `E-${id}`,
  kind: 'employee',
  name: 'Anna Weiss',
  email: 'anna@rivage.example',
  manager: null,
  manager_reference: null,
  starts_us: today - 400 * day,
  ends_us: null,
  state: 'present',
  departure_reason: null,
  jobs: [],
  accounts: [],
  former_accounts: [],
  overdue_steps: overdueOf(id),
  created_us: today - 400 * day,
  changed_us: today - 30 * day,
  ...more,
});

const account = (user, name, more) => ({
  user,
  name,
  active: true,
  bound_us: today - 300 * day,
  ended_us: null,
  kept: null,
  ...more,
});

const jobRole = (id, name, more) => ({
  id,
  name,
  owner: 'Odile Brandt',
  account_role: 'member',
  profiles: [],
  groups: [],
  persons: 1,
  created_us: today - 400 * day,
  changed_us: today - 400 * day,
  ...more,
});

const mapOf = (things) => new Map(things.map((each) => [each.id, each]));

const jobRoles = mapOf([
  jobRole('9301', 'Archivist', {
    groups: [{ id: '601', name: 'Night shift' }],
    profiles: [{ id: '510', name: null }],
  }),
  jobRole('9302', 'Photographer', { account_role: 'reader', persons: 0 }),
]);

const job = (id, since, until = null) => ({
  job_role: id,
  name: jobRoles.get(id).name,
  since_us: since,
  until_us: until,
});

const persons = mapOf([
  person('9401', {
    jobs: [job('9301', today - 40 * day), job('9302', today - 400 * day, today - 40 * day)],
    accounts: [account('3', 'remi')],
  }),
  person('9402', {
    name: 'Bruno Martin',
    kind: 'contractor',
    email: '',
    manager: '9401',
    manager_reference: 'E-9401',
    ends_us: today - 2 * day,
    state: 'left',
    departure_reason: 'End of contract',
    accounts: [
      account('4', 'nadia', { kept: 'last_administrator' }),
      account('7', 'ines', { active: false, ended_us: today - 2 * day }),
    ],
  }),
  person('9403', { name: 'Chloé Petit', starts_us: today + 20 * day, state: 'future' }),
]);

const stateOf = ({ starts_us, ends_us }) =>
  ends_us !== null && ends_us <= today + day ? 'left' : starts_us > today ? 'future' : 'present';

function record(body) {
  const id = String(++made);
  const { job_role, ...fields } = body;
  const known = [...persons.values()].some(({ reference }) => reference === fields.reference);
  if (known) {
    const detail = 'The reference is another person’s: choose another.';
    return [409, { message_id: 'people.reference_taken', detail, arguments: {} }];
  }
  const fresh = person(id, {
    ...fields,
    reference: fields.reference || id,
    jobs: job_role ? [job(job_role, fields.starts_us)] : [],
  });
  persons.set(id, { ...fresh, state: stateOf(fresh) });
  return [201, persons.get(id)];
}

function change(id, { job_role, job_role_since_us, ...fields }) {
  const before = persons.get(id);
  const since = job_role_since_us ?? today;
  const jobs = job_role
    ? [job(job_role, since), ...before.jobs.map((each) => ({ ...each, until_us: since }))]
    : before.jobs;
  const after = { ...before, ...fields, jobs };
  persons.set(id, { ...after, state: stateOf(after) });
  return [200, persons.get(id)];
}

function setJobRole(id, body, things) {
  const named = (ids, name) => (ids ?? []).map((each) => ({ id: each, name: name(each) ?? null }));
  const before = jobRoles.get(id) ?? jobRole(id, body.name, { persons: 0 });
  jobRoles.set(id, {
    ...before,
    ...body,
    groups: named(body.groups, things.group),
    profiles: named(body.profiles, things.profile),
  });
  return jobRoles.get(id);
}

const page = (items) => [200, { items, next_cursor: null }];

function imported(file) {
  const wrong = file.includes('yesterday');
  return [
    200,
    {
      recorded: wrong ? 0 : 2,
      changed: wrong ? 0 : 1,
      unchanged: 0,
      faults: wrong
        ? [{ line: 3, message_id: 'people.bad_date', message: 'Write a date: 2026-03-01.' }]
        : [],
    },
  ];
}

function unbind(id, user) {
  const { accounts, former_accounts } = persons.get(id);
  const { name, bound_us } = accounts.find((each) => each.user === user);
  change(id, {
    accounts: accounts.filter((each) => each.user !== user),
    former_accounts: [{ user, name, bound_us, unbound_us: today }, ...former_accounts],
  });
}

export function answerRegister(route, path, body, query, things) {
  const [, id, , user] = path;
  const state = query.get('state') ?? 'all';
  switch (route) {
    case 'GET people':
      return page([...persons.values()].filter((each) => state === 'all' || each.state === state));
    case 'POST people':
      return record(body);
    case 'GET people/*':
      return persons.has(id) ? [200, persons.get(id)] : undefined;
    case 'PATCH people/*':
      return change(id, body);
    case 'POST people/*/departure':
      return change(id, { ends_us: body.ends_us ?? today, departure_reason: body.reason });
    case 'POST people/*/accounts':
      return change(id, {
        accounts: [...persons.get(id).accounts, account(body.user, things.user(body.user))],
      });
    case 'DELETE people/*/accounts/*':
      unbind(id, user);
      return [204];
    case 'POST people.csv':
      return imported(body);
    case 'GET job-roles':
      return page([...jobRoles.values()]);
    case 'POST job-roles':
      return [201, setJobRole(String(++made), body, things)];
    case 'PUT job-roles/*':
      return [200, setJobRole(id, body, things)];
    case 'DELETE job-roles/*':
      jobRoles.delete(id);
      return [204];
  }
}
