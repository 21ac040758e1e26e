// People and their rights, in memory, as far as pages are to be tested with them.
import { answerChecklists } from './checklists.mjs';
import * as data from './data.mjs';
import { answerDelegations } from './delegations.mjs';
import { answerFactorRule } from './factor_rule.mjs';
import { answerPublicAccess } from './public_access.mjs';
import { answerRegister } from './register.mjs';
import { answerRequests, requestNeeded } from './requests.mjs';
import { answerReviews } from './reviews.mjs';
import { accountsOf, answerStaff } from './staff.mjs';
import { answerTenants } from './tenants.mjs';

const now = () => Date.now() * 1000;
let made = 1000;

const names =
  'anna bruno chloe david elise farid gaelle hugo ines jules karim lea marc nina omar paul'.split(
    ' ',
  );
const people = [
  ...Object.values(data.users).map(({ user }) => user),
  ...Array.from({ length: 140 }, (_, at) => {
    const name = `${names[at % names.length]}.${at < names.length ? 'martin' : `m${at}`}`;
    return {
      ...data.users.claire.user,
      id: String(100 + at),
      name,
      email: at % 5 === 0 ? '' : `${name}@rivage.example`,
      role: at % 3 === 0 ? 'member' : 'reader',
      privileged: at % 20 === 3,
      factor_needed: at % 20 === 3,
      active: at % 9 !== 4,
      has_totp: at % 4 === 0,
      passkeys: at % 6 === 0 ? 2 : 0,
      last_sign_in_us: at % 7 === 6 ? null : now() - at * 7e9,
    };
  }),
  { ...data.users.nadia.user, id: '98', name: 'gregor', email: 'gregor@rivage.example' },
  {
    ...data.users.claire.user,
    id: '99',
    name: 'a.person.whose.name.takes.all.of.the.sixty-four.letters.there.are',
    email: 'a.person.whose.address.is.long.as.well@a-department.of-a-long-name.rivage.example',
    role: 'reader',
  },
];

const statement = (Action, Resource = '*') => ({ Effect: 'Allow', Action, Resource });
const policyOf = (...Statement) => ({ Version: '2012-10-17', Statement });
const profile = (id, name, policy, privileged = false) => ({
  id,
  tenant: '2',
  name,
  policy,
  privileged,
  created_us: now() - 9e12,
  changed_us: now() - 9e10,
});
const profiles = new Map(
  [
    profile(
      '501',
      'Backups',
      policyOf(
        statement(
          ['s3:PutObject', 's3:AbortMultipartUpload'],
          ['arn:aws:s3:::rivage-archive', 'arn:aws:s3:::rivage-archive/*'],
        ),
        {
          Sid: 'FromTheOffice',
          Effect: 'Deny',
          NotAction: 'iam:*',
          Resource: '*',
          Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
        },
      ),
    ),
    profile('502', 'Revision', policyOf(statement(['audit:List*', 'audit:Get*'])), true),
    profile('503', 'Nothing but reading', policyOf(statement('s3:Get*'))),
    // Two persons are needed to give it.
    profile('504', 'Vault keys', policyOf(statement('iam:*')), true),
  ].map((each) => [each.id, each]),
);
const groups = new Map(
  [{ id: '601', tenant: '2', name: 'Night shift', members: 0, created_us: now() - 8e12 }].map(
    (each) => [each.id, each],
  ),
);
// [profile, kind, holder]; [group, user]; user to profile.
let given = [
  ['501', 'groups', '601'],
  ['502', 'users', '101'],
];
let members = [
  ['601', '100'],
  ['601', '101'],
];
const boundaries = new Map([['100', '503']]);

const userOf = (id) => [...people, ...accountsOf('2')].find((each) => each.id === id);
const since_us = now() - 5e11;

function holding(id, group = null) {
  const { name, privileged } = profiles.get(id);
  const group_name = group === null ? null : groups.get(group).name;
  return { profile: id, name, privileged, since_us, expires_us: null, group, group_name };
}

function holdings(user) {
  const direct = given.filter(([, kind, id]) => kind === 'users' && id === user);
  const mine = members.filter(([, id]) => id === user).map(([group]) => group);
  const byGroup = given.filter(([, kind, id]) => kind === 'groups' && mine.includes(id));
  return {
    profiles: [
      ...direct.map(([id]) => holding(id)),
      ...byGroup.map(([id, , group]) => holding(id, group)),
    ],
    boundary: boundaries.has(user) ? holding(boundaries.get(user)) : null,
  };
}

function holders(id) {
  return [
    ...[...boundaries]
      .filter(([, bound]) => bound === id)
      .map(([user]) => ({ boundary: true, user, group: null, name: userOf(user).name, since_us })),
    ...given
      .filter(([of]) => of === id)
      .map(([, kind, holder]) => ({
        boundary: false,
        user: kind === 'users' ? holder : null,
        group: kind === 'groups' ? holder : null,
        name: (kind === 'users' ? userOf(holder) : groups.get(holder)).name,
        since_us,
      })),
  ];
}

const predefined = {
  items: [
    ['tenant_administrator', true, 'iam:*'],
    ['member', false, 's3:Put*'],
    ['reader', false, 's3:Get*'],
  ].map(([role, privileged, action]) => ({
    role,
    privileged,
    policy: policyOf(
      {
        Sid: 'OwnAccount',
        ...statement(['iam:GetSession', 'iam:ChangePassword']),
        Condition: { 'ForAnyValue:StringEquals': { 'belfry:ResourceScope': 'self' } },
      },
      statement(['s3:Get*', 's3:List*', action]),
    ),
  })),
};

const list = (items) => [200, { items, next_cursor: null }];
const refuse = (status, message_id, detail, args = {}) => [
  status,
  { message_id, detail, arguments: args },
];

function policyFault(policy) {
  const at = policy.Statement.findIndex(({ Action }) => String(Action).includes('Fly'));
  if (at < 0) return null;
  const where = `Statement[${at}].Action`;
  return refuse(400, 'policy.unknown_action', `${where}: there is no such action.`, { where });
}

function changeProfile(id, { policy }) {
  const fault = policyFault(policy);
  if (fault !== null) return fault;
  Object.assign(profiles.get(id), { policy, changed_us: now() });
  return [200, profiles.get(id)];
}

function createProfile({ name, policy }) {
  const fault = policyFault(policy);
  if (fault !== null) return fault;
  if ([...profiles.values()].some((each) => each.name === name)) {
    return refuse(409, 'iam.profile_exists', `There is a profile named “${name}” already.`);
  }
  const id = String(++made);
  profiles.set(id, profile(id, name, policy, JSON.stringify(policy).includes('audit:')));
  return [201, profiles.get(id)];
}

function deleteProfile(id) {
  if (holders(id).length > 0) {
    return refuse(409, 'iam.profile_held', 'The profile is still held. Withdraw it first.');
  }
  profiles.delete(id);
  return [204];
}

function createUser({ name, email, role, password }) {
  if (password.length < 15) {
    return refuse(400, 'iam.password_too_short', 'The password needs at least 15 characters.');
  }
  people.push({
    ...data.users.claire.user,
    id: String(++made),
    name,
    email,
    role,
    last_sign_in_us: null,
  });
  return [201, people.at(-1)];
}

const same = (one, other) => one.every((each, at) => each === other[at]);
const add = (to, one) => (to.some((each) => same(each, one)) ? to : [...to, one]);

// What requests and reviews name.
const things = {
  requestNeeded,
  holding,
  user: (id) => userOf(id)?.name,
  group: (id) => groups.get(id)?.name,
  profile: (id) => profiles.get(id)?.name,
  choices: () => {
    const choice = ({ id, name, privileged = false }) => ({ id, name, privileged });
    return {
      roles: predefined.items.map(({ role, privileged }) => ({ id: role, name: role, privileged })),
      profiles: [...profiles.values()].map(choice),
      groups: [...groups.values()].map(choice),
    };
  },
};

// What is answered: a status and a body; nothing for another route.
export function answerPeople(route, path, body, query, who) {
  const [, id, , other] = path;
  const asked = answerRequests(route, path, body, query, who, things);
  if (asked !== undefined) return asked;
  const delegated = answerDelegations(route, path, body, query, who, things);
  if (delegated !== undefined) return delegated;
  const listed = answerChecklists(route, path, body);
  if (listed !== undefined) return listed;
  const below = answerTenants(route, path, body, query, who);
  if (below !== undefined) return below;
  const registered = answerRegister(route, path, body, query, things);
  if (registered !== undefined) return registered;
  const ruled = answerFactorRule(route, body, people);
  if (ruled !== undefined) return ruled;
  const kept = answerPublicAccess(route, path, body);
  if (kept !== undefined) return kept;
  const reviewed = answerReviews(route, path, body, query, who, things);
  if (reviewed !== undefined) return reviewed;
  const staffed = answerStaff(route, path, body, query, who, things);
  if (staffed !== undefined) return staffed;
  switch (route) {
    case 'GET tenants':
      return list([who.tenant]);
    case 'GET tenants/*/users':
      return list([...people, ...accountsOf(id)].filter(({ tenant }) => tenant === id));
    case 'POST tenants/*/users':
      return createUser(body);
    case 'GET users/*':
      return userOf(id) === undefined ? undefined : [200, userOf(id)];
    case 'PATCH users/*':
      userOf(id).active = body.active;
      return [200, userOf(id)];
    case 'GET users/*/profiles':
      return [200, holdings(id)];
    case 'PUT users/*/boundary':
      boundaries.set(id, body.profile);
      return [204];
    case 'DELETE users/*/boundary':
      boundaries.delete(id);
      return [204];
    case 'GET predefined-profiles':
      return [200, predefined];
    case 'GET profiles':
      return list([...profiles.values()]);
    case 'POST profiles':
      return createProfile(body);
    case 'GET profiles/*':
      return profiles.has(id) ? [200, profiles.get(id)] : undefined;
    case 'PUT profiles/*':
      return changeProfile(id, body);
    case 'DELETE profiles/*':
      return deleteProfile(id);
    case 'GET profiles/*/holders':
      return list(holders(id));
    case 'GET groups':
      return list(
        [...groups.values()].map((group) => ({
          ...group,
          members: members.filter(([of]) => of === group.id).length,
        })),
      );
    case 'POST groups':
      groups.set(String(++made), {
        id: String(made),
        tenant: '2',
        name: body.name,
        members: 0,
        created_us: now(),
      });
      return [201, groups.get(String(made))];
    case 'DELETE groups/*':
      groups.delete(id);
      given = given.filter(([, , holder]) => holder !== id);
      members = members.filter(([group]) => group !== id);
      return [204];
    case 'GET groups/*/profiles':
      return [
        200,
        {
          profiles: given
            .filter(([, kind, holder]) => kind === 'groups' && holder === id)
            .map(([of]) => holding(of, id)),
        },
      ];
    case 'GET groups/*/members':
      return list(
        members
          .filter(([group]) => group === id)
          .map(([, user]) => ({ user, name: userOf(user).name, since_us })),
      );
    case 'PUT groups/*/members/*':
      members = add(members, [id, other]);
      return [204];
    case 'DELETE groups/*/members/*':
      members = members.filter((each) => !same(each, [id, other]));
      return [204];
    case 'PUT profiles/*/users/*':
    case 'PUT profiles/*/groups/*':
      if (id === '504') return requestNeeded();
      given = add(given, [id, path[2], other]);
      return [204];
    case 'DELETE profiles/*/users/*':
    case 'DELETE profiles/*/groups/*':
      given = given.filter((each) => !same(each, [id, path[2], other]));
      return [204];
  }
  return undefined;
}
