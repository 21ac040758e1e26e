import { useEffect, useState } from 'react';
import { audit, type AuditFilter } from '../api/routes';
import type { AuditEvent } from '../api/types';

// More than anybody reads; older ones are found by searching.
const keptMax = 500;
const again = 2000;

export interface Live {
  events: AuditEvent[]; // newest first
  failed: boolean; // it does not get through at the moment
}

const nothing: Live = { events: [], failed: false };

// Waits for events after `start`, one page after the other: each goes on where the one before
// ended, so that none is missed and none comes twice, whatever happens to the connection.
export function useLive(filter: AuditFilter, start: string | null): Live {
  const [live, setLive] = useState({ start, ...nothing });
  useEffect(() => {
    if (start === null) return undefined;
    const stop = new AbortController();
    let cursor: string = start;
    const take = async () => {
      const page = await audit.later(filter, cursor, stop.signal);
      cursor = page.next_cursor ?? cursor;
      setLive((before) => {
        const events = before.start === start ? before.events : [];
        return {
          start,
          events: [...page.items.toReversed(), ...events].slice(0, keptMax),
          failed: false,
        };
      });
    };
    const follow = async () => {
      while (!stop.signal.aborted) {
        try {
          await take();
        } catch {
          if (stop.signal.aborted) return;
          setLive((before) => ({ ...before, failed: true }));
          await new Promise((resolve) => setTimeout(resolve, again));
        }
      }
    };
    void follow();
    return () => stop.abort();
  }, [filter, start]);
  return start !== null && live.start === start ? live : nothing;
}
