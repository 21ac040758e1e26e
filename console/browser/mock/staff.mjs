// Interventions of the provider's staff, directories, accounts of programs and lost factors, in
// memory, as far as pages are to be tested with them.
import * as data from './data.mjs';

const now = () => Date.now() * 1000;
const hourUs = 3_600_000_000;
const dayUs = 24 * hourUs;
let made = 4000;

const list = (items) => [200, { items, next_cursor: null }];
const refuse = (status, message_id, detail, args = {}) => [
  status,
  { message_id, detail, arguments: args },
];

const intervention = (id, more = {}) => ({
  id,
  kind: 'ordinary',
  tenant: '2',
  tenant_name: 'Atelier Rivage',
  staff: '6',
  staff_name: 'olga',
  staff_arn: 'arn:aws:iam::000000000001:user/olga',
  actions: ['s3:GetObject', 's3:GetObjectAttributes'],
  bucket: 'rivage-photos',
  reason: 'ticket 4711: a photo does not open',
  duration_s: 7200,
  requested_by_name: 'olga',
  requested_us: now() - hourUs,
  pending_until_us: now() + 3 * dayUs,
  state: 'pending',
  decided_by_name: null,
  decided_us: null,
  decision_reason: '',
  expires_us: null,
  ended_us: null,
  end_reason: null,
  ended_by_name: null,
  report_due_us: null,
  report: null,
  reported_us: null,
  reported_by_name: null,
  deciders: 1,
  ...more,
});
const opened = {
  state: 'open',
  decided_by_name: 'admin',
  decided_us: now() - hourUs / 2,
  decision_reason: 'agreed by telephone',
  expires_us: now() + hourUs,
  deciders: 0,
};
const brokenGlass = (id, opener, more = {}) =>
  intervention(id, {
    kind: 'break_glass',
    staff: opener.id,
    staff_name: opener.name,
    staff_arn: `arn:aws:iam::000000000001:user/${opener.name}`,
    requested_by_name: opener.name,
    actions: ['s3:*'],
    bucket: null,
    reason: 'two disks lost at once: objects are to be saved now',
    duration_s: 1800,
    pending_until_us: now() + hourUs / 4,
    ...more,
  });
const over = (ended_us) => ({
  ...opened,
  state: 'ended',
  requested_us: ended_us - 0.6 * hourUs,
  decided_us: ended_us - hourUs / 2,
  expires_us: ended_us,
  ended_us,
  end_reason: 'expired',
  report_due_us: ended_us + 3 * dayUs,
});
// Who left since: there is no user of that name any more.
const gone = { id: '19', name: 'yann' };
const interventions = new Map(
  [
    intervention('3001'),
    intervention('3002', { ...opened, bucket: null, actions: ['s3:List*', 's3:GetObject'] }),
    intervention('3003', {
      ...opened,
      state: 'ended',
      ended_us: now() - hourUs / 4,
      end_reason: 'customer',
      ended_by_name: 'nadia',
    }),
    intervention('3004', { requested_by_name: 'admin', staff: '6' }),
    intervention('3005', opened),
    intervention('3006', { reason: 'ticket 4712' }),
    brokenGlass('3007', data.users.irene.user, over(now() - hourUs)),
    brokenGlass('3008', gone, over(now() - 4 * dayUs)),
    brokenGlass('3009', data.users.irene.user, {
      ...over(now() - 5 * dayUs),
      report: 'Read rivage-photos from the disks that were left.\n\nEach hour more lost copies.',
      reported_us: now() - 4 * dayUs,
      reported_by_name: 'irene',
    }),
    brokenGlass('3010', gone, over(now() - 6 * dayUs)),
  ].map((each) => [each.id, each]),
);

function seenBy(who) {
  const all = [...interventions.values()].reverse();
  if (who.user.role === 'operator') return all.filter(({ staff }) => staff === who.user.id);
  return who.tenant.kind === 'provider'
    ? all
    : all.filter(({ tenant }) => tenant === who.tenant.id);
}

function askForIntervention(who, body) {
  if (body.tenant !== '2') return refuse(404, 'iam.tenant_missing', 'There is no such customer.');
  const id = String(++made);
  const named = Object.values(data.users).find(({ user }) => user.id === body.staff) ?? who;
  interventions.set(
    id,
    intervention(id, {
      ...body,
      bucket: body.bucket === '' ? null : body.bucket,
      staff: named.user.id,
      staff_name: named.user.name,
      requested_by_name: who.user.name,
      requested_us: now(),
    }),
  );
  return [201, interventions.get(id)];
}

function breakGlass(who, body) {
  const id = String(++made);
  const actions = body.actions.length === 0 ? ['s3:*'] : body.actions;
  const bucket = body.bucket === '' ? null : body.bucket;
  interventions.set(
    id,
    brokenGlass(id, who.user, { ...body, actions, bucket, requested_us: now() }),
  );
  return [201, interventions.get(id)];
}

function report(who, found, body) {
  if (found.report !== null) {
    return refuse(409, 'iam.reported_already', 'The report is there already, and stays as it is.');
  }
  const reported = { report: body.report, reported_us: now(), reported_by_name: who.user.name };
  return [200, Object.assign(found, reported)];
}

// Its report is due within three days of its end.
const dueOf = ({ kind }, ended_us) =>
  kind === 'break_glass' ? { report_due_us: ended_us + 3 * dayUs } : {};

function answerInterventions(route, path, body, query, who) {
  const found = interventions.get(path[1]);
  const decided = {
    decided_by_name: who.user.name,
    decided_us: now(),
    decision_reason: body?.reason ?? '',
    deciders: 0,
  };
  switch (route) {
    case 'GET interventions': {
      const state = query.get('state');
      return list(seenBy(who).filter((each) => state === null || each.state === state));
    }
    case 'POST interventions':
      return askForIntervention(who, body);
    case 'POST interventions/*':
      return path[1] === 'break-glass' ? breakGlass(who, body) : undefined;
    case 'POST interventions/*/report':
      return report(who, found, body);
    case 'GET interventions/*':
      return seenBy(who).includes(found) ? [200, found] : undefined;
    case 'POST interventions/*/approve':
      Object.assign(found, decided, {
        state: 'open',
        expires_us: now() + found.duration_s * 1_000_000,
        ...dueOf(found, now() + found.duration_s * 1_000_000),
      });
      return [200, found];
    case 'POST interventions/*/refuse':
      Object.assign(found, decided, { state: 'refused' });
      return [200, found];
    case 'POST interventions/*/end':
      Object.assign(found, found.state === 'open' && dueOf(found, now()), {
        state: 'ended',
        ended_us: now(),
        end_reason: who.tenant.kind === 'provider' ? 'staff' : 'customer',
        ended_by_name: who.user.name,
      });
      return [200, found];
  }
  return undefined;
}

const issuer = (id, url, more = {}) => ({
  id,
  tenant: '2',
  url,
  purpose: 'people',
  arn: `arn:aws:iam::000000000002:oidc-provider/${url.replace('https://', '')}`,
  organisation: 'rivage',
  client_id: 'belfry-console',
  has_secret: true,
  audiences: [],
  scopes: ['email', 'profile'],
  creates_users: true,
  trusts_factors: false,
  required_claim: 'groups',
  required_value: 'belfry-users',
  created_us: now() - 40 * dayUs,
  changed_us: now() - 2 * dayUs,
  ...more,
});
const issuers = new Map(
  [
    issuer('3101', 'https://id.rivage.example'),
    issuer('3102', 'https://tokens.builds.example', {
      purpose: 'both',
      organisation: null,
      audiences: ['nightly-builds'],
      has_secret: false,
      creates_users: false,
      required_claim: null,
      required_value: null,
    }),
    issuer('3103', 'https://cluster.rivage.example', {
      purpose: 'programs',
      organisation: null,
      client_id: null,
      has_secret: false,
      audiences: ['thumbnails', 'nightly-copies'],
      scopes: [],
      creates_users: false,
      required_claim: 'namespace',
      required_value: 'production',
    }),
  ].map((each) => [each.id, each]),
);
const subject = (id, name, user, more = {}) => ({
  id,
  subject: name,
  user,
  came_by_itself: true,
  created_us: now() - 30 * dayUs,
  last_used_us: now() - hourUs,
  ...more,
});
const subjects = new Map([
  ['3101', [subject('3201', '6f1c0c9e-1c7e-4c57-9a5c-d5b1c2f0a111', '100')]],
]);

const settingsOf = ({ client_secret, ...rest }, kept) => ({
  ...rest,
  organisation: rest.organisation || null,
  client_id: rest.client_id || null,
  required_claim: rest.required_claim || null,
  required_value: rest.required_value || null,
  has_secret: client_secret === undefined ? kept : client_secret !== '',
  changed_us: now(),
});

// What is for another purpose is refused, as the daemon does.
function faultOf({ purpose, client_id, scopes, audiences }, has_secret) {
  if (purpose === 'people' && audiences.length > 0) return 'audiences';
  if (purpose !== 'programs') return null;
  if (client_id !== '') return 'client_id';
  if (has_secret) return 'client_secret';
  return scopes.length > 0 ? 'scopes' : null;
}

function keepIssuer(id, body, kept, status) {
  const settings = settingsOf(body, kept.has_secret);
  const fault = faultOf(body, settings.has_secret);
  if (fault !== null) {
    return refuse(400, 'iam.not_of_purpose', `The field ${fault} has no meaning there.`);
  }
  issuers.set(id, { ...kept, ...settings });
  return [status, issuers.get(id)];
}

function answerIssuers(route, path, body, things) {
  const [, id, , other] = path;
  switch (route) {
    case 'GET issuers':
      return list([...issuers.values()]);
    case 'POST issuers':
      if (body.url.includes('nobody')) {
        return refuse(503, 'oidc.unreachable', 'The directory does not answer. Check its address.');
      }
      made += 1;
      return keepIssuer(
        String(made),
        body,
        issuer(String(made), body.url, { has_secret: false }),
        201,
      );
    case 'GET issuers/*':
      return issuers.has(id) ? [200, issuers.get(id)] : undefined;
    case 'PUT issuers/*':
      return keepIssuer(id, body, issuers.get(id), 200);
    case 'DELETE issuers/*':
      issuers.delete(id);
      return [204];
    case 'GET issuers/*/subjects':
      return list(
        (subjects.get(id) ?? []).map((each) => ({ ...each, user_name: things.user(each.user) })),
      );
    case 'POST issuers/*/subjects':
      if (body.user === '98') {
        return refuse(403, 'iam.links_itself', 'gregor is privileged, and links the own subject.');
      }
      subjects.set(id, [
        ...(subjects.get(id) ?? []),
        subject(String(++made), body.subject, body.user, {
          came_by_itself: false,
          last_used_us: null,
        }),
      ]);
      return [201, subjects.get(id).at(-1)];
    case 'DELETE issuers/*/subjects/*':
      subjects.set(
        id,
        subjects.get(id).filter((each) => each.id !== other),
      );
      return [204];
  }
  return undefined;
}

const account = (id, name, more = {}) => ({
  ...data.users.claire.user,
  id,
  name,
  email: '',
  role: 'reader',
  owner: '4',
  last_sign_in_us: now() - hourUs,
  ...more,
});
let accounts = [
  account('3301', 'nightly-copies'),
  account('3302', 'thumbnails', { owner: '104', role: 'member' }),
  account('3303', 'inventory', { owner: '2', last_sign_in_us: null }),
];

// As users, which they are in all else.
export const accountsOf = (tenant) => accounts.filter((each) => each.tenant === tenant);

function shown(each, things) {
  const { id, tenant, name, role, owner, active, created_us } = each;
  return {
    ...{ id, tenant, name, role, owner, active, created_us },
    owner_name: things.user(owner),
    owner_active: owner !== '104',
    last_used_us: each.last_sign_in_us,
  };
}

function answerAccounts(route, path, body, who, things) {
  const found = accounts.find(({ id }) => id === path[1]);
  switch (route) {
    case 'GET service-accounts':
      return list(
        accounts
          .filter(({ owner }) => who.user.role === 'tenant_administrator' || owner === who.user.id)
          .map((each) => shown(each, things)),
      );
    case 'POST service-accounts':
      if (accounts.some(({ name }) => name === body.name)) {
        return refuse(409, 'iam.user_exists', 'There is a user of that name already.');
      }
      accounts.push(account(String(++made), body.name, { ...body, last_sign_in_us: null }));
      return [201, shown(accounts.at(-1), things)];
    case 'PUT service-accounts/*/owner':
      if (body.owner === '98') {
        return refuse(409, 'iam.bad_owner', 'gregor cannot own one. Choose an active person.');
      }
      found.owner = body.owner;
      return [204];
    case 'POST service-accounts/*/api-tokens':
      return [
        201,
        {
          api_token: {
            id: String(++made),
            user: path[1],
            label: body.label,
            created_us: now(),
            expires_us: now() + body.lifetime_us,
            second_factor: false,
          },
          secret: 'blf_of_a_program',
        },
      ];
    case 'DELETE users/*':
      if (found === undefined) return undefined;
      accounts = accounts.filter((each) => each !== found);
      return [204];
  }
  return undefined;
}

const reset = (id, user, more = {}) => ({
  id,
  tenant: '2',
  user,
  reason: 'seen at the desk',
  asked_by: '98',
  asked_by_name: 'gregor',
  approved_by_name: null,
  asked_us: now() - hourUs,
  effective_us: null,
  state: 'asked',
  ...more,
});
const approved = { state: 'approved', approved_by_name: 'nadia', effective_us: now() + dayUs };
const resets = [
  reset('7f01', '104', { state: 'lapsed', asked_us: now() - 9 * dayUs }),
  reset('7f02', '108'),
  reset('7f03', '112', approved),
  reset('7f04', '116'),
];

function answerResets(route, path, body, who, things) {
  const [, id] = path;
  const found = resets.find((each) => each.id === id);
  switch (route) {
    case 'GET tenants/*/factor-resets':
      return list(
        resets
          .filter(({ tenant }) => tenant === id)
          .map((each) => ({ ...each, user_name: things.user(each.user) })),
      );
    case 'POST users/*/factor-reset':
      resets.push(
        reset(String(++made), id, {
          reason: body.reason,
          asked_by: who.user.id,
          asked_by_name: who.user.name,
          asked_us: now(),
        }),
      );
      return [201, { ...resets.at(-1), user_name: things.user(id) }];
    case 'POST factor-resets/*/approval':
      Object.assign(found, { ...approved, approved_by_name: who.user.name });
      return [200, { ...found, user_name: things.user(found.user) }];
    case 'DELETE factor-resets/*':
      found.state = 'cancelled';
      return [204];
  }
  return undefined;
}

// What is answered: a status and a body; nothing for another route.
export function answerStaff(route, path, body, query, who, things) {
  return (
    answerInterventions(route, path, body, query, who) ??
    answerIssuers(route, path, body, things) ??
    answerAccounts(route, path, body, who, things) ??
    answerResets(route, path, body, who, things)
  );
}
