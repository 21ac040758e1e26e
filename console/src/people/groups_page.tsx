import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { rights } from '../api/routes';
import type { Group } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { NameDialog } from './name_dialog';
import { PeopleTabs } from './people_tabs';

export function GroupsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [creating, setCreating] = useState(false);
  const query = useQuery({ queryKey: ['groups'], queryFn: rights.groups });
  const create = may(who, 'iam:CreateGroup') && (
    <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('groups.create')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.groups')}
      lead={t('groups.lead')}
      actions={create}
    >
      <PeopleTabs at="groups" />
      <Panel title={t('people.groups')} flush>
        <Answer query={query}>
          {(groups) =>
            groups.length === 0 ? (
              <Empty icon="users" title={t('groups.none')}>
                {t('groups.none.todo')}
              </Empty>
            ) : (
              <GroupTable groups={groups} />
            )
          }
        </Answer>
      </Panel>
      {creating && (
        <NameDialog
          title={t('groups.create')}
          label={t('groups.name')}
          description={t('groups.name.like')}
          onClose={() => setCreating(false)}
          onName={async (name) => {
            const made = await rights.createGroup(name);
            await askAgain(queries, ['groups']);
            window.location.hash = `#/people/groups/${made.id}`;
          }}
        />
      )}
    </Page>
  );
}

function GroupTable({ groups }: { groups: Group[] }) {
  const { t, number } = useSpeech();
  return (
    <Table
      columns={[
        t('groups.name'),
        { title: t('groups.members'), className: 'numeric' },
        t('time.created'),
      ]}
    >
      {groups.map((group) => (
        <tr key={group.id}>
          <th scope="row" className="name-cell">
            <a href={`#/people/groups/${group.id}`} className="row">
              <Icon name="users" />
              <span className="wrap-anywhere">{group.name}</span>
            </a>
          </th>
          <td className="numeric">{number(group.members)}</td>
          <td>
            <Moment us={group.created_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
