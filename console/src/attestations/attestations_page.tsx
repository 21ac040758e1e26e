import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { attestations } from '../api/routes';
import type { AttestationTopic } from '../api/types';
import { TenantChoice } from '../elements/tenant_choice';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { StandingChip } from './standing';

// What a customer is asked to attest, and how it stands to each.
export function AttestationsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [tenant, setTenant] = useState(who.tenant.id);
  const query = useQuery({
    queryKey: ['attestations', tenant],
    queryFn: () => attestations.topics(tenant),
  });
  return (
    <Page
      title={t('attestations.title')}
      above={
        <a href="#/annex" className="back">
          {t('annex.title')}
        </a>
      }
      lead={t('attestations.lead')}
    >
      <TenantChoice label={t('attestations.of')} tenant={tenant} onTenant={setTenant} />
      <Panel flush>
        <Answer query={query}>
          {(topics) =>
            topics.length === 0 ? (
              <Empty icon="seal" title={t('attestations.nothing_asked')}>
                {t('attestations.nothing_asked.todo')}
              </Empty>
            ) : (
              <TopicTable topics={topics} tenant={tenant} />
            )
          }
        </Answer>
      </Panel>
    </Page>
  );
}

function TopicTable({ topics, tenant }: { topics: AttestationTopic[]; tenant: string }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('attestations.topic'),
        t('attestations.state'),
        t('attestations.signed_by'),
        t('attestations.signed'),
        t('attestations.ends'),
      ]}
    >
      {topics.map(({ topic, measure, state, attestation, sign_again_by_us }) => (
        <tr key={topic}>
          <th scope="row">
            <a href={`#/attestations/${topic}/${tenant}`}>{t(`attestations.topic.${topic}`)}</a>{' '}
            <span className="soft mono">{measure}</span>
          </th>
          <td>
            <StandingChip state={state} />
          </td>
          <td className="wrap-anywhere">{attestation?.signed_by_name ?? '–'}</td>
          <td>{attestation === null ? '–' : <Moment us={attestation.signed_us} />}</td>
          <td>
            {attestation === null || attestation.withdrawn_us !== null ? (
              '–'
            ) : (
              <Moment us={sign_again_by_us ?? attestation.expires_us} />
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
