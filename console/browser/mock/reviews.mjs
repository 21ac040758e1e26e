// Reviews of rights, invitations, roles to be assumed and who reaches what, in memory, as far as
// pages are to be tested with them.
const now = () => Date.now() * 1000;
const dayUs = 86_400_000_000;
let made = 8000;

const list = (items) => [200, { items, next_cursor: null }];
const refuse = (status, message_id, detail) => [status, { message_id, detail, arguments: {} }];

const grant = (id, user, holder, kind, name, privileged = false) => ({
  id,
  tenant: '2',
  kind,
  user,
  group: null,
  profile: null,
  holder,
  name,
  privileged,
  origin: 'direct',
  request: null,
  given_by: '4',
  given_by_name: 'nadia',
  since_us: now() - 90 * dayUs,
  expires_us: null,
  ended_us: null,
  end_reason: null,
  assumable_role: null,
});
const item = (id, held, more = {}) => ({
  id,
  grant: held,
  last_used_us: now() - 5 * dayUs,
  decision: 'pending',
  reason: '',
  decided_by: null,
  decided_by_name: null,
  decided_us: null,
  applied_us: null,
  alarm: null,
  ...more,
});
const itemsOf = (start) => [
  item(String(start), grant('1', '101', 'bruno.martin', 'profile', 'Revision', true)),
  item(String(start + 1), grant('2', '100', 'anna.martin', 'role', 'reader')),
  item(String(start + 2), grant('3', '4', 'nadia', 'role', 'tenant_administrator', true)),
];
const review = (id, name, items, more = {}) => ({
  id,
  tenant: '2',
  name,
  scope: 'all',
  profile: null,
  opened_by: '4',
  opened_us: now() - 2 * dayUs,
  due_us: now() + 28 * dayUs,
  repeat_days: 0,
  completed_us: null,
  items,
  ...more,
});
const reviews = new Map(
  [
    review('8001', 'Autumn', itemsOf(8100), { repeat_days: 90 }),
    review(
      '8002',
      'Summer',
      [
        item('8200', grant('1', '101', 'bruno.martin', 'profile', 'Revision', true), {
          decision: 'unconfirmed',
          applied_us: now() - 60 * dayUs,
        }),
        item('8201', grant('3', '4', 'nadia', 'role', 'tenant_administrator', true), {
          decision: 'unconfirmed',
          alarm: 'last_administrator',
        }),
      ],
      { scope: 'privileged', completed_us: now() - 60 * dayUs, due_us: now() - 60 * dayUs },
    ),
  ].map((each) => [each.id, each]),
);
const shown = (each) => ({
  ...each,
  items: each.items.length,
  pending: each.items.filter(({ decision }) => decision === 'pending').length,
  alarms: each.items.filter(({ alarm }) => alarm !== null).length,
});

function openReview(body) {
  const id = String(++made);
  reviews.set(
    id,
    review(id, body.name, itemsOf(++made * 10), {
      scope: body.scope,
      profile: body.profile ?? null,
      opened_us: now(),
      due_us: now() + body.due_days * dayUs,
      repeat_days: body.repeat_days,
      reviewers: body.reviewers ?? [],
    }),
  );
  return [201, shown(reviews.get(id))];
}

function decideItem(who, id, itemId, { decision, reason }) {
  const found = reviews.get(id).items.find((each) => each.id === itemId);
  Object.assign(found, {
    decision,
    reason,
    decided_by: who.user.id,
    decided_by_name: who.user.name,
    decided_us: now(),
    applied_us: now(),
  });
  return [200, found];
}

const invitation = (id, email, more = {}) => ({
  id,
  tenant: '2',
  email,
  name: '',
  role: 'reader',
  language: 'fr',
  invited_by: '4',
  invited_by_name: 'nadia',
  created_us: now() - dayUs,
  expires_us: now() + 6 * dayUs,
  state: 'open',
  sends: 1,
  mail: { state: 'sent', answer: '250 2.0.0 Ok' },
  groups: [],
  profiles: [],
  ...more,
});
const invitations = new Map(
  [
    invitation('9001', 'yann@rivage.example'),
    invitation('9002', 'zoe@rivage.example', {
      state: 'expired',
      mail: { state: 'refused', answer: '550 5.1.1 User unknown' },
    }),
  ].map((each) => [each.id, each]),
);
const linkOf = (id) => `http://127.0.0.1/#/invitation/${id.padStart(64, '0')}`;

function invite(body, requestNeeded) {
  if (body.role === 'tenant_administrator') return requestNeeded();
  const id = String(++made);
  const isByLink = body.email.startsWith('link');
  invitations.set(
    id,
    invitation(id, body.email, {
      ...body,
      mail: { state: isByLink ? 'none' : 'waiting', answer: '' },
    }),
  );
  return [201, { invitation: invitations.get(id), link: isByLink ? linkOf(id) : null }];
}

const trust = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { AWS: '000000000007' },
    Condition: { StringEquals: { 'sts:ExternalId': 'harbour-7' } },
  },
};
const role = (id, name, more = {}) => ({
  id,
  tenant: '2',
  name,
  arn: `arn:aws:iam::000000000002:role/${name}`,
  trust,
  session_max_us: 7_200_000_000,
  privileged: false,
  profiles: [],
  created_us: now() - 30 * dayUs,
  last_assumed_us: now() - dayUs,
  changed_us: now() - 3 * dayUs,
  ...more,
});
const roles = new Map([role('301', 'nightly-backup')].map((each) => [each.id, each]));
let sessions = [
  {
    id: 'BLFTEMPORARYKEY00000',
    role: '301',
    name: 'nightly',
    arn: 'arn:aws:sts::000000000002:assumed-role/nightly-backup/nightly',
    assumed_by: 'arn:aws:iam::000000000007:user/partner',
    second_factor: false,
    created_us: now() - 1e9,
    expires_us: now() + 1e9,
    issuer: null,
    subject: null,
  },
  {
    id: 'BLFTEMPORARYKEY00001',
    role: '301',
    name: 'job-7',
    arn: 'arn:aws:sts::000000000002:assumed-role/nightly-backup/job-7',
    assumed_by:
      'arn:aws:iam::000000000002:oidc-provider/ci.example.org:belfry:repo:harbour/app:ref:refs/heads/main',
    second_factor: false,
    created_us: now() - 1e8,
    expires_us: now() + 1e9,
    issuer: 'https://ci.example.org',
    subject: 'repo:harbour/app:ref:refs/heads/main',
  },
];

function answerRoles(route, path, body, things) {
  const [, id, , other] = path;
  switch (route) {
    case 'GET roles':
      return list([...roles.values()]);
    case 'POST roles':
      if (body.trust.Statement === undefined) {
        return refuse(400, 'policy.no_statement', 'A trust policy needs a Statement.');
      }
      made += 1;
      roles.set(String(made), role(String(made), body.name, body));
      return [201, roles.get(String(made))];
    case 'GET roles/*':
      return roles.has(id) ? [200, roles.get(id)] : undefined;
    case 'PUT roles/*':
      Object.assign(roles.get(id), body, { changed_us: now() });
      return [200, roles.get(id)];
    case 'DELETE roles/*':
      roles.delete(id);
      return [204];
    case 'PUT roles/*/profiles/*':
      if (other === '504') {
        return refuse(403, 'iam.role_of_four_eyes', 'Here a role does not give such rights.');
      }
      roles.get(id).profiles.push(things.holding(other));
      return [204];
    case 'DELETE roles/*/profiles/*':
      roles.get(id).profiles = roles.get(id).profiles.filter(({ profile }) => profile !== other);
      return [204];
    case 'GET roles/*/sessions':
      return list(sessions.filter((each) => each.role === id));
    case 'DELETE role-sessions/*':
      sessions = sessions.filter((each) => each.id !== id);
      return [204];
  }
  return undefined;
}

const reason = (source, name, more = {}) => ({
  source,
  name,
  group_name: null,
  statement: 'Buckets',
  effect: 'allow',
  certainty: 'always',
  conditions: [],
  ...more,
});
const acts = [
  {
    act: 'read',
    certainty: 'always',
    needs_second_factor: false,
    reasons: [reason('role', 'reader')],
  },
  {
    act: 'write',
    certainty: 'maybe',
    needs_second_factor: true,
    reasons: [
      reason('profile', 'Backups', {
        group_name: 'Night shift',
        statement: '1',
        certainty: 'maybe',
        conditions: ['IpAddress aws:SourceIp 192.0.2.0/24'],
      }),
      reason('boundary', 'Nothing but reading', { effect: 'deny', statement: '2' }),
    ],
  },
];
const way = {
  role: '301',
  name: 'backup',
  certainty: 'maybe',
  needs_second_factor: true,
  through: ['nightly'],
  reasons: [reason('trust', null, { conditions: ['IpAddress aws:SourceIp 10.0.0.0/8'] })],
};
const roleReach = {
  role: '301',
  name: 'backup',
  arn: 'arn:aws:iam::000000000002:role/backup',
  privileged: false,
  acts,
  others: [
    { kind: 'role', principal: 'nightly', certainty: 'always', statement: null, conditions: [] },
    {
      kind: 'account',
      principal: '000000000007',
      certainty: 'maybe',
      statement: '1',
      conditions: ['StringEquals sts:ExternalId harbour-7'],
    },
    {
      kind: 'program',
      principal: 'arn:aws:iam::000000000002:oidc-provider/ci.example.org',
      certainty: 'maybe',
      statement: '2',
      conditions: ['StringEquals ci.example.org:aud belfry'],
    },
  ],
};

function answerReach(route, path, body, query, things) {
  const [, id] = path;
  switch (route) {
    case 'GET buckets/*/access': {
      if (id === 'nowhere') return undefined;
      const isFirst = query.get('cursor') === null;
      const user = isFirst ? '100' : '101';
      return [
        200,
        {
          items: [
            { user, name: things.user(user), role: 'reader', acts, roles: isFirst ? [way] : [] },
          ],
          next_cursor: isFirst ? '100' : null,
          roles: isFirst ? [roleReach] : [],
          foreigners: isFirst
            ? [{ principal: '000000000007', act: 'read', statement: 'Partner', conditions: [] }]
            : [],
          staff: isFirst
            ? [
                {
                  staff: '40',
                  name: 'nadia',
                  arn: 'arn:aws:iam::000000000001:user/nadia',
                  intervention: '3002',
                  kind: 'ordinary',
                  reason: 'ticket 7',
                  approved_by_name: 'max',
                  expires_us: Date.now() * 1000 + 3.6e9,
                  acts: [
                    {
                      act: 'read',
                      certainty: 'always',
                      needs_second_factor: true,
                      reasons: [reason('intervention', '3002', { statement: 'Intervention' })],
                    },
                  ],
                },
              ]
            : [],
          everybody:
            isFirst && id === 'rivage-photos'
              ? [
                  {
                    act: 'read',
                    certainty: 'maybe',
                    needs_second_factor: false,
                    reasons: [
                      reason('bucket_policy', null, {
                        statement: 'Gallery',
                        conditions: ['IpAddress aws:SourceIp 192.0.2.0/24'],
                      }),
                    ],
                  },
                ]
              : [],
        },
      ];
    }
    case 'GET users/*/access':
      return [
        200,
        {
          buckets: [{ bucket: 'rivage-photos', acts }],
          services: ['iam:CreateUser', 'iam:ListUsers'].map((action) => ({
            service: 'iam',
            action,
            of: 'organisation',
            certainty: 'always',
            needs_second_factor: true,
            reasons: [reason('role', 'tenant_administrator', { statement: 'OwnTenant' })],
          })),
          is_staff: false,
          staff: [],
          roles: [
            {
              ...way,
              profiles: ['Nothing but reading'],
              privileged: false,
              buckets: [{ bucket: 'rivage-photos', acts }],
            },
          ],
        },
      ];
    case 'POST access/*':
      return body.action === 's3:GetObject'
        ? [200, { allowed: true, reason: null, statements: [reason('role', 'reader')] }]
        : [
            200,
            {
              allowed: false,
              reason: 'No statement allows it.',
              statements: [reason('boundary', 'Nothing but reading', { effect: 'deny' })],
            },
          ];
  }
  return undefined;
}

// What is answered: a status and a body; nothing for another route.
export function answerReviews(route, path, body, query, who, things) {
  const [, id, , other] = path;
  switch (route) {
    case 'GET reviews':
      return list([...reviews.values()].reverse().map(shown));
    case 'POST reviews':
      return openReview(body);
    case 'GET reviews/*':
      return reviews.has(id) ? [200, shown(reviews.get(id))] : undefined;
    case 'GET reviews/*/items':
      return list(reviews.get(id).items);
    case 'PUT reviews/*/items/*':
      return decideItem(who, id, other, body);
    case 'GET tenants/*/invitations':
      return list([...invitations.values()]);
    case 'POST tenants/*/invitations':
      return invite(body, things.requestNeeded);
    case 'POST invitations/*/send':
      Object.assign(invitations.get(id), { state: 'open', expires_us: now() + 7 * dayUs });
      return [200, { invitation: invitations.get(id), link: linkOf(id) }];
    case 'DELETE invitations/*':
      Object.assign(invitations.get(id), { state: 'withdrawn' });
      return [204];
  }
  return answerRoles(route, path, body, things) ?? answerReach(route, path, body, query, things);
}
