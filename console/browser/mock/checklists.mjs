// Checklists of arrival and departure, in memory, as far as pages are to be tested with them.
const day = 86_400_000_000;
const today = Math.floor((Date.now() * 1000) / day) * day;
let made = 9700;

const step = (id, kind, name, more) => ({
  id,
  kind,
  name,
  text: 'As the handbook says.',
  mandatory: true,
  due_days: null,
  persons: ['employee', 'contractor', 'external'],
  from_us: today - 500 * day,
  retired_us: null,
  created_us: today - 500 * day,
  changed_us: today - 500 * day,
  ...more,
});

const steps = new Map(
  [
    step('9601', 'arrival', 'Badge', { text: 'Hand it out, against a receipt.' }),
    step('9602', 'arrival', 'Laptop', { persons: ['employee'], mandatory: false, due_days: 10 }),
    step('9603', 'departure', 'Badge', { text: 'Take it back.', due_days: 0 }),
    step('9604', 'arrival', 'Fax', { retired_us: today - 100 * day }),
  ].map((each) => [each.id, each]),
);

const item = (id, more) => {
  const { kind, name, text, mandatory } = steps.get(id);
  return {
    step: id,
    fact: null,
    kind,
    name,
    text,
    mandatory,
    asked: true,
    due_us: today - 395 * day,
    state: 'open',
    overdue: false,
    note: null,
    by: null,
    by_name: null,
    at_us: null,
    approved_by_own_account: false,
    ...more,
  };
};

const settled = (state, note) => ({
  state,
  note,
  overdue: false,
  by: '4',
  by_name: 'nadia',
  at_us: today,
});

const lists = new Map([
  [
    '9401',
    [
      item('9601', settled('done', 'Receipt 4711')),
      item('9602'),
      item('9604', { asked: false, ...settled('waived', 'Has one') }),
    ],
  ],
  [
    '9402',
    [
      item('9601', settled('done', 'Receipt 12')),
      item('9603', { due_us: today - 2 * day, overdue: true }),
      {
        ...item('9603', { due_us: today - day, overdue: true }),
        step: null,
        fact: 'accounts_ended',
        name: null,
        text: null,
      },
    ],
  ],
]);

const problem = (status, message_id, detail) => [status, { message_id, detail, arguments: {} }];

function settle(person, id, state, words) {
  const items = (lists.get(person) ?? []).map((each) => {
    if (each.step !== id) return each;
    return state === 'open'
      ? item(id, { due_us: each.due_us })
      : { ...each, ...settled(state, words) };
  });
  lists.set(person, items);
  return [200, { person, items }];
}

// Of persons whom it knows nothing of: none.
export const overdueOf = (person) =>
  (lists.get(person) ?? []).filter(({ overdue }) => overdue).length;

export function answerChecklists(route, path, body) {
  const [, id, , of] = path;
  switch (route) {
    case 'GET checklist-steps':
      return [200, { items: [...steps.values()], next_cursor: null }];
    case 'POST checklist-steps': {
      const known = [...steps.values()].some(
        ({ kind, name }) => kind === body.kind && name === body.name,
      );
      if (known) return problem(409, 'people.step_exists', 'There is such a step already.');
      const fresh = step(String(++made), body.kind, body.name, { ...body, from_us: today });
      steps.set(fresh.id, fresh);
      return [201, fresh];
    }
    case 'PUT checklist-steps/*':
      steps.set(id, { ...steps.get(id), ...body });
      return [200, steps.get(id)];
    case 'POST checklist-steps/*/retirement':
      steps.set(id, { ...steps.get(id), retired_us: today });
      return [200, steps.get(id)];
    case 'GET people/*/checklist':
      return [200, { person: id, items: lists.get(id) ?? [] }];
    case 'POST people/*/checklist/*/completion':
      return settle(id, of, 'done', body.note);
    case 'POST people/*/checklist/*/waiver':
      if (id === '9401')
        return problem(
          403,
          'people.waived_by_responsible',
          'You did other steps of the list: have somebody else waive this one.',
        );
      return settle(id, of, 'waived', body.reason);
    case 'POST people/*/checklist/*/undoing':
      return settle(id, of, 'open', '');
  }
}
