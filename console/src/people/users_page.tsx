import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { identity } from '../api/routes';
import type { User } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { TenantChoice } from '../elements/tenant_choice';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { signInName } from '../sign_in/sign_in_name';
import { CreateUser } from './create_user';
import { FactorRulePanel } from './factor_rule';
import { kinds, matching, noFilter, type Kind, type UserFilter } from './filter';
import { InvitationsPanel } from './invitations_panel';
import { Invite } from './invite';
import { LostFactorsPanel } from './lost_factors';
import { FactorsMark, isPerson, PrivilegedMark, StatusMark } from './marks';
import { PeopleTabs } from './people_tabs';
import classes from './people.module.css';

export function UsersPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [tenant, setTenant] = useState(who.tenant.id);
  const [opened, setOpened] = useState<'create' | 'invite' | null>(null);
  const query = useQuery({
    queryKey: ['users', tenant],
    queryFn: () => identity.users(tenant),
  });
  // From above, a tenant gets its first user; from then on it looks after itself.
  const isRoom = tenant === who.tenant.id || query.data?.length === 0;
  const acts = isRoom && (
    <>
      {may(who, 'iam:Invite') && (
        <Button leftSection={<Icon name="plus" />} onClick={() => setOpened('invite')}>
          {t('invitations.invite')}
        </Button>
      )}
      {may(who, 'iam:CreateUser') && (
        <Button variant="default" onClick={() => setOpened('create')}>
          {t('users.create')}
        </Button>
      )}
    </>
  );
  return (
    <Page title={t('people.title')} lead={t('people.lead')} actions={acts}>
      <PeopleTabs at="users" />
      <TenantChoice label={t('users.tenant')} tenant={tenant} onTenant={setTenant} />
      <SignsInAs tenant={tenant} />
      <Answer query={query}>
        {(users) =>
          users.length === 0 ? (
            <Panel flush>
              <Empty icon="users" title={t('users.none')}>
                {t('users.none.todo')}
              </Empty>
            </Panel>
          ) : (
            <UserList key={tenant} users={users} />
          )
        }
      </Answer>
      <LostFactorsPanel key={`factors ${tenant}`} tenant={tenant} />
      {may(who, 'iam:ListInvitations') && <InvitationsPanel key={tenant} tenant={tenant} />}
      {tenant === who.tenant.id && may(who, 'iam:SetFactorRule') && <FactorRulePanel />}
      {opened === 'create' && <CreateUser tenant={tenant} onClose={() => setOpened(null)} />}
      {opened === 'invite' && <Invite tenant={tenant} onClose={() => setOpened(null)} />}
    </Page>
  );
}

// What its users type before their names.
function SignsInAs({ tenant }: { tenant: string }) {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['tenants'], queryFn: identity.tenants });
  const organisation = query.data?.find(({ id }) => id === tenant)?.organisation ?? '';
  if (organisation === '') return null;
  return (
    <p className="soft wrap-anywhere">
      {t('users.sign_in_as', { name: signInName(organisation, '…') })}
    </p>
  );
}

const rowsAtOnce = 100;

function UserList({ users }: { users: User[] }) {
  const { t, count } = useSpeech();
  const [filter, setFilter] = useState<UserFilter>(noFilter);
  const [rows, setRows] = useState(rowsAtOnce);
  const found = matching(users, filter);
  const change = (changed: Partial<UserFilter>) => {
    setFilter({ ...filter, ...changed });
    setRows(rowsAtOnce);
  };
  return (
    <>
      <Filters users={users} filter={filter} onFilter={change} />
      <Panel
        title={t('people.users')}
        flush
        aside={
          <span className="soft" role="status">
            {count('users.count', found.length, { of: users.length })}
          </span>
        }
      >
        {found.length === 0 ? (
          <Empty icon="search" title={t('users.none_match')}>
            <Button variant="default" size="xs" onClick={() => change(noFilter)}>
              {t('users.unfilter')}
            </Button>
          </Empty>
        ) : (
          <>
            <UserTable users={found.slice(0, rows)} />
            {found.length > rows && (
              <div className="more">
                <Button variant="default" onClick={() => setRows(rows + rowsAtOnce)}>
                  {t('action.more')}
                </Button>
              </div>
            )}
          </>
        )}
      </Panel>
    </>
  );
}

function Filters({
  users,
  filter,
  onFilter,
}: {
  users: User[];
  filter: UserFilter;
  onFilter: (changed: Partial<UserFilter>) => void;
}) {
  const { t } = useSpeech();
  const roles = [...new Set(users.map(({ role }) => role))].sort();
  return (
    <div className={`panel panel-body ${classes['filters'] ?? ''}`} role="search">
      <TextInput
        label={t('users.words')}
        type="search"
        leftSection={<Icon name="search" size={16} />}
        autoComplete="off"
        value={filter.words}
        onChange={(event) => onFilter({ words: event.currentTarget.value })}
      />
      <NativeSelect
        label={t('users.kind')}
        data={kinds.map((kind) => ({ value: kind, label: t(`users.kind.${kind}`) }))}
        value={filter.kind}
        onChange={(event) => onFilter({ kind: event.currentTarget.value as Kind })}
      />
      <NativeSelect
        label={t('user.role')}
        data={[
          { value: '', label: t('users.role.any') },
          ...roles.map((role) => ({ value: role, label: t(`role.${role}`) })),
        ]}
        value={filter.role}
        onChange={(event) => onFilter({ role: event.currentTarget.value })}
      />
    </div>
  );
}

function UserTable({ users }: { users: User[] }) {
  const { t } = useSpeech();
  const who = useWho();
  return (
    <Table
      columns={[
        t('user.name'),
        t('user.role'),
        t('user.status'),
        t('account.second_factor'),
        t('user.last_sign_in'),
      ]}
    >
      {users.map((user) => (
        <tr key={user.id}>
          <th scope="row" className="disk-cell">
            <span className="row">
              <a href={`#/people/users/${user.id}`} className="wrap-anywhere">
                <strong>{user.name}</strong>
              </a>
              {user.id === who.user.id && <span className="tag">{t('user.you')}</span>}
              {!isPerson(user) && <span className="tag">{t('program.tag')}</span>}
            </span>
            {user.email !== '' && <span className="soft wrap-anywhere">{user.email}</span>}
          </th>
          <td>
            <span className="row">
              {t(`role.${user.role}`)}
              <PrivilegedMark privileged={user.privileged} />
            </span>
          </td>
          <td>
            <StatusMark active={user.active} />
          </td>
          <td>{isPerson(user) ? <FactorsMark user={user} /> : '–'}</td>
          <td>
            <Moment us={user.last_sign_in_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
