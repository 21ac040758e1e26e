import { Chip, type Tone } from '../elements/chip';
import type { IconName } from '../elements/icon';
import { useSpeech } from '../language/speech';
import type { Standing } from './checklists';

const signs: Readonly<Record<Standing, { icon: IconName; tone: Tone }>> = {
  open: { icon: 'stale', tone: 'stale' },
  overdue: { icon: 'error', tone: 'error' },
  done: { icon: 'pass', tone: 'accent' },
  waived: { icon: 'no_data', tone: 'unknown' },
};

export function StandingMark({ standing }: { standing: Standing }) {
  const { t } = useSpeech();
  return <Chip {...signs[standing]}>{t(`list.state.${standing}`)}</Chip>;
}

// How many steps of a person are overdue; nothing where none is.
export function OverdueMark({ steps }: { steps: number }) {
  const { count } = useSpeech();
  if (steps === 0) return null;
  return (
    <Chip icon="error" tone="error">
      {count('persons.overdue', steps)}
    </Chip>
  );
}
