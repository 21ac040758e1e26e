// Requests for rights, in memory, as far as pages are to be tested with them.
const now = () => Date.now() * 1000;
const dayUs = 86_400_000_000;
const reasonMax = 1000;
let made = 7100;
let four_eyes = 'privileged';

const request = (id, more) => ({
  id,
  tenant: '2',
  kind: 'profile',
  user: '101',
  group: null,
  profile: '501',
  holder: 'bruno.martin',
  name: 'Backups',
  privileged: false,
  reason: 'restore test',
  duration_s: 28_800,
  assumable_role: null,
  trust: null,
  trust_now: null,
  requested_by: '101',
  requested_by_name: 'bruno.martin',
  requested_us: now() - dayUs,
  pending_until_us: now() + 13 * dayUs,
  state: 'pending',
  decided_by: null,
  decided_by_name: null,
  decided_us: null,
  decision_reason: '',
  approved_by_own_account: false,
  deciders: 1,
  delegation: null,
  ...more,
});

const requests = new Map(
  [
    request('7001', {}),
    request('7002', {
      kind: 'role',
      profile: null,
      name: 'tenant_administrator',
      privileged: true,
    }),
    request('7003', {
      state: 'refused',
      decided_by: '4',
      decided_by_name: 'nadia',
      decided_us: now() - dayUs / 2,
      decision_reason: 'ask operations instead',
      deciders: 0,
    }),
    request('7004', { requested_by: '4', requested_by_name: 'nadia', deciders: 0 }),
    request('7005', {
      kind: 'membership',
      profile: null,
      group: '601',
      name: 'Night shift',
      user: '2',
      holder: 'claire',
      requested_by: '2',
      requested_by_name: 'claire',
    }),
    request('7006', {
      kind: 'delegation',
      profile: null,
      group: '602',
      name: 'Day shift',
      privileged: true,
      requested_by: '98',
      requested_by_name: 'gregor',
      delegation: '9002',
    }),
  ].map((each) => [each.id, each]),
);

const refuse = (status, message_id, detail, args = {}) => [
  status,
  { message_id, detail, arguments: args },
];
export const requestNeeded = () =>
  refuse(
    403,
    'iam.request_needed',
    'Here one person alone does not give such rights. Ask for it with a request.',
  );

function ask(who, things, body) {
  if ((body.reason ?? '') === '' || body.reason.length > reasonMax) {
    return refuse(400, 'iam.bad_reason', 'Give a reason.');
  }
  const kind =
    body.four_eyes !== undefined
      ? 'four_eyes'
      : body.assumable_role !== undefined
        ? 'role_profile'
        : body.role !== undefined
          ? 'role'
          : body.profile !== undefined
            ? 'profile'
            : 'membership';
  const id = String(++made);
  const name =
    body.four_eyes ?? body.role ?? things.profile(body.profile) ?? things.group(body.group);
  requests.set(
    id,
    request(id, {
      kind,
      user: body.user ?? null,
      group: body.group ?? null,
      profile: body.profile ?? null,
      holder: things.user(body.user) ?? things.group(body.group) ?? who.tenant.name,
      name,
      privileged: body.profile === '504',
      reason: body.reason,
      duration_s: body.duration_s ?? null,
      assumable_role: body.assumable_role ?? null,
      trust: body.trust ?? null,
      requested_by: who.user.id,
      requested_by_name: who.user.name,
      requested_us: now(),
      pending_until_us: now() + 14 * dayUs,
    }),
  );
  return [201, requests.get(id)];
}

function decide(who, id, state, reason) {
  const found = requests.get(id);
  if (found.requested_by === who.user.id || found.user === who.user.id) {
    return refuse(403, 'iam.four_eyes', 'Who asked does not decide.');
  }
  Object.assign(found, {
    state,
    decided_by: who.user.id,
    decided_by_name: who.user.name,
    decided_us: now(),
    decision_reason: reason ?? '',
    deciders: 0,
  });
  return [200, found];
}

const strength = ['none', 'privileged', 'all'];

// What is answered: a status and a body; nothing for another route.
export function answerRequests(route, path, body, query, who, things) {
  const id = path[1];
  const isAdministrator = who.user.role === 'tenant_administrator';
  const isSeen = (each) =>
    isAdministrator || each.user === who.user.id || each.requested_by === who.user.id;
  switch (route) {
    case 'GET requests': {
      const state = query.get('state');
      const items = [...requests.values()]
        .filter((each) => isSeen(each) && (state === null || each.state === state))
        .reverse();
      return [200, { items, next_cursor: null }];
    }
    case 'POST requests':
      return ask(who, things, body);
    case 'GET requests/*':
      return requests.has(id) && isSeen(requests.get(id)) ? [200, requests.get(id)] : undefined;
    case 'DELETE requests/*':
      Object.assign(requests.get(id), { state: 'cancelled', deciders: 0 });
      return [204];
    case 'POST requests/*/approve':
      return decide(who, id, 'approved', body.reason);
    case 'POST requests/*/refuse':
      return decide(who, id, 'refused', body.reason);
    case 'GET request-choices':
      return [200, things.choices()];
    case 'GET access-rules':
      return [200, { four_eyes, administrators: 1 }];
    case 'PUT access-rules':
      if (strength.indexOf(body.four_eyes) < strength.indexOf(four_eyes)) return requestNeeded();
      if (body.four_eyes === 'all') {
        return refuse(409, 'iam.four_eyes_need_two', 'Two administrators are needed first.');
      }
      four_eyes = body.four_eyes;
      return [204];
  }
  return undefined;
}
