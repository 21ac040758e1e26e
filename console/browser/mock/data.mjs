// A small provider, as the daemon would tell of it: the states that a real one is hard to bring
// into (stale facts, a check in error, a corrupt copy) are all here.
import { tenant } from './tenants.mjs';

const now = () => Date.now() * 1000;
const minutesAgo = (minutes) => now() - minutes * 60_000_000;

export const users = {
  admin: {
    password: 'a long password for tests',
    totp: '123456',
    user: user('1', '1', 'admin', 'provider_administrator', true),
    tenant: tenant('1', null, 'provider', 'Aubade Hosting'),
    rights: [
      'measure:ListMeasures',
      'measure:GetMeasure',
      'measure:CheckMeasure',
      'disk:ListDisks',
      'disk:Scrub',
      'disk:Readmit',
      'disk:Heal',
      'disk:ListReplicaSets',
      'audit:ListEvents',
      'audit:ExportEvents',
      'attestation:ListAttestations',
      'registers:ListEntries',
      'registers:GetEntry',
      'registers:ExportEntries',
      'registers:MoveEntry',
      ...iam('ListTenants ListUsers GetUser'),
      ...iam('GetTenant CreateTenant RenameTenant SuspendTenant ResumeTenant EndTenant'),
      ...iam('GetIntervention RequestIntervention DecideIntervention EndIntervention'),
      ...iam('BreakGlass ReportIntervention'),
    ],
  },
  // Staff that administers nothing.
  olga: {
    password: 'an operator has a password too',
    totp: '654321',
    user: { ...user('6', '1', 'olga', 'operator', true), privileged: true },
    tenant: tenant('1', null, 'provider', 'Aubade Hosting'),
    rights: ['measure:ListMeasures', 'disk:ListDisks', 'disk:ListReplicaSets', 'audit:ListEvents'],
  },
  claire: {
    password: 'another long password',
    totp: null,
    user: user('2', '2', 'claire', 'member', false),
    tenant: tenant('2', '1', 'customer', 'Atelier Rivage'),
    rights: [
      'measure:ListMeasures',
      'measure:GetMeasure',
      's3:ListAllMyBuckets',
      's3:CreateBucket',
      's3:DeleteBucket',
      's3:ListBucket',
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:GetBucketPolicy',
      's3:PutBucketPolicy',
      's3:DeleteBucketPolicy',
      's3:GetBucketPublicAccessBlock',
      's3:PutBucketPublicAccessBlock',
      'audit:ListEvents',
      'audit:ExportEvents',
    ],
  },
  nadia: {
    password: 'an administrator has a long password',
    totp: '654321',
    user: user('4', '2', 'nadia', 'tenant_administrator', true),
    tenant: tenant('2', '1', 'customer', 'Atelier Rivage'),
    rights: [
      'measure:ListMeasures',
      's3:ListAllMyBuckets',
      ...iam(
        'ListTenants ListUsers GetUser CreateUser SetUserActive ListAccessKeys CreateAccessKey DeleteAccessKey ListSessions RevokeSession ListProfiles GetProfile CreateProfile ChangeProfile DeleteProfile GiveProfile WithdrawProfile ListGroups CreateGroup DeleteGroup ChangeGroup SetBoundary DecideRequest SetAccessRules SetFactorRule GetPublicAccess SetPublicAccess GetReview OpenReview DecideReview Invite ListInvitations SendInvitation WithdrawInvitation ListRoles GetRole CreateRole ChangeRole DeleteRole ListRoleSessions RevokeRoleSession GetAccess',
      ),
      ...iam(
        'ListDelegations CreateDelegation EndDelegation DeleteUser ListServiceAccounts CreateServiceAccount ChangeServiceAccount CreateServiceCredential ListIssuers GetIssuer CreateIssuer ChangeIssuer DeleteIssuer ListSubjects LinkSubject UnlinkSubject GetIntervention EndIntervention ListFactorResets AskForFactorReset ApproveFactorReset CancelFactorReset',
      ),
      ...'ListPeople GetPerson RecordPerson ChangePerson RecordDeparture BindAccount UnbindAccount ImportPeople ExportPeople ListJobRoles SetJobRole DeleteJobRole ListChecklistSteps AddChecklistStep ChangeChecklistStep RetireChecklistStep GetChecklist DoChecklistStep WaiveChecklistStep UndoChecklistStep ExportOpenSteps'
        .split(' ')
        .map((name) => `people:${name}`),
      'audit:ListEvents',
      ...['ListAttestations', 'SignAttestation', 'WithdrawAttestation'].map(
        (act) => `attestation:${act}`,
      ),
      ...['List', 'Get', 'Place', 'Release', 'Export'].map(
        (act) => `audit:${act}Hold${act === 'List' ? 's' : ''}`,
      ),
    ],
  },
  // May look at everything, by a profile, and change nothing.
  lucas: {
    password: 'who only looks has a password',
    totp: '654321',
    user: { ...user('5', '2', 'lucas', 'reader', true), privileged: true },
    tenant: tenant('2', '1', 'customer', 'Atelier Rivage'),
    rights: [
      'measure:ListMeasures',
      'attestation:ListAttestations',
      ...'ListTenants ListUsers GetUser ListAccessKeys ListSessions ListProfiles GetProfile ListGroups'
        .split(' ')
        .map((name) => `iam:${name}`),
    ],
  },
  // Looks after the night shift, as a delegate.
  ines: {
    password: 'who looks after a ward has one',
    totp: '654321',
    user: { ...user('7', '2', 'ines', 'reader', true), privileged: true },
    tenant: tenant('2', '1', 'customer', 'Atelier Rivage'),
    rights: [
      'measure:ListMeasures',
      ...iam(
        'ListTenants ListUsers GetUser ListGrants ListGroups ListProfiles ListDelegations Invite ListInvitations SendInvitation WithdrawInvitation SetUserActive GiveProfile WithdrawProfile ChangeGroup GetRequest DecideRequest',
      ),
    ],
  },
  remi: {
    password: 'a reader has a password too',
    totp: null,
    user: user('3', '2', 'remi', 'reader', false),
    tenant: tenant('2', '1', 'customer', 'Atelier Rivage'),
    rights: ['measure:ListMeasures', 's3:ListAllMyBuckets', 's3:ListBucket', 's3:GetBucketPolicy'],
  },
};

function iam(names) {
  return names.split(' ').map((name) => `iam:${name}`);
}

// Another administrator of the provider: the second person of a break-glass.
users.irene = {
  ...users.admin,
  password: 'a second administrator has one too',
  totp: '654321',
  user: user('9', '1', 'irene', 'provider_administrator', true),
};

// Her organisation asks everybody for a second factor.
users.noor = {
  ...users.remi,
  password: 'noor has no second factor yet',
  user: user('8', '7', 'noor', 'reader', false),
  tenant: tenant('7', '1', 'customer', 'Maison Verte'),
  demanded: true,
};

function user(id, tenant, name, role, has_totp) {
  return {
    id,
    tenant,
    name,
    email: `${name}@example.org`,
    role,
    privileged: role.endsWith('administrator'),
    active: true,
    owner: null,
    has_totp,
    passkeys: 0,
    factor_needed: role.endsWith('administrator'),
    created_us: minutesAgo(50_000),
    last_sign_in_us: minutesAgo(3),
    role_until_us: null,
  };
}

function measure(id, section, verdict, proof, population, violations, en, fr, reason = '') {
  return {
    id,
    section,
    party: id.includes('-P-') ? 'provider' : 'client',
    text: en === null ? null : { en, fr },
    bound: en !== null,
    verdict,
    proof,
    population,
    violations,
    checked_at_us: en === null || verdict === 'no_data' ? null : minutesAgo(1.2),
    ledger_index: en === null || verdict === 'no_data' ? null : 41,
    reason,
  };
}

export const annex = [
  measure(
    'S01-P-02',
    '1',
    'pass',
    'simulated',
    12,
    0,
    'Hosted data is protected against loss: every object can be read from a good copy.',
    'Les données hébergées sont protégées contre la perte : chaque objet est lisible depuis une bonne copie.',
  ),
  measure(
    'S05-P-01',
    '5',
    'pass',
    'declared',
    2,
    0,
    'Every data centre that hosts services is in Europe.',
    'Chaque centre de données qui héberge les services se trouve en Europe.',
  ),
  measure(
    'S06-P-08',
    '6a',
    'fail',
    'declared',
    6,
    2,
    'No single power segment feeds two storage servers that hold copies of the same data.',
    'Aucun segment électrique n’alimente à lui seul deux serveurs de stockage portant les copies des mêmes données.',
  ),
  measure(
    'S06-P-20',
    '6a',
    'pass',
    'simulated',
    12,
    0,
    'Each object has three copies on three disks of three servers.',
    'Chaque objet a trois copies sur trois disques de trois serveurs.',
  ),
  measure(
    'S06-P-21',
    '6a',
    'stale',
    'simulated',
    12,
    0,
    'At least one copy of each object is in another data centre.',
    'Au moins une copie de chaque objet se trouve dans un autre centre de données.',
    'The newest fact is 31 minutes old; at most 10 are allowed.',
  ),
  measure(
    'S07-P-13',
    '7a',
    'error',
    'none',
    0,
    0,
    'Privileged roles act with a second factor only.',
    'Les rôles privilégiés n’agissent qu’avec un second facteur.',
    'The check ran out of time. Look at the state database.',
  ),
  ...Array.from({ length: 22 }, (_, at) =>
    measure(`S02-P-${String(at + 1).padStart(2, '0')}`, '2', 'no_data', 'none', 0, 0, null, null),
  ),
  measure('S06-C-01', '6a', 'no_data', 'none', 0, 0, null, null),
  measure('S10-C-01', '10', 'no_data', 'none', 0, 0, null, null),
  measure('S10-P-01', '10', 'no_data', 'none', 0, 0, null, null),
];

export function detail(id) {
  const found = annex.find((each) => each.id === id);
  if (found === undefined) return undefined;
  const row = (subject, pass, reason) => ({
    subject,
    subject_text: subject,
    pass,
    reason,
    recorded_reason: reason,
  });
  return {
    ...found,
    iso27001: found.bound ? ['A.8.14', 'A.5.30'] : [],
    owner_role: found.bound ? 'storage-manager' : '',
    parameters: found.bound
      ? [
          { name: 'copies_min', value: 3, unit: '', source: 'annex' },
          { name: 'age_max', value: 600, unit: 's', source: 'ours' },
        ]
      : [],
    lists:
      found.id === 'S05-P-01' ? [{ name: 'countries', values: ['DE', 'FR'], source: 'ours' }] : [],
    check: found.bound
      ? {
          sql: "SELECT s.name AS subject,\n  CASE WHEN count(*) > 1 THEN 'fail' ELSE 'pass' END AS status\nFROM server s LEFT JOIN power_feed f ON f.server_id = s.id\nGROUP BY s.name",
          population_sql: 'SELECT count(*) AS population FROM server',
          population_min: 1,
          freshness_sql: '',
          age_max_us: 600_000_000,
          period_us: 60_000_000,
        }
      : null,
    rows: found.bound
      ? [
          ...Array.from({ length: found.violations }, (_, at) =>
            row(
              `server:par${at + 1}-s1`,
              false,
              'Shares the power segment par1-seg-a with par1-s2.',
            ),
          ),
          ...Array.from({ length: found.population - found.violations }, (_, at) =>
            row(`server:rbx${at + 1}-s1`, true, ''),
          ),
        ]
      : [],
    rows_root: found.bound ? 'a3f1'.repeat(16) : '',
    log_origin: 'aubade.example/tenant/1',
  };
}

const troubles = {
  'rbx1-s2-d2': { health: 'absent', reason: 'Its folder is not there.' },
  'rbx1-s3-d2': { health: 'failed', reason: 'fdatasync: Input/output error' },
};
const healthOf = (name) => troubles[name] ?? { health: 'good', reason: '' };

export const disks = ['par1', 'rbx1'].flatMap((site) =>
  [1, 2, 3].flatMap((server) =>
    [1, 2].map((disk) => ({
      id: String(server * 10 + disk + (site === 'par1' ? 100 : 200)),
      name: `${site}-s${server}-d${disk}`,
      server: `${site}-s${server}`,
      site,
      path: `disks/${site}-s${server}-d${disk}`,
      simulated: true,
      ...healthOf(`${site}-s${server}-d${disk}`),
      used_bytes: 1_234_567_890 * server,
      free_bytes: 80_000_000_000,
      total_bytes: 84_000_000_000,
      last_scrub_us: server === 3 ? null : minutesAgo(700),
      damaged: site === 'par1' && server === 1 && disk === 2 ? 3 : 0,
    })),
  ),
);

const placement = { copies: 3, servers_min: 3, sites_min: 2, sites_allowed: [] };

export const sets = [
  set('7001', 'objects', ['par1-s1-d1', 'par1-s2-d1', 'rbx1-s1-d1'], []),
  set('7002', 'ledger', ['par1-s3-d1', 'rbx1-s2-d2', 'rbx1-s3-d1'], ['rbx1-s2-d2']),
];

function set(id, stream, names, missing) {
  return {
    id,
    stream,
    placement,
    generation: 1,
    disks: names,
    missing,
    stored_bytes: 734_003_200,
    objects: 2000,
    files: 12,
    segments: 3,
    last_scrub_us: minutesAgo(700),
    damaged: 0,
  };
}

export const bucket = (name) => ({
  id: '9001',
  name,
  tenant: '2',
  created_us: minutesAgo(4000),
  placement,
  placement_is_default: true,
  is_open: name === 'rivage-photos',
});

export const object = (key, size) => ({
  key,
  size_bytes: size,
  etag: 'd41d8cd98f00b204e9800998ecf8427e',
  modified_us: minutesAgo(90),
  content_type: 'application/octet-stream',
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  parts: 0,
});

export const copies = (info) => ({
  object: info,
  placement,
  copies: [
    copy('par1', 's1', 'healthy'),
    copy('par1', 's2', 'healthy'),
    copy('rbx1', 's1', info.key.endsWith('.raw') ? 'corrupt' : 'healthy'),
  ],
});

function copy(site, server, state) {
  return {
    disk: `${site}-${server}-d1`,
    server: `${site}-${server}`,
    site,
    path: `var/demo/disks/${site}-${server}-d1/sets/7001/000001.segment`,
    state,
    simulated: true,
  };
}

export const events = Array.from({ length: 120 }, (_, at) => {
  const failed = at % 9 === 4;
  const action = ['s3:PutObject', 's3:GetObject', 'iam:SignIn', 'measure:Evaluated'][at % 4];
  return {
    index: 400 - at,
    part: 0,
    time_us: minutesAgo(at * 3),
    class_uid: 6003,
    action,
    outcome: failed ? 'failure' : 'success',
    reason: failed ? 'You may not do this here. Ask an administrator for the right.' : '',
    actor: at % 4 === 3 ? 'system' : 'claire',
    source_ip: at % 4 === 3 ? '' : '127.0.0.1',
    resource: `arn:aws:s3:::rivage-photos/2026/${String(at).padStart(3, '0')}.jpg`,
    ocsf: {
      class_uid: 6003,
      activity: action,
      status_id: failed ? 2 : 1,
      time: minutesAgo(at * 3),
      unmapped: { request_id: `7f3a${String(at)}`, size_bytes: String(at * 1024) },
    },
  };
});
