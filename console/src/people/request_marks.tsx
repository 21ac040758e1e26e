import type { AccessRequest, RequestState } from '../api/types';
import { Chip, type Tone } from '../elements/chip';
import type { IconName } from '../elements/icon';
import type { Key } from '../language/message';
import { hasMessage } from '../language/message';
import { useSpeech } from '../language/speech';

const signs: Readonly<Record<RequestState, { icon: IconName; tone: Tone }>> = {
  pending: { icon: 'stale', tone: 'stale' },
  approved: { icon: 'pass', tone: 'accent' },
  refused: { icon: 'fail', tone: 'unknown' },
  cancelled: { icon: 'no_data', tone: 'unknown' },
  lapsed: { icon: 'no_data', tone: 'unknown' },
};

export function RequestStateMark({ state }: { state: RequestState }) {
  const { t } = useSpeech();
  return <Chip {...signs[state]}>{t(`request.state.${state}`)}</Chip>;
}

// The name of a right: roles and rules have words of ours, the others names of people's own.
export function RightName({ right }: { right: Pick<AccessRequest, 'kind' | 'name'> | Named }) {
  const { t } = useSpeech();
  const family = right.kind === 'role' ? 'role' : right.kind === 'four_eyes' ? 'four_eyes' : null;
  const key = `${family ?? ''}.${right.name}`;
  if (family === null || !hasMessage(key)) {
    return <span className="wrap-anywhere">{right.name}</span>;
  }
  return <>{t(key as Key)}</>;
}

interface Named {
  kind: string;
  name: string;
}
