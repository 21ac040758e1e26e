import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { registers } from '../api/routes';
import type { ProviderDocument, ProviderSystem } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { DueDate, SystemChip, VersionChip } from './marks';

const names = ['documents', 'systems'] as const;
type Name = (typeof names)[number];

// What the provider writes down of itself: a list a register.
export function RegistersPage({ register }: { register: Name }) {
  const { t } = useSpeech();
  const who = useWho();
  return (
    <Page
      title={t('registers.title')}
      place={t(`registers.${register}`)}
      lead={t(`registers.${register}.lead`)}
      above={
        <a href="#/annex" className="back">
          {t('annex.title')}
        </a>
      }
      actions={
        may(who, 'registers:ExportEntries') && (
          <Button
            component="a"
            href={registers.exportAddress(register)}
            download
            variant="default"
            leftSection={<Icon name="download" />}
          >
            {t('registers.export')}
          </Button>
        )
      }
    >
      <nav className="tabs" aria-label={t('registers.title')}>
        {names.map((name) => (
          <a
            key={name}
            href={`#/registers/${name}`}
            aria-current={name === register ? 'page' : undefined}
          >
            {t(`registers.${name}`)}
          </a>
        ))}
      </nav>
      {register === 'documents' ? <Documents /> : <Systems />}
    </Page>
  );
}

function None({ register }: { register: Name }): ReactNode {
  const { t } = useSpeech();
  return (
    <Empty icon="file" title={t(`registers.${register}.none`)}>
      {t(`registers.${register}.none.todo`)}
    </Empty>
  );
}

function Documents() {
  const query = useQuery({ queryKey: ['registers', 'documents'], queryFn: registers.documents });
  return (
    <Panel flush>
      <Answer query={query}>
        {(found) =>
          found.length === 0 ? <None register="documents" /> : <DocumentTable found={found} />
        }
      </Answer>
    </Panel>
  );
}

function DocumentTable({ found }: { found: ProviderDocument[] }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('registers.document'),
        t('registers.topic'),
        t('registers.owner'),
        t('registers.version'),
        t('registers.due'),
      ]}
    >
      {found.map((each) => (
        <tr key={each.id}>
          <th scope="row" className="wrap-anywhere">
            <a href={`#/registers/documents/${each.id}`}>{each.title}</a>{' '}
            <span className="soft mono">{each.reference}</span>
          </th>
          <td>{t(`registers.topic.${each.topic}`)}</td>
          <td className="wrap-anywhere">{each.owner_role}</td>
          <td>
            {each.version === null ? (
              <VersionChip state="draft">{t('registers.version.none')}</VersionChip>
            ) : (
              each.version
            )}
          </td>
          <td>
            <DueDate us={each.due_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Systems() {
  const query = useQuery({ queryKey: ['registers', 'systems'], queryFn: registers.systems });
  return (
    <Panel flush>
      <Answer query={query}>
        {(found) =>
          found.length === 0 ? <None register="systems" /> : <SystemTable found={found} />
        }
      </Answer>
    </Panel>
  );
}

function SystemTable({ found }: { found: ProviderSystem[] }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('registers.system'),
        t('registers.state'),
        t('registers.sign_in'),
        t('registers.access_model'),
        t('registers.accounts'),
        t('registers.scanned'),
      ]}
    >
      {found.map((each) => (
        <tr key={each.id}>
          <th scope="row" className="wrap-anywhere">
            <a href={`#/registers/systems/${each.id}`}>{each.name}</a>{' '}
            <span className="soft">{t(`registers.environment.${each.environment}`)}</span>
          </th>
          <td>
            <SystemChip state={each.state} />
          </td>
          <td>{t(`registers.sign_in.${each.sign_in}`)}</td>
          <td className="wrap-anywhere">{each.access_document ?? '–'}</td>
          <td>{each.account_count}</td>
          <td>
            <Moment us={each.scanned_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
