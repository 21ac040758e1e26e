import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { MeasureDetail } from '../api/types';
import { Copyable } from '../elements/copyable';
import { Icon } from '../elements/icon';
import { Panel } from '../elements/page';
import { Empty, Failure } from '../elements/states';
import { hasMessage } from '../language/message';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { checkEvidence, type EvidenceCheck } from './evidence_check';
import classes from './annex.module.css';

// Where the verdict stands in the ledger, and how a reader who trusts nobody checks it.
export function EvidencePanel({ measure }: { measure: MeasureDetail }) {
  const { t, number } = useSpeech();
  const who = useWho();
  if (measure.ledger_index === null) {
    return (
      <Panel title={t('evidence.title')} flush>
        <Empty icon="seal" title={t('evidence.none')}>
          {t('evidence.none.todo')}
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel title={t('evidence.title')}>
      <div className="stack">
        <p className="soft">{t('evidence.means')}</p>
        <dl className="facts">
          <div>
            <dt>{t('evidence.index')}</dt>
            <dd data-ledger-index={measure.ledger_index}>{number(measure.ledger_index)}</dd>
          </div>
          <div>
            <dt>{t('evidence.log')}</dt>
            <dd className="mono">{measure.log_origin}</dd>
          </div>
          {measure.rows_root !== '' && (
            <div className="wide">
              <dt>{t('evidence.rows_root')}</dt>
              <dd className="mono">{measure.rows_root}</dd>
            </div>
          )}
        </dl>
        {who.tenant.kind === 'provider' ? (
          <>
            <HereAndNow index={measure.ledger_index} measure={measure} />
            <Offline />
          </>
        ) : (
          <p className="soft">{t('evidence.of_provider')}</p>
        )}
      </div>
    </Panel>
  );
}

function Offline() {
  const { t } = useSpeech();
  return (
    <>
      <h3>{t('evidence.offline')}</h3>
      <ol className={classes.steps}>
        <li>
          {t('evidence.offline.copy')}
          <Copyable label={t('evidence.offline.copy')} value={`belfry audit fetch ledger-copy`} />
        </li>
        <li>
          {t('evidence.offline.verify')}
          <Copyable label={t('evidence.offline.verify')} value={`belfry verify ledger-copy`} />
        </li>
      </ol>
    </>
  );
}

function HereAndNow({ index, measure }: { index: number; measure: MeasureDetail }) {
  const { t } = useSpeech();
  // The outcome is of the entry that it was asked for: the page goes on to newer ones.
  const check = useMutation({
    mutationFn: async (asked: { index: number; measure: MeasureDetail }) => ({
      index: asked.index,
      outcome: await checkEvidence(asked.index, asked.measure),
    }),
  });
  return (
    <div className="stack">
      <div className="row">
        <Button
          variant="default"
          leftSection={<Icon name="seal" />}
          loading={check.isPending}
          onClick={() => check.mutate({ index, measure })}
        >
          {t('evidence.check')}
        </Button>
        <span className="soft">{t('evidence.check.means')}</span>
      </div>
      {check.isError && <Failure error={check.error} />}
      <div role="status">{check.isSuccess && <Outcome {...check.data} />}</div>
    </div>
  );
}

function Outcome({ outcome, index }: { outcome: EvidenceCheck; index: number }) {
  const { t, number } = useSpeech();
  const args = { index: number(index), size: number(outcome.size) };
  const verdict = `verdict.${outcome.entry?.verdict ?? ''}`;
  return (
    <>
      <ul className={classes.checks}>
        <Step good={outcome.included}>
          {t(outcome.included ? 'evidence.included' : 'evidence.not_included', args)}
        </Step>
        <Step good={outcome.signature}>
          {t(
            outcome.signature === true
              ? 'evidence.signed'
              : outcome.signature === null
                ? 'evidence.signature_unknown'
                : 'evidence.not_signed',
          )}
        </Step>
        <Step good={outcome.agrees}>
          {outcome.entry === null
            ? t('evidence.not_opened', args)
            : t(outcome.agrees ? 'evidence.agrees' : 'evidence.differs', {
                measure: outcome.entry.measure,
                verdict: hasMessage(verdict) ? t(verdict) : outcome.entry.verdict,
                violations: number(outcome.entry.violations),
                population: number(outcome.entry.population),
              })}
        </Step>
      </ul>
      <p className="mono soft wrap-anywhere">{t('evidence.root', { root: outcome.root })}</p>
    </>
  );
}

function Step({ good, children }: { good: boolean | null; children: React.ReactNode }) {
  const name = good === true ? 'pass' : good === null ? 'no_data' : 'fail';
  return (
    <li data-outcome={name}>
      <Icon name={name} size={16} />
      <span>{children}</span>
    </li>
  );
}
