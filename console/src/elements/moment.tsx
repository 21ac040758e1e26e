import { Tooltip } from '@mantine/core';
import { useSpeech } from '../language/speech';
import { useNowMs } from './clock';

// "3 minutes ago", the exact time in its title; nothing yet when there is none.
export function Moment({ us, never }: { us: number | null; never?: string }) {
  const speech = useSpeech();
  const nowMs = useNowMs();
  if (us === null) return <span className="soft">{never ?? speech.t('time.never')}</span>;
  // A moment just past must not read "in 2 seconds" because the tick is older than it.
  const reference = Math.max(nowMs, Math.min(us / 1000, nowMs + 11_000));
  return (
    <Tooltip label={speech.time(us)}>
      <time dateTime={new Date(us / 1000).toISOString()}>{speech.age(us, reference)}</time>
    </Tooltip>
  );
}
