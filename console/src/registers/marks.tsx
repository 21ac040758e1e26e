import type { ReactNode } from 'react';
import type { DocumentVersion, ProviderSystem } from '../api/types';
import { Chip, type Tone } from '../elements/chip';
import { useNowMs } from '../elements/clock';
import type { IconName } from '../elements/icon';
import { Moment } from '../elements/moment';
import { useSpeech } from '../language/speech';

const signs: Readonly<Record<DocumentVersion['state'], { icon: IconName; tone: Tone }>> = {
  draft: { icon: 'no_data', tone: 'unknown' },
  approved: { icon: 'pass', tone: 'pass' },
  superseded: { icon: 'stale', tone: 'unknown' },
  withdrawn: { icon: 'fail', tone: 'unknown' },
};

// Of a version; without other words, its state.
export function VersionChip({
  state,
  children,
}: {
  state: DocumentVersion['state'];
  children?: ReactNode;
}) {
  const { t } = useSpeech();
  return <Chip {...signs[state]}>{children ?? t(`registers.state.${state}`)}</Chip>;
}

export function SystemChip({ state }: { state: ProviderSystem['state'] }) {
  const { t } = useSpeech();
  const isThere = state === 'in_service';
  return (
    <Chip icon={isThere ? 'pass' : 'no_data'} tone={isThere ? 'pass' : 'unknown'}>
      {t(`registers.state.${state}`)}
    </Chip>
  );
}

// When a review is due, marked once that has passed.
export function DueDate({ us }: { us: number | null }) {
  const { t } = useSpeech();
  const nowMs = useNowMs();
  if (us === null) return <span className="soft">–</span>;
  return (
    <span className="row">
      <Moment us={us} />
      {us / 1000 <= nowMs && (
        <Chip icon="fail" tone="fail">
          {t('registers.overdue')}
        </Chip>
      )}
    </span>
  );
}
