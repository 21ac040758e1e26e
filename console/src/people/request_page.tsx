import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { askAgain } from '../api/again';
import { access } from '../api/routes';
import type { AccessRequest } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Failure } from '../elements/states';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { PrivilegedMark } from './marks';
import { BackTo } from './people_tabs';
import { RequestStateMark, RightName } from './request_marks';

export function RequestPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['requests', 'one', id], queryFn: () => access.request(id) });
  return (
    <Page title={t('request')} above={<BackTo at="requests" />}>
      <Answer query={query}>
        {(request) => (
          <>
            <Facts request={request} />
            {request.state === 'pending' && <Decision request={request} />}
          </>
        )}
      </Answer>
    </Page>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ request }: { request: AccessRequest }) {
  const { t, language } = useSpeech();
  const isPending = request.state === 'pending';
  return (
    <Panel>
      <dl className="facts">
        <Fact term={t('request.state')}>
          <RequestStateMark state={request.state} />
        </Fact>
        <Fact term={t(`request.kind.${request.kind}`)}>
          <span className="row">
            <RightName right={request} />
            <PrivilegedMark privileged={request.privileged} />
          </span>
        </Fact>
        <Fact term={t('request.holder')}>{request.holder}</Fact>
        <Fact term={t('request.duration')}>
          {request.duration_s === null ? '–' : formatDuration(request.duration_s * 1e6, language)}
        </Fact>
        <Fact term={t('request.asked_by')}>
          {request.requested_by_name ?? '–'}, <Moment us={request.requested_us} />
        </Fact>
        {isPending ? (
          <Fact term={t('request.lapses')}>
            <Moment us={request.pending_until_us} />
          </Fact>
        ) : (
          <Fact term={t('request.decided_by')}>
            {request.decided_by_name ?? '–'}, <Moment us={request.decided_us} never="–" />
          </Fact>
        )}
        <div className="wide">
          <dt>{t('request.reason')}</dt>
          <dd className="wrap-anywhere">{request.reason}</dd>
        </div>
        {request.decision_reason !== '' && (
          <div className="wide">
            <dt>{t('request.decision_reason')}</dt>
            <dd className="wrap-anywhere">{request.decision_reason}</dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}

// By another than who asked and whom it is for; those may cancel.
function Decision({ request }: { request: AccessRequest }) {
  const { t, count } = useSpeech();
  const who = useWho();
  const isMine = request.requested_by === who.user.id || request.user === who.user.id;
  return (
    <Panel title={t('request.decision')}>
      <div className="stack">
        <p>
          {request.deciders === 0
            ? t('request.no_decider')
            : count('request.deciders', request.deciders)}
        </p>
        {isMine ? (
          <Cancel request={request} />
        ) : (
          may(who, 'iam:DecideRequest') && <DecisionForm request={request} />
        )}
      </div>
    </Panel>
  );
}

function DecisionForm({ request }: { request: AccessRequest }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: (verb: 'approve' | 'refuse') => access.decide(request.id, verb, reason.trim()),
    onSuccess: () => askAgain(queries),
  });
  const isDoing = (verb: 'approve' | 'refuse') => decide.isPending && decide.variables === verb;
  return (
    <>
      <Textarea
        className="narrow"
        label={t('request.decision_reason')}
        description={t('request.decision_reason.what')}
        maxLength={1000}
        rows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {decide.isError && <Failure error={decide.error} />}
      <div className="row">
        <Button loading={isDoing('approve')} onClick={() => decide.mutate('approve')}>
          {t('request.approve')}
        </Button>
        <Button
          variant="default"
          loading={isDoing('refuse')}
          onClick={() => decide.mutate('refuse')}
        >
          {t('request.refuse')}
        </Button>
        <span className="soft">{t('request.at_once')}</span>
      </div>
    </>
  );
}

function Cancel({ request }: { request: AccessRequest }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  return (
    <div>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('request.cancel')}
      </Button>
      {asking && (
        <Confirm
          title={t('request.cancel')}
          action={t('request.cancel')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await access.cancel(request.id);
            await askAgain(queries, ['requests']);
          }}
        >
          {t('request.cancel.ask')}
        </Confirm>
      )}
    </div>
  );
}
