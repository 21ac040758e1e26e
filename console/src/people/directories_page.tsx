import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { issuers } from '../api/routes';
import type { Issuer } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { isForPeople } from './issuers';
import { PeopleTabs } from './people_tabs';

// With which directories people of the organisation sign in, and its programs assume roles.
export function DirectoriesPage() {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['directories'], queryFn: issuers.list });
  const add = may(who, 'iam:CreateIssuer') && (
    <Button component="a" href="#/people/directories/new" leftSection={<Icon name="plus" />}>
      {t('directories.add')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.directories')}
      lead={t('directories.lead')}
      actions={add}
    >
      <PeopleTabs at="directories" />
      <Panel title={t('people.directories')} flush>
        <Answer query={query}>
          {(found) =>
            found.length === 0 ? (
              <Empty icon="users" title={t('directories.none')}>
                {t('directories.none.todo')}
              </Empty>
            ) : (
              <IssuerTable found={found} />
            )
          }
        </Answer>
      </Panel>
    </Page>
  );
}

function IssuerTable({ found }: { found: Issuer[] }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('directories.url'),
        t('directories.purpose'),
        t('directory.organisation'),
        t('directories.client'),
        t('profiles.changed'),
      ]}
    >
      {found.map((issuer) => (
        <tr key={issuer.id}>
          <th scope="row" className="disk-cell">
            <a href={`#/people/directories/${issuer.id}`} className="wrap-anywhere">
              {issuer.url}
            </a>
          </th>
          <td>{t(`directories.purpose.${issuer.purpose}`)}</td>
          <td>
            <Organisation issuer={issuer} />
          </td>
          <td className="wrap-anywhere">{issuer.client_id ?? '–'}</td>
          <td>
            <Moment us={issuer.changed_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

// A directory for people without the name of an organisation serves nobody yet.
function Organisation({ issuer }: { issuer: Issuer }) {
  const { t } = useSpeech();
  if (issuer.organisation !== null) return issuer.organisation;
  return isForPeople(issuer.purpose) ? (
    <span className="soft">{t('directories.nobody')}</span>
  ) : (
    '–'
  );
}
