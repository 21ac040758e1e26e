import type { Intervention, InterventionState } from '../api/types';
import { Chip, type Tone } from '../elements/chip';
import { useNowMs } from '../elements/clock';
import type { IconName } from '../elements/icon';
import type { Key } from '../language/message';
import { useSpeech, type Speech } from '../language/speech';
import { choicesIn } from './builder';
import { everything, reportStateOf } from './interventions';
import classes from './people.module.css';

const signs: Readonly<Record<InterventionState, { icon: IconName; tone: Tone }>> = {
  pending: { icon: 'stale', tone: 'stale' },
  open: { icon: 'error', tone: 'error' },
  refused: { icon: 'fail', tone: 'unknown' },
  ended: { icon: 'pass', tone: 'accent' },
  lapsed: { icon: 'no_data', tone: 'unknown' },
};

export function InterventionStateMark({ state }: { state: InterventionState }) {
  const { t } = useSpeech();
  return <Chip {...signs[state]}>{t(`intervention.state.${state}`)}</Chip>;
}

// What is not an ordinary one says so.
export function KindMark({ kind }: Pick<Intervention, 'kind'>) {
  const { t } = useSpeech();
  if (kind === 'ordinary') return null;
  return (
    <Chip icon="error" tone="stale">
      {t('intervention.kind.break_glass')}
    </Chip>
  );
}

// A report that is due, and overdue; nothing where none is.
export function ReportMark({ intervention }: { intervention: Intervention }) {
  const { t } = useSpeech();
  switch (reportStateOf(intervention, useNowMs())) {
    case 'due':
      return (
        <Chip icon="stale" tone="stale">
          {t('intervention.report.due')}
        </Chip>
      );
    case 'overdue':
      return (
        <Chip icon="error" tone="error">
          {t('intervention.report.overdue')}
        </Chip>
      );
    default:
      return null;
  }
}

// What may be done, in words; null where there are none for it.
export function wordsOf(t: Speech['t'], actions: readonly string[]): string | null {
  if (actions.length === 1 && actions[0] === everything) return t('intervention.everything');
  const choices = choicesIn('objects', actions) ?? [];
  return choices.map((each) => t(`choice.${each}` as Key)).join(', ') || null;
}

export function ActionNames({ actions }: { actions: readonly string[] }) {
  return (
    <span className="row">
      {actions.map((action) => (
        <code key={action} className={classes['action']}>
          {action}
        </code>
      ))}
    </span>
  );
}

export function Where({ bucket }: Pick<Intervention, 'bucket'>) {
  const { t } = useSpeech();
  return bucket === null ? (
    <span>{t('intervention.everywhere')}</span>
  ) : (
    <span className="wrap-anywhere">{bucket}</span>
  );
}
