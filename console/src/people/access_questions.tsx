import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { access, roles } from '../api/routes';
import type { User, WhatReaches, WhoReaches } from '../api/types';
import { Icon } from '../elements/icon';
import { More } from '../elements/more';
import { Panel } from '../elements/page';
import { Answer, Empty, Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ThingName } from './held_panel';
import { OpenMark } from '../objects/public_access';
import { PrivilegedMark } from './marks';
import { Acts, Certainty, Conditions, Others, Reasons, Statement, Way } from './reach';
import classes from './people.module.css';

// Who can reach this bucket, and why?
export function WhoPanel({ buckets, first }: { buckets: readonly string[]; first: string }) {
  const { t } = useSpeech();
  const [bucket, setBucket] = useState(first);
  const [prefix, setPrefix] = useState('');
  const [asked, setAsked] = useState(first === '' ? null : { bucket: first, prefix: '' });
  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(bucket === '' ? null : { bucket, prefix });
  }
  return (
    <Panel title={t('reach.who')}>
      <form className="row-end" onSubmit={submit}>
        <BucketField buckets={buckets} bucket={bucket} onBucket={setBucket} />
        <TextInput
          label={t('reach.prefix')}
          autoComplete="off"
          spellCheck={false}
          maxLength={1024}
          value={prefix}
          onChange={(event) => setPrefix(event.currentTarget.value)}
        />
        <Button type="submit">{t('reach.ask')}</Button>
      </form>
      {asked !== null && <Who key={`${asked.bucket}/${asked.prefix}`} {...asked} />}
    </Panel>
  );
}

function BucketField({
  buckets,
  bucket,
  onBucket,
}: {
  buckets: readonly string[];
  bucket: string;
  onBucket: (bucket: string) => void;
}) {
  const { t } = useSpeech();
  return (
    <NativeSelect
      label={t('reach.bucket')}
      data={[{ value: '', label: t('request.choose') }, ...buckets]}
      value={bucket}
      onChange={(event) => onBucket(event.currentTarget.value)}
    />
  );
}

function Who({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { t } = useSpeech();
  const query = useInfiniteQuery({
    queryKey: ['who-reaches', bucket, prefix],
    queryFn: ({ pageParam }) => access.whoReaches(bucket, prefix, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page: WhoReaches) => page.next_cursor,
  });
  return (
    <Answer query={query}>
      {({ pages }) => (
        <>
          {!query.hasNextPage &&
            pages.every(({ items, everybody }) => items.length + everybody.length === 0) && (
              <Empty icon="users" title={t('reach.nobody')} />
            )}
          <ul className={classes.statements}>
            {pages.flatMap(({ items }) =>
              items.map((person) => (
                <li key={person.user} className={classes.statement}>
                  <h3 className="row">
                    <ThingName kind="users" id={person.user} name={person.name} />
                    <span className="tag">{t(`role.${person.role}`)}</span>
                  </h3>
                  <Acts acts={person.acts} />
                  {person.roles.map((way) => (
                    <div key={way.role}>
                      {t('reach.by_role')}{' '}
                      <ThingName kind="assumed-roles" id={way.role} name={way.name} />{' '}
                      <Way way={way} />
                    </div>
                  ))}
                </li>
              )),
            )}
          </ul>
          <More query={query}>{t('action.more')}</More>
          <Everybody pages={pages} />
          <Staff pages={pages} />
          <Roles pages={pages} />
          <Foreigners pages={pages} />
        </>
      )}
    </Answer>
  );
}

// Who does not sign in, where the bucket is open.
function Everybody({ pages }: { pages: readonly WhoReaches[] }) {
  const { t } = useSpeech();
  const acts = pages.flatMap((page) => page.everybody);
  if (acts.length === 0) return null;
  return (
    <>
      <h3 className="row">
        {t('reach.everybody')} <OpenMark />
      </h3>
      <Acts acts={acts} />
    </>
  );
}

// Of the provider, by interventions that are open.
function Staff({ pages }: { pages: readonly WhoReaches[] }) {
  const { t, time } = useSpeech();
  const staff = pages.flatMap((page) => page.staff);
  if (staff.length === 0) return null;
  return (
    <>
      <h3>{t('reach.staff')}</h3>
      <p className="soft">{t('reach.staff.means')}</p>
      <ul className={classes.statements}>
        {staff.map((each) => (
          <li key={each.intervention} className={classes.statement}>
            <h4 className="row">
              <span className="wrap-anywhere">{each.name}</span>
              <a href={`#/people/interventions/${each.intervention}`}>
                {t(`intervention.kind.${each.kind}`)}
              </a>
            </h4>
            <p className="soft wrap-anywhere">
              {t('reach.staff.until')} {time(each.expires_us)}
              {each.approved_by_name !== null && (
                <>
                  , {t('reach.staff.approved')} {each.approved_by_name}
                </>
              )}
            </p>
            <Acts acts={each.acts} />
          </li>
        ))}
      </ul>
    </>
  );
}

// What the sessions of roles to be assumed may do there, and who else can assume each.
function Roles({ pages }: { pages: readonly WhoReaches[] }) {
  const { t } = useSpeech();
  const roles = pages.flatMap((page) => page.roles);
  if (roles.length === 0) return null;
  return (
    <>
      <h3>{t('people.assumed-roles')}</h3>
      <p className="soft">{t('reach.roles.means')}</p>
      <ul className={classes.statements}>
        {roles.map((role) => (
          <li key={role.role} className={classes.statement}>
            <h4>
              <ThingName kind="assumed-roles" id={role.role} name={role.name} />
            </h4>
            <Acts acts={role.acts} />
            <Others role={role} />
          </li>
        ))}
      </ul>
    </>
  );
}

// Other accounts that the bucket's policy names.
function Foreigners({ pages }: { pages: readonly WhoReaches[] }) {
  const { t } = useSpeech();
  const foreigners = pages.flatMap((page) => page.foreigners);
  if (foreigners.length === 0) return null;
  return (
    <>
      <h3>{t('reach.foreigners')}</h3>
      <p className="soft">{t('reach.foreigners.means')}</p>
      <ul className={classes.reasons}>
        {foreigners.map((each, at) => (
          <li key={at}>
            <code className="wrap-anywhere">{each.principal}</code> {t(`reach.act.${each.act}`)}
            <Statement name={each.statement} />
            <Conditions conditions={each.conditions} />
          </li>
        ))}
      </ul>
    </>
  );
}

function UserField({
  users,
  user,
  onUser,
}: {
  users: readonly Pick<User, 'id' | 'name'>[];
  user: string;
  onUser: (user: string) => void;
}) {
  const { t } = useSpeech();
  return (
    <NativeSelect
      label={t('user')}
      data={users.map(({ id, name }) => ({ value: id, label: name }))}
      value={user}
      onChange={(event) => onUser(event.currentTarget.value)}
    />
  );
}

// What can this person do?
export function WhatPanel({ users, first }: { users: readonly User[]; first: string }) {
  const { t } = useSpeech();
  const [user, setUser] = useState(first);
  const query = useQuery({
    queryKey: ['what-reaches', user],
    queryFn: () => access.whatReaches(user),
  });
  return (
    <Panel title={t('reach.what')}>
      <div className="stack">
        {users.length > 1 && <UserField users={users} user={user} onUser={setUser} />}
        <Answer query={query}>
          {({ buckets, roles, services }) => (
            <>
              {buckets.length === 0 && roles.length === 0 && (
                <Empty icon="buckets" title={t('reach.nothing')} />
              )}
              <ul className={classes.statements}>
                {buckets.map(({ bucket, acts }) => (
                  <li key={bucket} className={classes.statement}>
                    <h3 className="wrap-anywhere">{bucket}</h3>
                    {acts.length === 0 ? (
                      <p className="soft">{t('reach.certainty.never')}</p>
                    ) : (
                      <Acts acts={acts} />
                    )}
                  </li>
                ))}
              </ul>
              <RolesOf roles={roles} />
              <Services services={services} />
            </>
          )}
        </Answer>
      </div>
    </Panel>
  );
}

// The roles that somebody can assume, and what each gives.
function RolesOf({ roles }: { roles: WhatReaches['roles'] }) {
  const { t } = useSpeech();
  if (roles.length === 0) return null;
  return (
    <>
      <h3>{t('reach.roles_of')}</h3>
      <ul className={classes.statements}>
        {roles.map((role) => (
          <li key={role.role} className={classes.statement}>
            <h4 className="row">
              <ThingName kind="assumed-roles" id={role.role} name={role.name} />
              <PrivilegedMark privileged={role.privileged} />
            </h4>
            <div>
              <Way way={role} />
            </div>
            {role.profiles.length > 0 && (
              <p className="soft wrap-anywhere">
                {t('reach.gives')} {role.profiles.join(', ')}
              </p>
            )}
            {role.buckets.map(({ bucket, acts }) => (
              <div key={bucket}>
                <h5 className="wrap-anywhere">{bucket}</h5>
                <Acts acts={acts} />
              </div>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

// Actions that are alike in all else stand together.
function Services({ services }: { services: WhatReaches['services'] }) {
  const { t } = useSpeech();
  if (services.length === 0) return null;
  const alike = new Map<string, { first: WhatReaches['services'][number]; actions: string[] }>();
  for (const service of services) {
    const key = JSON.stringify({ ...service, action: '' });
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { first: service, actions: [service.action] });
    else known.actions.push(service.action);
  }
  return (
    <>
      <h3>{t('reach.services')}</h3>
      <p className="soft">{t('reach.services.means')}</p>
      <ul className={classes.statements}>
        {[...alike.entries()].map(([key, { first, actions: named }]) => (
          <li key={key} className={classes.statement}>
            <h4 className="row">
              <code>{first.service}</code>
              <Certainty certainty={first.certainty} />
              {first.of === 'own_account' && (
                <span className="tag">{t('reach.on.own_account')}</span>
              )}
              {first.needs_second_factor && <span className="tag">{t('reach.with_factor')}</span>}
            </h4>
            <p>
              {named.map((action) => (
                <span key={action}>
                  <code>{action}</code>{' '}
                </span>
              ))}
            </p>
            <Reasons reasons={first.reasons} />
          </li>
        ))}
      </ul>
    </>
  );
}

const actions = [
  's3:GetObject',
  's3:ListBucket',
  's3:PutObject',
  's3:DeleteObject',
  's3:GetBucketPolicy',
  's3:PutBucketPolicy',
  's3:DeleteBucket',
  'iam:CreateUser',
  'iam:SetUserActive',
  'iam:ListUsers',
  'iam:DecideRequest',
  'iam:GiveProfile',
  'iam:CreateAccessKey',
  'audit:ListEvents',
];
const ofBuckets = (action: string) => action.startsWith('s3:');

// Would this request be allowed?
export function ExplainPanel({
  users,
  buckets,
  first,
}: {
  users: readonly User[];
  buckets: readonly string[];
  first: string;
}) {
  const { t } = useSpeech();
  const [user, setUser] = useState(first);
  const [action, setAction] = useState('s3:GetObject');
  const [bucket, setBucket] = useState('');
  const [key, setKey] = useState('');
  const [sourceIp, setSourceIp] = useState('');
  const [factor, setFactor] = useState(false);
  const [own, setOwn] = useState(false);
  const [role, setRole] = useState('');
  const [externalId, setExternalId] = useState('');
  const isComplete = !ofBuckets(action) || bucket !== '';
  const who = useWho();
  const known = useQuery({
    queryKey: ['assumed-roles'],
    queryFn: roles.list,
    enabled: may(who, 'iam:ListRoles'),
  });
  const explain = useMutation({
    mutationFn: () =>
      access.explain({
        user,
        action,
        ...(ofBuckets(action)
          ? { bucket, ...(key !== '' && { key }) }
          : { resource: own ? 'self' : '*' }),
        ...(sourceIp !== '' && { source_ip: sourceIp }),
        second_factor: factor,
        secure: true,
        ...(ofBuckets(action) &&
          role !== '' && { role, ...(externalId !== '' && { external_id: externalId }) }),
      }),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (isComplete && !explain.isPending) explain.mutate();
  }
  return (
    <Panel title={t('reach.explain')}>
      <form className="stack" onSubmit={submit} onChange={explain.reset}>
        <div className="row-end">
          {users.length > 1 && <UserField users={users} user={user} onUser={setUser} />}
          {known.data !== undefined && known.data.length > 0 && (
            <NativeSelect
              label={t('reach.in_role')}
              data={[
                { value: '', label: t('reach.in_role.none') },
                ...known.data.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              value={role}
              onChange={(event) => setRole(event.currentTarget.value)}
            />
          )}
          {role !== '' && (
            <TextInput
              label={t('reach.external_id')}
              autoComplete="off"
              spellCheck={false}
              value={externalId}
              onChange={(event) => setExternalId(event.currentTarget.value)}
            />
          )}
          <NativeSelect
            label={t('audit.action')}
            data={actions}
            value={action}
            onChange={(event) => setAction(event.currentTarget.value)}
          />
          {ofBuckets(action) ? (
            <>
              <BucketField buckets={buckets} bucket={bucket} onBucket={setBucket} />
              <TextInput
                label={t('reach.key')}
                autoComplete="off"
                spellCheck={false}
                value={key}
                onChange={(event) => setKey(event.currentTarget.value)}
              />
            </>
          ) : (
            <NativeSelect
              label={t('reach.resource')}
              data={[
                { value: '', label: t('reach.resource.organisation') },
                { value: 'self', label: t('reach.resource.self') },
              ]}
              value={own ? 'self' : ''}
              onChange={(event) => setOwn(event.currentTarget.value !== '')}
            />
          )}
          <TextInput
            label={t('reach.from')}
            autoComplete="off"
            spellCheck={false}
            value={sourceIp}
            onChange={(event) => setSourceIp(event.currentTarget.value)}
          />
        </div>
        <Switch
          label={t('reach.factor')}
          checked={factor}
          onChange={(event) => setFactor(event.currentTarget.checked)}
        />
        <div>
          <Button type="submit" loading={explain.isPending} disabled={!isComplete}>
            {t('reach.ask')}
          </Button>
        </div>
      </form>
      {explain.isError && <Failure error={explain.error} />}
      {explain.data !== undefined && (
        <div className="stack" role="status">
          <p className="row">
            <span className="chip" data-tone={explain.data.allowed ? 'accent' : 'fail'}>
              <Icon name={explain.data.allowed ? 'pass' : 'fail'} size={14} />
              {t(explain.data.allowed ? 'reach.allowed' : 'reach.denied')}
            </span>
            {explain.data.reason}
          </p>
          <Reasons reasons={explain.data.statements} />
        </div>
      )}
    </Panel>
  );
}
