// Who looks after which group, in memory, as far as pages are to be tested with it.
const now = () => Date.now() * 1000;
let made = 9100;

const delegation = (id, more) => ({
  id,
  tenant: '2',
  delegate: '7',
  delegate_name: 'ines',
  unit: '601',
  unit_name: 'Night shift',
  acts: ['invite', 'suspend', 'give', 'approve'],
  role_max: 'reader',
  profiles: [
    { id: '501', name: 'Backups', privileged: false },
    { id: '502', name: 'Revision', privileged: true },
  ],
  groups: [],
  created_us: now() - 9e11,
  created_by_name: 'nadia',
  since_us: now() - 9e11,
  expires_us: null,
  request: null,
  ...more,
});

const delegations = new Map(
  [
    delegation('9001', {}),
    delegation('9002', {
      delegate: null,
      delegate_name: 'bruno.martin',
      unit: '602',
      unit_name: 'Day shift',
      acts: ['give'],
      since_us: null,
      request: '7006',
    }),
  ].map((each) => [each.id, each]),
);

function create(things, body) {
  if (body.delegate === '4') {
    return [
      409,
      { message_id: 'iam.no_delegate', detail: 'nadia cannot look after a group.', arguments: {} },
    ];
  }
  const id = String(++made);
  const listed = (ids, name) =>
    (ids ?? []).map((of) => ({ id: of, name: name(of), privileged: false }));
  delegations.set(
    id,
    delegation(id, {
      ...body,
      delegate_name: things.user(body.delegate),
      unit_name: things.group(body.unit),
      profiles: listed(body.profiles, things.profile),
      groups: listed(body.groups, things.group),
      expires_us: body.duration_s ? now() + body.duration_s * 1e6 : null,
    }),
  );
  return [201, delegations.get(id)];
}

export function answerDelegations(route, path, body, query, who, things) {
  const [, id] = path;
  switch (route) {
    case 'GET delegations': {
      const delegate = query.get('delegate');
      const mine = who.rights.includes('iam:CreateDelegation') ? delegate : who.user.id;
      const items = [...delegations.values()].filter(
        (each) => mine === null || each.delegate === mine,
      );
      return [200, { items, next_cursor: null }];
    }
    case 'GET delegations/*':
      return delegations.has(id) ? [200, delegations.get(id)] : undefined;
    case 'POST delegations':
      return create(things, body);
    case 'DELETE delegations/*':
      delegations.delete(id);
      return [204];
  }
  return undefined;
}
