import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { delegations } from '../api/routes';
import type { Delegation } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { DelegatedActs, GivenThere } from './delegation_marks';
import { NewDelegation } from './new_delegation';
import { PeopleTabs } from './people_tabs';

// Who looks after which group: all of it for an administrator, else what one looks after oneself.
export function DelegationsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [creating, setCreating] = useState(false);
  const mayCreate = may(who, 'iam:CreateDelegation');
  const query = useQuery({ queryKey: ['delegations'], queryFn: () => delegations.list(null) });
  const create = mayCreate && (
    <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('delegations.create')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.delegations')}
      lead={t('delegations.lead')}
      actions={create}
    >
      <PeopleTabs at="delegations" />
      <Panel title={t(mayCreate ? 'people.delegations' : 'delegations.own')} flush>
        {!mayCreate && <p className="panel-body soft">{t('delegations.own.means')}</p>}
        <Answer query={query}>
          {(found) =>
            found.length === 0 ? (
              <Empty
                icon="users"
                title={t(mayCreate ? 'delegations.none' : 'delegations.none.mine')}
              >
                {t(mayCreate ? 'delegations.none.todo' : 'delegations.none.own')}
              </Empty>
            ) : (
              <DelegationTable found={found} />
            )
          }
        </Answer>
      </Panel>
      {creating && <NewDelegation onClose={() => setCreating(false)} />}
    </Page>
  );
}

function DelegationTable({ found }: { found: Delegation[] }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<Delegation | null>(null);
  const mayEnd = may(who, 'iam:EndDelegation');
  const wordsOf = ({ delegate_name, unit_name }: Delegation) => ({
    name: delegate_name,
    unit: unit_name,
  });
  return (
    <>
      <Table
        columns={[
          t('delegations.delegate'),
          t('delegations.unit.short'),
          t('delegations.acts'),
          t('delegations.gives'),
          t('time.expires'),
        ]}
        acts={mayEnd}
        label={t('people.delegations')}
      >
        {found.map((each) => (
          <tr key={each.id}>
            <th scope="row" className="disk-cell wrap-anywhere">
              {each.delegate_name}
            </th>
            <td className="wrap-anywhere">{each.unit_name}</td>
            <td>
              <DelegatedActs delegation={each} />
            </td>
            <td>
              <GivenThere delegation={each} />
            </td>
            <td>
              {each.request === null ? (
                <Moment us={each.expires_us} never={t('time.never_ends')} />
              ) : (
                <a href={`#/people/requests/${each.request}`}>{t('delegations.asked')}</a>
              )}
            </td>
            {mayEnd && (
              <td className="numeric">
                {each.request === null && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('delegations.end.of', wordsOf(each))}
                    onClick={() => setDoomed(each)}
                  >
                    {t('delegations.end')}
                  </Button>
                )}
              </td>
            )}
          </tr>
        ))}
      </Table>
      {doomed !== null && (
        <Confirm
          title={t('delegations.end.title')}
          action={t('delegations.end.title')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await delegations.end(doomed.id);
            await askAgain(queries, ['delegations']);
            await askAgain(queries, ['users']);
          }}
        >
          {t('delegations.end.ask', wordsOf(doomed))}
        </Confirm>
      )}
    </>
  );
}
