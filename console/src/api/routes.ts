// One function an operation of docs/api/openapi.yaml that the console calls.
import { address, ask, request, type Query } from './client';
import { tooLong } from './problem';
import type {
  AccessKey,
  AccessRequest,
  AccessRules,
  AddedPasskey,
  ApiToken,
  AssumableRole,
  Attestation,
  AttestationPage,
  AttestationTopicList,
  AuditKeys,
  AuditPage,
  Bucket,
  BucketPolicy,
  BucketPublicAccess,
  Checklist,
  ChecklistStep,
  ChecklistStepWords,
  Checkpoint,
  Delegation,
  Departure,
  DirectoryAnswer,
  DirectoryPage,
  Disk,
  Explanation,
  FactorList,
  FactorReset,
  FactorRule,
  Group,
  GroupHoldings,
  GroupMember,
  HeldPage,
  Hold,
  Holdings,
  ImportedPeople,
  InclusionProof,
  Intervention,
  InterventionState,
  Invitation,
  Issuer,
  IssuerChange,
  Job,
  JobRole,
  LostFactor,
  MadeInvitation,
  Measure,
  MeasureDetail,
  NewAccessKey,
  NewAccessRequest,
  NewApiToken,
  NewAttestation,
  NewBreakGlass,
  NewChecklistStep,
  NewDelegation,
  NewHold,
  NewIntervention,
  NewInvitation,
  NewIssuer,
  NewJobRole,
  NewPasskey,
  NewPerson,
  NewReview,
  NewServiceAccount,
  NewSubject,
  NewUser,
  ObjectCopies,
  ObjectPage,
  OpenInvitation,
  OpenPasswordReset,
  Page,
  PasskeyAssertion,
  PasskeyCreation,
  PasskeyRequest,
  PasswordReset,
  Person,
  PersonChange,
  ProviderDocument,
  ProviderSystem,
  RegisterMove,
  PredefinedProfiles,
  Profile,
  ProfileHolder,
  PublicAccessBlock,
  RecoveryCodes,
  ReplicaSet,
  RequestChoices,
  RequestState,
  Review,
  ReviewItem,
  RoleSession,
  ServiceAccount,
  Session,
  SignedIn,
  SimulatedRequest,
  StepUp,
  Subject,
  Tenant,
  TermsList,
  TotpSeed,
  User,
  VerifierKey,
  WhatReaches,
  WhoAmI,
  WhoReaches,
} from './types';

// Lists that a person reads whole: bounded, so that a server's fault cannot keep us here, and never
// cut without a word.
const pagesMax = 200;

export async function all<T>(parts: readonly string[], query: Query = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesMax; ++page) {
    const answer: Page<T> = await ask('GET', parts, {
      query: { ...query, cursor, limit: 1000 },
    });
    items.push(...answer.items);
    cursor = answer.next_cursor;
    if (cursor === null) return items;
  }
  throw tooLong(items.length);
}

export interface Password {
  user: string;
  password: string;
}
export type SecondFactor =
  { totp: string } | { recovery_code: string } | { passkey: PasskeyAssertion };
// A password, with a second factor when it is asked for; or a passkey alone; or what the
// organisation's directory answered, and then, empty, what it lacks.
export type Credentials =
  | (Password & { totp?: string; totp_before?: string; recovery_code?: string })
  | { passkey: PasskeyAssertion }
  | ({ directory: DirectoryAnswer } & (SecondFactor | object));

export const session = {
  whoAmI: () => ask<WhoAmI>('GET', ['session']),
  signIn: (body: Credentials) => ask<SignedIn>('POST', ['session'], { body }),
  directory: (organisation: string) =>
    ask<DirectoryPage>('POST', ['session', 'directory'], { body: { organisation } }),
  passkeyRequest: (who: Password | null) =>
    ask<PasskeyRequest>('POST', ['session', 'passkey-request'], { body: who ?? {} }),
  signOut: () => ask<undefined>('DELETE', ['session']),
  beginTotp: () => ask<TotpSeed>('POST', ['session', 'totp']),
  confirmTotp: (code: string) =>
    ask<RecoveryCodes>('POST', ['session', 'totp', 'confirm'], { body: { code } }),
  makeRecoveryCodes: () => ask<RecoveryCodes>('POST', ['session', 'recovery-codes']),
  stepUpRequest: () => ask<PasskeyRequest>('POST', ['session', 'step-up', 'request']),
  stepUp: (body: StepUp) => ask<undefined>('POST', ['session', 'step-up'], { body }),
  factors: () => ask<FactorList>('GET', ['session', 'factors']),
  removeFactor: (id: string) => ask<undefined>('DELETE', ['session', 'factors', id]),
  passkeyCreation: () => ask<PasskeyCreation>('POST', ['session', 'passkeys', 'request']),
  addPasskey: (body: NewPasskey) => ask<AddedPasskey>('POST', ['session', 'passkeys'], { body }),
  terms: () => ask<TermsList>('GET', ['terms']),
  acceptTerms: (version: string) => ask<undefined>('PUT', ['terms', version, 'acceptance']),
  changePassword: (old_password: string, new_password: string) =>
    ask<undefined>('POST', ['session', 'password'], { body: { old_password, new_password } }),
};

// Of whoever has the link: nobody is signed in yet.
export const invitation = {
  open: (secret: string) => ask<OpenInvitation>('POST', ['invitation'], { body: { secret } }),
  accept: (body: { secret: string; name: string; password: string; terms_version?: string }) =>
    ask<User>('POST', ['invitation', 'acceptance'], { body }),
};

export const lostPassword = {
  ask: (user: string, language: string) =>
    ask<undefined>('POST', ['password-reset', 'mail'], { body: { user, language } }),
  open: (secret: string) =>
    ask<OpenPasswordReset>('POST', ['password-reset'], { body: { secret } }),
  set: (body: PasswordReset) => ask<undefined>('POST', ['password-reset', 'password'], { body }),
};

export const identity = {
  tenants: () => all<Tenant>(['tenants']),
  users: (tenant: string) => all<User>(['tenants', tenant, 'users']),
  user: (id: string) => ask<User>('GET', ['users', id]),
  createUser: (tenant: string, body: NewUser) =>
    ask<User>('POST', ['tenants', tenant, 'users'], { body }),
  setActive: (user: string, active: boolean) =>
    ask<User>('PATCH', ['users', user], { body: { active } }),
  deleteUser: (user: string) => ask<undefined>('DELETE', ['users', user]),
  publicAccess: () => ask<PublicAccessBlock>('GET', ['public-access']),
  setPublicAccess: (body: PublicAccessBlock) =>
    ask<PublicAccessBlock>('PUT', ['public-access'], { body }),
  factorRule: () => ask<FactorRule>('GET', ['factor-rule']),
  setFactorRule: (needed_by: FactorRule['needed_by']) =>
    ask<FactorRule>('PUT', ['factor-rule'], { body: { needed_by } }),
  accessKeys: (user: string) => all<AccessKey>(['users', user, 'access-keys']),
  createAccessKey: (user: string) => ask<NewAccessKey>('POST', ['users', user, 'access-keys']),
  deleteAccessKey: (id: string) => ask<undefined>('DELETE', ['access-keys', id]),
  apiTokens: () => all<ApiToken>(['api-tokens']),
  createApiToken: (label: string, lifetime_us: number | null) =>
    ask<NewApiToken>('POST', ['api-tokens'], { body: { label, lifetime_us } }),
  deleteApiToken: (id: string) => ask<undefined>('DELETE', ['api-tokens', id]),
  sessions: (user: string) => all<Session>(['users', user, 'sessions']),
  revokeSession: (id: string) => ask<undefined>('DELETE', ['sessions', id]),
};

// Who holds a profile: a user, or the members of a group.
export interface Holder {
  kind: 'users' | 'groups';
  id: string;
}

export const rights = {
  holdings: (user: string) => ask<Holdings>('GET', ['users', user, 'profiles']),
  setBoundary: (user: string, profile: string) =>
    ask<undefined>('PUT', ['users', user, 'boundary'], { body: { profile } }),
  removeBoundary: (user: string) => ask<undefined>('DELETE', ['users', user, 'boundary']),
  groups: () => all<Group>(['groups']),
  createGroup: (name: string) => ask<Group>('POST', ['groups'], { body: { name } }),
  deleteGroup: (id: string) => ask<undefined>('DELETE', ['groups', id]),
  members: (group: string) => all<GroupMember>(['groups', group, 'members']),
  addMember: (group: string, user: string) =>
    ask<undefined>('PUT', ['groups', group, 'members', user]),
  removeMember: (group: string, user: string) =>
    ask<undefined>('DELETE', ['groups', group, 'members', user]),
  groupProfiles: (group: string) => ask<GroupHoldings>('GET', ['groups', group, 'profiles']),
  profiles: () => all<Profile>(['profiles']),
  profile: (id: string) => ask<Profile>('GET', ['profiles', id]),
  // `policy` is a document, as it was written.
  createProfile: (name: string, policy: string) =>
    ask<Profile>('POST', ['profiles'], {
      text: `{"name": ${JSON.stringify(name)}, "policy": ${policy}}`,
    }),
  changeProfile: (id: string, policy: string) =>
    ask<Profile>('PUT', ['profiles', id], { text: `{"policy": ${policy}}` }),
  deleteProfile: (id: string) => ask<undefined>('DELETE', ['profiles', id]),
  holders: (profile: string) => all<ProfileHolder>(['profiles', profile, 'holders']),
  give: (profile: string, { kind, id }: Holder) =>
    ask<undefined>('PUT', ['profiles', profile, kind, id]),
  withdraw: (profile: string, { kind, id }: Holder) =>
    ask<undefined>('DELETE', ['profiles', profile, kind, id]),
  predefined: () => ask<PredefinedProfiles>('GET', ['predefined-profiles']),
};

// The life of rights: asked for and decided, gone through again, and who reaches what by them.
export const access = {
  ask: (body: NewAccessRequest) => ask<AccessRequest>('POST', ['requests'], { body }),
  choices: () => ask<RequestChoices>('GET', ['request-choices']),
  requests: (state: RequestState | '') => all<AccessRequest>(['requests'], { state }),
  request: (id: string) => ask<AccessRequest>('GET', ['requests', id]),
  cancel: (id: string) => ask<undefined>('DELETE', ['requests', id]),
  decide: (id: string, verb: 'approve' | 'refuse', reason: string) =>
    ask<AccessRequest>('POST', ['requests', id, verb], { body: { reason } }),
  rules: () => ask<AccessRules>('GET', ['access-rules']),
  setRules: (four_eyes: AccessRules['four_eyes']) =>
    ask<undefined>('PUT', ['access-rules'], { body: { four_eyes } }),
  reviews: () => all<Review>(['reviews']),
  openReview: (body: NewReview) => ask<Review>('POST', ['reviews'], { body }),
  review: (id: string) => ask<Review>('GET', ['reviews', id]),
  reviewItems: (id: string) => all<ReviewItem>(['reviews', id, 'items']),
  decideItem: (review: string, item: string, decision: 'keep' | 'remove', reason: string) =>
    ask<ReviewItem>('PUT', ['reviews', review, 'items', item], { body: { decision, reason } }),
  whoReaches: (bucket: string, prefix: string, cursor: string | null) =>
    ask<WhoReaches>('GET', ['buckets', bucket, 'access'], { query: { prefix, cursor } }),
  whatReaches: (user: string) => ask<WhatReaches>('GET', ['users', user, 'access']),
  explain: (body: SimulatedRequest) => ask<Explanation>('POST', ['access', 'explain'], { body }),
};

export const invitations = {
  list: (tenant: string) => all<Invitation>(['tenants', tenant, 'invitations']),
  invite: (tenant: string, body: NewInvitation) =>
    ask<MadeInvitation>('POST', ['tenants', tenant, 'invitations'], { body }),
  send: (id: string) => ask<MadeInvitation>('POST', ['invitations', id, 'send']),
  withdraw: (id: string) => ask<undefined>('DELETE', ['invitations', id]),
};

export const interventions = {
  list: (state: InterventionState | '') => all<Intervention>(['interventions'], { state }),
  one: (id: string) => ask<Intervention>('GET', ['interventions', id]),
  ask: (body: NewIntervention) => ask<Intervention>('POST', ['interventions'], { body }),
  decide: (id: string, verb: 'approve' | 'refuse', reason: string) =>
    ask<Intervention>('POST', ['interventions', id, verb], { body: { reason } }),
  end: (id: string) => ask<Intervention>('POST', ['interventions', id, 'end']),
  breakGlass: (body: NewBreakGlass) =>
    ask<Intervention>('POST', ['interventions', 'break-glass'], { body }),
  report: (id: string, report: string) =>
    ask<Intervention>('POST', ['interventions', id, 'report'], { body: { report } }),
};

export const issuers = {
  list: () => all<Issuer>(['issuers']),
  one: (id: string) => ask<Issuer>('GET', ['issuers', id]),
  create: (body: NewIssuer) => ask<Issuer>('POST', ['issuers'], { body }),
  change: (id: string, body: IssuerChange) => ask<Issuer>('PUT', ['issuers', id], { body }),
  remove: (id: string) => ask<undefined>('DELETE', ['issuers', id]),
  subjects: (issuer: string) => all<Subject>(['issuers', issuer, 'subjects']),
  link: (issuer: string, body: NewSubject) =>
    ask<Subject>('POST', ['issuers', issuer, 'subjects'], { body }),
  unlink: (issuer: string, subject: string) =>
    ask<undefined>('DELETE', ['issuers', issuer, 'subjects', subject]),
};

export const delegations = {
  list: (delegate: string | null) => all<Delegation>(['delegations'], { delegate }),
  one: (id: string) => ask<Delegation>('GET', ['delegations', id]),
  create: (body: NewDelegation) => ask<Delegation>('POST', ['delegations'], { body }),
  end: (id: string) => ask<undefined>('DELETE', ['delegations', id]),
};

// The register of people.
export const register = {
  people: (state: string) => all<Person>(['people'], { state }),
  person: (id: string) => ask<Person>('GET', ['people', id]),
  record: (body: NewPerson) => ask<Person>('POST', ['people'], { body }),
  change: (id: string, body: PersonChange) => ask<Person>('PATCH', ['people', id], { body }),
  leave: (id: string, body: Departure) =>
    ask<Person>('POST', ['people', id, 'departure'], { body }),
  bind: (id: string, user: string) =>
    ask<Person>('POST', ['people', id, 'accounts'], { body: { user } }),
  unbind: (id: string, user: string) => ask<undefined>('DELETE', ['people', id, 'accounts', user]),
  exportAddress: address(['people.csv']),
  importPeople: (text: string) =>
    ask<ImportedPeople>('POST', ['people.csv'], { text, type: 'text/csv' }),
  jobRoles: () => all<JobRole>(['job-roles']),
  createJobRole: (body: NewJobRole) => ask<JobRole>('POST', ['job-roles'], { body }),
  changeJobRole: (id: string, body: NewJobRole) => ask<JobRole>('PUT', ['job-roles', id], { body }),
  deleteJobRole: (id: string) => ask<undefined>('DELETE', ['job-roles', id]),
};

// The provider's own registers.
export const registers = {
  documents: () => all<ProviderDocument>(['registers', 'documents']),
  document: (id: string) => ask<ProviderDocument>('GET', ['registers', 'documents', id]),
  systems: () => all<ProviderSystem>(['registers', 'systems']),
  system: (id: string) => ask<ProviderSystem>('GET', ['registers', 'systems', id]),
  move: (register: string, id: string, body: RegisterMove) =>
    ask<unknown>('POST', ['registers', register, id, 'transitions'], { body }),
  fileAddress: (id: string, version: number) =>
    address(['registers', 'documents', id, 'versions', String(version)]),
  exportAddress: (register: string) => address(['registers', register, 'entries.csv']),
};

// Checklists of arrival and departure.
export const checklists = {
  steps: () => all<ChecklistStep>(['checklist-steps']),
  add: (body: NewChecklistStep) => ask<ChecklistStep>('POST', ['checklist-steps'], { body }),
  change: (id: string, body: ChecklistStepWords) =>
    ask<ChecklistStep>('PUT', ['checklist-steps', id], { body }),
  retire: (id: string) => ask<ChecklistStep>('POST', ['checklist-steps', id, 'retirement']),
  of: (person: string) => ask<Checklist>('GET', ['people', person, 'checklist']),
  do: (person: string, step: string, note: string) =>
    ask<Checklist>('POST', ['people', person, 'checklist', step, 'completion'], { body: { note } }),
  waive: (person: string, step: string, reason: string) =>
    ask<Checklist>('POST', ['people', person, 'checklist', step, 'waiver'], { body: { reason } }),
  undo: (person: string, step: string, reason: string) =>
    ask<Checklist>('POST', ['people', person, 'checklist', step, 'undoing'], { body: { reason } }),
  exportAddress: address(['open-steps.csv']),
};

export const serviceAccounts = {
  list: () => all<ServiceAccount>(['service-accounts']),
  create: (body: NewServiceAccount) => ask<ServiceAccount>('POST', ['service-accounts'], { body }),
  setOwner: (account: string, owner: string) =>
    ask<undefined>('PUT', ['service-accounts', account, 'owner'], { body: { owner } }),
  createKey: (account: string, lifetime_us: number) =>
    ask<NewAccessKey>('POST', ['service-accounts', account, 'access-keys'], {
      body: { lifetime_us },
    }),
  createToken: (account: string, label: string, lifetime_us: number) =>
    ask<NewApiToken>('POST', ['service-accounts', account, 'api-tokens'], {
      body: { label, lifetime_us },
    }),
};

export const factorResets = {
  list: (tenant: string) => all<FactorReset>(['tenants', tenant, 'factor-resets']),
  ask: (user: string, body: LostFactor) =>
    ask<FactorReset>('POST', ['users', user, 'factor-reset'], { body }),
  approve: (id: string) => ask<FactorReset>('POST', ['factor-resets', id, 'approval']),
  cancel: (id: string) => ask<undefined>('DELETE', ['factor-resets', id]),
};

export const roles = {
  list: () => all<AssumableRole>(['roles']),
  one: (id: string) => ask<AssumableRole>('GET', ['roles', id]),
  // `trust` is a document, as it was written.
  create: (name: string, trust: string, session_max_us: number) =>
    ask<AssumableRole>('POST', ['roles'], {
      text: `{"name": ${JSON.stringify(name)}, "session_max_us": ${String(session_max_us)}, "trust": ${trust}}`,
    }),
  change: (id: string, trust: string, session_max_us: number) =>
    ask<AssumableRole>('PUT', ['roles', id], {
      text: `{"session_max_us": ${String(session_max_us)}, "trust": ${trust}}`,
    }),
  remove: (id: string) => ask<undefined>('DELETE', ['roles', id]),
  give: (role: string, profile: string) =>
    ask<undefined>('PUT', ['roles', role, 'profiles', profile]),
  withdraw: (role: string, profile: string) =>
    ask<undefined>('DELETE', ['roles', role, 'profiles', profile]),
  sessions: (role: string) => all<RoleSession>(['roles', role, 'sessions']),
  revoke: (session: string) => ask<undefined>('DELETE', ['role-sessions', session]),
};

export const objects = {
  buckets: () => all<Bucket>(['buckets']),
  createBucket: (name: string) => ask<Bucket>('POST', ['buckets'], { body: { name } }),
  deleteBucket: (name: string) => ask<undefined>('DELETE', ['buckets', name]),
  policy: (bucket: string) => ask<BucketPolicy>('GET', ['buckets', bucket, 'policy']),
  setPolicy: (bucket: string, text: string) =>
    ask<undefined>('PUT', ['buckets', bucket, 'policy'], { text }),
  publicAccess: (bucket: string) =>
    ask<BucketPublicAccess>('GET', ['buckets', bucket, 'public-access']),
  setPublicAccess: (bucket: string, body: PublicAccessBlock) =>
    ask<BucketPublicAccess>('PUT', ['buckets', bucket, 'public-access'], { body }),
  deletePolicy: (bucket: string) => ask<undefined>('DELETE', ['buckets', bucket, 'policy']),
  list: (bucket: string, prefix: string, cursor: string | null) =>
    ask<ObjectPage>('GET', ['buckets', bucket, 'objects'], {
      query: { prefix, delimiter: '/', cursor, limit: 200 },
    }),
  remove: (bucket: string, key: string) =>
    ask<undefined>('DELETE', ['buckets', bucket, 'objects', key]),
  copies: (bucket: string, key: string) =>
    ask<ObjectCopies>('GET', ['buckets', bucket, 'copies', key]),
  addressOf: (bucket: string, key: string) => address(['buckets', bucket, 'objects', key]),
};

export const storage = {
  disks: () => all<Disk>(['disks']),
  replicaSets: () => all<ReplicaSet>(['replica-sets']),
  scrub: (disk: string) => ask<Job>('POST', disk === '' ? ['scrub'] : ['disks', disk, 'scrub']),
  readmit: (disk: string) => ask<Job>('POST', ['disks', disk, 'readmit']),
  heal: () => ask<Job>('POST', ['heal']),
  job: (id: string) => ask<Job>('GET', ['jobs', id]),
};

export const annex = {
  all: () => ask<Measure[]>('GET', ['annex']),
  one: (id: string) => ask<MeasureDetail>('GET', ['annex', id]),
  check: (id: string) => ask<MeasureDetail>('POST', ['annex', id, 'check']),
};

export interface AuditFilter {
  tenant?: string;
  from_us?: number;
  until_us?: number;
  actor?: string;
  action?: string;
  resource?: string;
  outcome?: string;
  source_ip?: string;
  class_uid?: number;
  reason?: string;
  detail?: readonly string[];
}

export const attestations = {
  topics: async (tenant: string) => {
    const found = await ask<AttestationTopicList>('GET', ['attestation-topics'], {
      query: { tenant },
    });
    return found.items;
  },
  history: (tenant: string, topic: string, cursor: string | null) =>
    ask<AttestationPage>('GET', ['attestations'], { query: { tenant, topic, cursor, limit: 20 } }),
  sign: (body: NewAttestation) => ask<Attestation>('POST', ['attestations'], { body }),
  withdraw: (id: string, reason: string) =>
    ask<Attestation>('POST', ['attestations', id, 'withdraw'], { body: { reason } }),
};

export const holds = {
  list: () => all<Hold>(['audit', 'holds']),
  place: (body: NewHold) => ask<Hold>('POST', ['audit', 'holds'], { body }),
  events: (id: string, cursor: string | null) =>
    ask<HeldPage>('GET', ['audit', 'holds', id, 'events'], { query: { cursor } }),
  exportAddress: (id: string) => address(['audit', 'holds', id, 'export']),
  release: (id: string, reason: string) =>
    ask<undefined>('POST', ['audit', 'holds', id, 'release'], { body: { reason } }),
};

export const audit = {
  events: (filter: AuditFilter, cursor: string | null, limit: number) =>
    ask<AuditPage>('GET', ['audit', 'events'], { query: { ...filter, cursor, limit } }),
  // What came after the cursor; waits a while when there is nothing.
  later: (filter: AuditFilter, cursor: string, signal: AbortSignal) =>
    ask<AuditPage>('GET', ['audit', 'events'], {
      query: { ...filter, cursor, order: 'oldest', wait_s: 10, limit: 200 },
      signal,
    }),
  exportAddress: (filter: AuditFilter) => address(['audit', 'export'], { ...filter }),
  checkpoint: () => ask<Checkpoint>('GET', ['audit', 'checkpoint']),
  // Opens the log: the reading is an event of it.
  keys: () => ask<AuditKeys>('GET', ['audit', 'keys']),
  verifierKey: () => ask<VerifierKey>('GET', ['audit', 'verifier-key']),
  proof: (index: number, size: number) =>
    ask<InclusionProof>('GET', ['audit', 'proof'], { query: { index, size } }),
  tile: async (path: string) => {
    const response = await request('GET', ['audit', 'tiles', ...path.split('/')]);
    return new Uint8Array(await response.arrayBuffer());
  },
};
