import { useQuery, useQueryClient } from '@tanstack/react-query';
import { askAgain } from '../api/again';
import { interventions } from '../api/routes';
import type { Intervention } from '../api/types';
import { AskingButton } from '../elements/asking_button';
import { useNowMs } from '../elements/clock';
import { Fact } from '../elements/facts';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { isStaff, may, useWho } from '../shell/rights';
import { DecisionForm } from './decision_form';
import { ActionNames, InterventionStateMark, Where, wordsOf } from './intervention_marks';
import { ReportPanel } from './intervention_report';
import {
  isOnOurs,
  isMine,
  leftSeconds,
  logOf,
  mayDecide,
  mayEnd,
  refreshMs,
} from './interventions';
import { BackTo } from './people_tabs';

export function InterventionPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['interventions', 'one', id],
    queryFn: () => interventions.one(id),
    refetchInterval: refreshMs,
  });
  const found = query.data;
  return (
    <Page
      title={
        found === undefined
          ? t('intervention')
          : t(`intervention.of.${found.kind}`, { staff: found.staff_name })
      }
      above={<BackTo at="interventions" />}
      actions={found !== undefined && <End intervention={found} />}
    >
      <Answer query={query}>
        {(intervention) => (
          <>
            <Facts intervention={intervention} />
            <Deed intervention={intervention} />
            <ReportPanel intervention={intervention} />
            {intervention.state === 'pending' && <Decision intervention={intervention} />}
          </>
        )}
      </Answer>
    </Page>
  );
}

// Who asks, why, and what became of it.
function Facts({ intervention }: { intervention: Intervention }) {
  const { t, language } = useSpeech();
  const who = useWho();
  const { state } = intervention;
  return (
    <Panel>
      <dl className="facts">
        <Fact term={t('request.state')}>
          <InterventionStateMark state={state} />
        </Fact>
        <Fact term={t('intervention.kind')}>{t(`intervention.kind.${intervention.kind}`)}</Fact>
        <Fact term={t('intervention.staff')}>{intervention.staff_name}</Fact>
        {(isStaff(who) || !isOnOurs(who, intervention)) && (
          <Fact term={t('intervention.customer')}>{intervention.tenant_name}</Fact>
        )}
        <Fact term={t('request.duration')}>
          {formatDuration(intervention.duration_s * 1e6, language)}
        </Fact>
        <Fact term={t('request.asked_by')}>
          {intervention.requested_by_name ?? '–'}, <Moment us={intervention.requested_us} />
        </Fact>
        {state === 'pending' && (
          <Fact term={t('request.lapses')}>
            <Moment us={intervention.pending_until_us} />
          </Fact>
        )}
        {intervention.decided_us !== null && (
          <Fact term={t('request.decided_by')}>
            {intervention.decided_by_name ?? '–'}, <Moment us={intervention.decided_us} />
          </Fact>
        )}
        {state === 'open' && (
          <Fact term={t('intervention.expires')}>
            <Moment us={intervention.expires_us} />
          </Fact>
        )}
        {state === 'ended' && (
          <Fact term={t('intervention.ended')}>
            <Ending intervention={intervention} />
          </Fact>
        )}
        <Fact wide term={t('request.reason')}>
          {intervention.reason}
        </Fact>
        {intervention.decision_reason !== '' && (
          <Fact wide term={t('request.decision_reason')}>
            {intervention.decision_reason}
          </Fact>
        )}
      </dl>
    </Panel>
  );
}

function Ending({ intervention }: { intervention: Intervention }) {
  const { t } = useSpeech();
  const { end_reason, ended_by_name, ended_us } = intervention;
  return (
    <>
      {end_reason !== null && t(`intervention.end.${end_reason}`)}
      {ended_by_name !== null && ` (${ended_by_name})`}, <Moment us={ended_us} />
    </>
  );
}

// What it lets do, and where the log tells what was done.
function Deed({ intervention }: { intervention: Intervention }) {
  const { t } = useSpeech();
  const who = useWho();
  const words = wordsOf(t, intervention.actions);
  return (
    <Panel title={t('intervention.allows')}>
      <div className="stack">
        <dl className="facts">
          {words !== null && <Fact term={t('grant.choices')}>{words}</Fact>}
          <Fact term={t('statement.where')}>
            <Where bucket={intervention.bucket} />
          </Fact>
          <Fact wide term={t('intervention.actions')}>
            <ActionNames actions={intervention.actions} />
          </Fact>
          <Fact wide term={t('intervention.arn')}>
            <code className="wrap-anywhere">{intervention.staff_arn}</code>
          </Fact>
        </dl>
        {may(who, 'audit:ListEvents') && (isStaff(who) || isOnOurs(who, intervention)) && (
          <p>
            <a href={logOf(intervention)}>{t('intervention.log')}</a>
          </p>
        )}
      </div>
    </Panel>
  );
}

// By another administrator of the provider than who asked or acts. A customer sees that it waits.
function Decision({ intervention }: { intervention: Intervention }) {
  const { t, count } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  return (
    <Panel title={t('request.decision')}>
      <div className="stack">
        <p>
          {intervention.deciders === 0
            ? t('request.no_decider')
            : count('request.deciders', intervention.deciders)}
        </p>
        {intervention.kind === 'break_glass' && <TimeLeft intervention={intervention} />}
        {!isStaff(who) && <p className="soft">{t('intervention.waits')}</p>}
        {isMine(who, intervention) && <p className="soft">{t('intervention.own')}</p>}
        {mayDecide(who, intervention) && (
          <DecisionForm
            onDecide={async (verb, reason) => {
              await interventions.decide(intervention.id, verb, reason);
              await askAgain(queries, ['interventions']);
            }}
          />
        )}
      </div>
    </Panel>
  );
}

// In an emergency there is a quarter of an hour to approve it: minutes count.
function TimeLeft({ intervention }: { intervention: Intervention }) {
  const { t, language } = useSpeech();
  const left = leftSeconds(intervention, useNowMs());
  return (
    <p className="notice">
      {left === 0
        ? t('intervention.left.none')
        : t('intervention.left', { time: formatDuration(left * 1e6, language) })}
    </p>
  );
}

function End({ intervention }: { intervention: Intervention }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  if (!mayEnd(who, intervention)) return null;
  const act = intervention.state === 'open' ? 'end' : 'stop';
  return (
    <AskingButton
      label={t(`intervention.do.${act}`)}
      ask={t(`intervention.ask.${act}`, { staff: intervention.staff_name })}
      run={async () => {
        await interventions.end(intervention.id);
        await askAgain(queries, ['interventions']);
      }}
    />
  );
}
