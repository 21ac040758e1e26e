import { useSyncExternalStore } from 'react';

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

// Now, in milliseconds: as of the last tick.
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => now);
}
