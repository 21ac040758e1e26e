import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { serviceAccounts } from '../api/routes';
import type { NewServiceAccount, ServiceAccount } from '../api/types';
import { Chip } from '../elements/chip';
import { FormDialog } from '../elements/form_dialog';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { PersonField } from './choose_person';
import { RoleField } from './create_user';
import { StatusMark } from './marks';
import { PeopleTabs } from './people_tabs';
import { UserNameField } from './user_name_field';

// Programs that are nobody's: all of them for an administrator, else those that one answers for.
export function ServiceAccountsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [creating, setCreating] = useState(false);
  const mayCreate = may(who, 'iam:CreateServiceAccount');
  const query = useQuery({ queryKey: ['service-accounts'], queryFn: serviceAccounts.list });
  const create = mayCreate && (
    <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('programs.create')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.service-accounts')}
      lead={t('programs.lead')}
      actions={create}
    >
      <PeopleTabs at="service-accounts" />
      <Panel title={t(mayCreate ? 'people.service-accounts' : 'programs.own')} flush>
        <Answer query={query}>
          {(accounts) =>
            accounts.length === 0 ? (
              <Empty icon="account" title={t('programs.none')}>
                {t(mayCreate ? 'programs.none.todo' : 'programs.none.own')}
              </Empty>
            ) : (
              <AccountTable accounts={accounts} />
            )
          }
        </Answer>
      </Panel>
      {creating && <CreateAccount onClose={() => setCreating(false)} />}
    </Page>
  );
}

function AccountTable({ accounts }: { accounts: ServiceAccount[] }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('user.name'),
        t('user.role'),
        t('programs.owner'),
        t('user.status'),
        t('time.last_used'),
      ]}
    >
      {accounts.map((account) => (
        <tr key={account.id}>
          <th scope="row" className="disk-cell">
            <a href={`#/people/service-accounts/${account.id}`} className="wrap-anywhere">
              <strong>{account.name}</strong>
            </a>
          </th>
          <td>{t(`role.${account.role}`)}</td>
          <td className="wrap-anywhere">{account.owner_name}</td>
          <td>
            <AccountStatus account={account} />
          </td>
          <td>
            <Moment us={account.last_used_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

// It rests while its owner is suspended or gone.
export function AccountStatus({ account }: { account: ServiceAccount }) {
  const { t } = useSpeech();
  if (account.active && !account.owner_active) {
    return (
      <Chip icon="error" tone="stale">
        {t('programs.rests')}
      </Chip>
    );
  }
  return <StatusMark active={account.active} />;
}

const roles: NewServiceAccount['role'][] = ['reader', 'member'];

function CreateAccount({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<NewServiceAccount['role']>('reader');
  const [owner, setOwner] = useState(who.user.id);
  return (
    <FormDialog
      title={t('programs.create')}
      onClose={onClose}
      onSubmit={async () => {
        const made = await serviceAccounts.create({ name: name.trim(), role, owner });
        await askAgain(queries, ['service-accounts']);
        await askAgain(queries, ['users']);
        window.location.hash = `#/people/service-accounts/${made.id}`;
      }}
    >
      <UserNameField name={name} onName={setName} />
      <RoleField
        role={role}
        roles={roles}
        onRole={(chosen) => setRole(chosen === 'member' ? chosen : 'reader')}
      />
      <PersonField
        label={t('programs.owner')}
        description={t('programs.owner.means')}
        person={owner}
        onPerson={setOwner}
      />
    </FormDialog>
  );
}
