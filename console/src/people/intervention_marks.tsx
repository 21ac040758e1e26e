import type { Intervention, InterventionState } from '../api/types';
import { Chip, type Tone } from '../elements/chip';
import type { IconName } from '../elements/icon';
import type { Key } from '../language/message';
import { useSpeech, type Speech } from '../language/speech';
import { choicesIn } from './builder';
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

// What may be done, in words; null where there are none for it.
export function wordsOf(t: Speech['t'], actions: readonly string[]): string | null {
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
