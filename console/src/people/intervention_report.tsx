import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { identity, interventions } from '../api/routes';
import type { Intervention } from '../api/types';
import { useNowMs } from '../elements/clock';
import { Fact } from '../elements/facts';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { isStaff, may, useWho } from '../shell/rights';
import { ReportMark } from './intervention_marks';
import { mayReport, octetsLeft, reportOctetsMax, reportStateOf } from './interventions';
import classes from './people.module.css';

// What who broke the glass says of it afterwards: due, overdue, or there for good.
export function ReportPanel({ intervention }: { intervention: Intervention }) {
  const { t } = useSpeech();
  const state = reportStateOf(intervention, useNowMs());
  if (state === null) return null;
  return (
    <Panel title={t('intervention.report')} aside={<ReportMark intervention={intervention} />}>
      <div className="stack">
        {state === 'given' ? (
          <Given intervention={intervention} />
        ) : (
          <>
            <dl className="facts">
              <Fact term={t('intervention.report.until')}>
                <Moment us={intervention.report_due_us} />
              </Fact>
              <Fact term={t('intervention.report.from')}>
                {intervention.requested_by_name ?? '–'}
              </Fact>
            </dl>
            {state === 'later' ? (
              <p className="soft">{t('intervention.report.later')}</p>
            ) : (
              <Due intervention={intervention} />
            )}
          </>
        )}
      </div>
    </Panel>
  );
}

function Given({ intervention }: { intervention: Intervention }) {
  const { t } = useSpeech();
  return (
    <>
      <p className={classes['report']}>{intervention.report}</p>
      <p className="soft">
        {t('intervention.report.given')} {intervention.reported_by_name ?? '–'},{' '}
        <Moment us={intervention.reported_us} />
      </p>
    </>
  );
}

function Due({ intervention }: { intervention: Intervention }) {
  const { t } = useSpeech();
  const who = useWho();
  const isOpener = isStaff(who) && intervention.requested_by_name === who.user.name;
  const users = useQuery({
    queryKey: ['users', who.tenant.id],
    queryFn: () => identity.users(who.tenant.id),
    enabled: isStaff(who) && !isOpener && may(who, 'iam:ListUsers'),
  });
  const active = users.data?.filter((user) => user.active).map(({ name }) => name) ?? null;
  if (mayReport(who, intervention, active)) {
    return (
      <>
        {!isOpener && <p className="soft">{t('intervention.report.opener_gone')}</p>}
        <ReportForm intervention={intervention} />
      </>
    );
  }
  return (
    <p className="soft">
      {t(isStaff(who) ? 'intervention.report.opener' : 'intervention.report.customer')}
    </p>
  );
}

function ReportForm({ intervention }: { intervention: Intervention }) {
  const { t, number } = useSpeech();
  const queries = useQueryClient();
  const [report, setReport] = useState('');
  const left = octetsLeft(report.trim());
  const hand = useMutation({
    mutationFn: () => interventions.report(intervention.id, report.trim()),
    onSuccess: () => askAgain(queries, ['interventions']),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (left >= 0 && !hand.isPending) hand.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <Textarea
        label={t('intervention.report.text')}
        description={t('intervention.report.means')}
        error={
          left < 0 &&
          t('intervention.report.too_long', {
            over: number(-left),
            maximum: number(reportOctetsMax),
          })
        }
        required
        withAsterisk={false}
        rows={6}
        value={report}
        onChange={(event) => setReport(event.currentTarget.value)}
      />
      {hand.isError && <Failure error={hand.error} />}
      <div className="row">
        <Button type="submit" loading={hand.isPending}>
          {t('intervention.report.hand_in')}
        </Button>
      </div>
    </form>
  );
}
