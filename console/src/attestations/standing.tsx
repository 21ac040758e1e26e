import { Chip, type Tone } from '../elements/chip';
import type { IconName } from '../elements/icon';
import { useSpeech } from '../language/speech';
import type { State } from './state';

const signs: Readonly<Record<State, { icon: IconName; tone: Tone }>> = {
  never: { icon: 'no_data', tone: 'fail' },
  signed: { icon: 'pass', tone: 'pass' },
  ends_soon: { icon: 'stale', tone: 'stale' },
  text_changed: { icon: 'stale', tone: 'stale' },
  text_old: { icon: 'fail', tone: 'fail' },
  ended: { icon: 'fail', tone: 'fail' },
  withdrawn: { icon: 'fail', tone: 'fail' },
  administrator_gone: { icon: 'fail', tone: 'fail' },
};

export function StandingChip({ state }: { state: State }) {
  const { t } = useSpeech();
  return <Chip {...signs[state]}>{t(`attestations.state.${state}`)}</Chip>;
}
