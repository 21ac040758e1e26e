import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon';

export type Tone = 'pass' | 'fail' | 'stale' | 'error' | 'unknown' | 'accent';

// A state: a sign, a word and a tint.
export function Chip({
  icon,
  tone,
  children,
}: {
  icon: IconName;
  tone: Tone;
  children: ReactNode;
}) {
  return (
    <span className="chip" data-tone={tone}>
      <Icon name={icon} size={14} />
      {children}
    </span>
  );
}
