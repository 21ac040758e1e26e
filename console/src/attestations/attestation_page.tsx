import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { attestations, identity } from '../api/routes';
import type { Attestation, AttestationTopic } from '../api/types';
import { Fact } from '../elements/facts';
import { Moment } from '../elements/moment';
import { More } from '../elements/more';
import { Page, Panel } from '../elements/page';
import { ReasonDialog } from '../elements/reason_dialog';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { SignDialog } from './sign_dialog';
import { StandingChip } from './standing';
import { isInForce, paragraphsOf } from './state';

// One topic: the whole text, who signed it and until when, and all that was signed before.
export function AttestationPage({ topic, tenant }: { topic: string; tenant: string }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['attestations', tenant],
    queryFn: () => attestations.topics(tenant),
  });
  const found = query.data?.find((each) => each.topic === topic);
  const who = useWho();
  const tenants = useQuery({
    queryKey: ['tenants'],
    queryFn: identity.tenants,
    enabled: tenant !== who.tenant.id,
  });
  return (
    <Page
      lead={tenants.data?.find(({ id }) => id === tenant)?.name}
      title={found === undefined ? t('attestations.title') : t(`attestations.topic.${found.topic}`)}
      above={
        <a href="#/attestations" className="back">
          {t('attestations.title')}
        </a>
      }
      actions={found !== undefined && <Acts topic={found} tenant={tenant} />}
    >
      <Answer query={query}>
        {() =>
          found === undefined ? (
            <p>{t('page.missing')}</p>
          ) : (
            <>
              <Standing topic={found} />
              <Text topic={found} />
              <HistoryPanel topic={found} tenant={tenant} />
            </>
          )
        }
      </Answer>
    </Page>
  );
}

function Acts({ topic, tenant }: { topic: AttestationTopic; tenant: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [open, setOpen] = useState<'sign' | 'withdraw' | null>(null);
  // Signed by one's own alone, whoever sees it.
  if (tenant !== who.tenant.id) return null;
  const { attestation } = topic;
  const close = () => setOpen(null);
  return (
    <>
      {may(who, 'attestation:SignAttestation') && (
        <Button onClick={() => setOpen('sign')}>
          {t(attestation === null ? 'attestations.sign' : 'attestations.sign.again')}
        </Button>
      )}
      {may(who, 'attestation:WithdrawAttestation') &&
        attestation !== null &&
        isInForce(topic.state) && (
          <Button variant="default" onClick={() => setOpen('withdraw')}>
            {t('attestations.withdraw')}
          </Button>
        )}
      {/* Who agreed to a text agreed to that one. */}
      {open === 'sign' && <SignDialog key={topic.text_sha256} topic={topic} onClose={close} />}
      {open === 'withdraw' && attestation !== null && (
        <ReasonDialog
          title={t('attestations.withdraw')}
          label={t('attestations.reason')}
          required
          onReason={async (reason) => {
            await attestations.withdraw(attestation.id, reason);
            await askAgain(queries, ['attestations']);
          }}
          onClose={close}
        >
          <p>{t('attestations.withdraw.means')}</p>
        </ReasonDialog>
      )}
    </>
  );
}

function Standing({ topic }: { topic: AttestationTopic }) {
  const { t } = useSpeech();
  const { attestation, state } = topic;
  return (
    <section className="panel panel-body stack" aria-label={t('attestations.facts')}>
      <div className="row">
        <StandingChip state={state} />
        {state !== 'signed' && <span>{t(`attestations.todo.${state}`)}</span>}
      </div>
      <dl className="facts">
        <Fact term={t('attestations.measure')}>
          <a href={`#/annex/${topic.measure}`} className="mono">
            {topic.measure}
          </a>
        </Fact>
        <Fact term={t('attestations.version')}>{topic.version}</Fact>
        {attestation !== null && (
          <>
            <Fact term={t('attestations.signed_by')}>
              {attestation.signer_active
                ? attestation.signed_by_name
                : t('attestations.signer_gone', { name: attestation.signed_by_name })}
            </Fact>
            <Fact term={t('attestations.signed')}>
              <Moment us={attestation.signed_us} />
            </Fact>
            <Fact term={t('attestations.ends')}>
              <Moment us={topic.sign_again_by_us ?? attestation.expires_us} />
            </Fact>
            {topic.names_administrators && (
              <Fact term={t('attestations.managers')}>
                <Managers attestation={attestation} />
              </Fact>
            )}
          </>
        )}
        <Fact term={t('attestations.hash')} wide>
          <code>{topic.text_sha256}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Managers({ attestation }: { attestation: Attestation }) {
  const { t } = useSpeech();
  return attestation.administrators
    .map(({ name, active }) => (active ? name : t('attestations.manager_gone', { name })))
    .join(', ');
}

function Text({ topic }: { topic: AttestationTopic }) {
  const { t, language } = useSpeech();
  return (
    <Panel title={t('attestations.text')}>
      <div className="stack">
        {paragraphsOf(topic.text[language]).map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </div>
    </Panel>
  );
}

function HistoryPanel({ topic, tenant }: { topic: AttestationTopic; tenant: string }) {
  const { t } = useSpeech();
  const query = useInfiniteQuery({
    queryKey: ['attestations', tenant, topic.topic],
    queryFn: ({ pageParam }) => attestations.history(tenant, topic.topic, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  return (
    <Panel title={t('attestations.history')} flush>
      <Answer query={query}>
        {({ pages }) => {
          const signed = pages.flatMap((page) => page.items);
          return signed.length === 0 ? (
            <Empty icon="seal" title={t('attestations.history.none')} />
          ) : (
            <HistoryTable signed={signed} />
          );
        }}
      </Answer>
      <More query={query}>{t('attestations.history.more')}</More>
    </Panel>
  );
}

function HistoryTable({ signed }: { signed: Attestation[] }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('attestations.signed'),
        t('attestations.signed_by'),
        t('attestations.version'),
        t('attestations.ends'),
        t('attestations.withdrawn'),
      ]}
      label={t('attestations.history')}
    >
      {signed.map((each) => (
        <tr key={each.id}>
          <th scope="row">
            <Moment us={each.signed_us} />
          </th>
          <td className="wrap-anywhere">{each.signed_by_name}</td>
          <td>{each.version}</td>
          <td>
            {each.superseded_us === null ? (
              <Moment us={each.expires_us} />
            ) : (
              t('attestations.replaced')
            )}
          </td>
          <td className="wrap-anywhere">
            {each.withdrawn_us !== null && (
              <>
                <Moment us={each.withdrawn_us} />, {each.withdrawn_by_name}
                <p className="soft">{each.withdrawn_reason}</p>
              </>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
