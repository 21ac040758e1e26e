import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useSpeech } from '../language/speech';

// The clock of all ages on the page: one tick every ten seconds.
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Nobody looked for a while: the last tick may be long ago.
  if (timer === undefined) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

// "3 minutes ago", the exact time in its title; nothing yet when there is none.
export function Moment({ us, never }: { us: number | null; never?: string }) {
  const speech = useSpeech();
  const nowMs = useSyncExternalStore(subscribe, () => now);
  if (us === null) return <span className="soft">{never ?? speech.t('time.never')}</span>;
  // A moment just past must not read "in 2 seconds" because the tick is older than it.
  const reference = Math.max(nowMs, Math.min(us / 1000, nowMs + 11_000));
  return (
    <Tooltip label={speech.time(us)}>
      <time dateTime={new Date(us / 1000).toISOString()}>{speech.age(us, reference)}</time>
    </Tooltip>
  );
}
