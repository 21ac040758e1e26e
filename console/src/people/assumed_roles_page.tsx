import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { roles } from '../api/routes';
import type { AssumableRole } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { PrivilegedMark } from './marks';
import { PeopleTabs } from './people_tabs';

export function AssumedRolesPage() {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['assumed-roles'], queryFn: roles.list });
  const create = may(who, 'iam:CreateRole') && (
    <Button component="a" href="#/people/assumed-roles/new" leftSection={<Icon name="plus" />}>
      {t('assumed.create')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.assumed-roles')}
      lead={t('assumed.lead')}
      actions={create}
    >
      <PeopleTabs at="assumed-roles" />
      <Panel title={t('people.assumed-roles')} flush>
        <Answer query={query}>
          {(found) =>
            found.length === 0 ? (
              <Empty icon="users" title={t('assumed.none')}>
                {t('assumed.none.todo')}
              </Empty>
            ) : (
              <RoleTable found={found} />
            )
          }
        </Answer>
      </Panel>
    </Page>
  );
}

function RoleTable({ found }: { found: AssumableRole[] }) {
  const { t, language } = useSpeech();
  return (
    <Table
      columns={[t('assumed.name'), t('assumed.longest'), t('people.profiles'), t('time.created')]}
    >
      {found.map((role) => (
        <tr key={role.id}>
          <th scope="row" className="disk-cell">
            <span className="row">
              <a href={`#/people/assumed-roles/${role.id}`} className="wrap-anywhere">
                {role.name}
              </a>
              <PrivilegedMark privileged={role.privileged} />
            </span>
          </th>
          <td>{formatDuration(role.session_max_us, language)}</td>
          <td className="wrap-anywhere">
            {role.profiles.map(({ name }) => name).join(', ') || '–'}
          </td>
          <td>
            <Moment us={role.created_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
