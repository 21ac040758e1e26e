import { useQuery, useQueryClient } from '@tanstack/react-query';
import { askAgain } from '../api/again';
import { access } from '../api/routes';
import type { AccessRequest } from '../api/types';
import { AskingButton } from '../elements/asking_button';
import { Fact } from '../elements/facts';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { write } from '../objects/policy';
import { may, useWho } from '../shell/rights';
import { DecisionForm } from './decision_form';
import { AskedDelegation } from './delegation_marks';
import { ThingName } from './held_panel';
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
        <Fact term={t('request.holder')}>
          {request.assumable_role === null ? (
            request.holder
          ) : (
            <ThingName kind="assumed-roles" id={request.assumable_role} name={request.holder} />
          )}
        </Fact>
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
        {isPending && request.delegation !== null && <AskedDelegation id={request.delegation} />}
        {request.trust !== null && (
          <Fact wide term={t('assumed.trust')}>
            <pre className="code" tabIndex={0} aria-label={t('assumed.trust')}>
              {write(request.trust)}
            </pre>
          </Fact>
        )}
        {request.approved_by_own_account && (
          <Fact wide term={t('request.own_account')}>
            {t('request.own_account.text')}
          </Fact>
        )}
        <Fact wide term={t('request.reason')}>
          {request.reason}
        </Fact>
        {request.decision_reason !== '' && (
          <Fact wide term={t('request.decision_reason')}>
            {request.decision_reason}
          </Fact>
        )}
      </dl>
    </Panel>
  );
}

// By another than who asked and whom it is for; those may cancel.
function Decision({ request }: { request: AccessRequest }) {
  const { t, count } = useSpeech();
  const queries = useQueryClient();
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
          may(who, 'iam:DecideRequest') && (
            <DecisionForm
              onDecide={async (verb, reason) => {
                await access.decide(request.id, verb, reason);
                await askAgain(queries);
              }}
            />
          )
        )}
      </div>
    </Panel>
  );
}

function Cancel({ request }: { request: AccessRequest }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  return (
    <div>
      <AskingButton
        label={t('request.cancel')}
        ask={t('request.cancel.ask')}
        run={async () => {
          await access.cancel(request.id);
          await askAgain(queries, ['requests']);
        }}
      />
    </div>
  );
}
