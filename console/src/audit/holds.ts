import type { HoldFilter } from '../api/types';
import type { AuditFilter } from '../api/routes';

// A search of the log as a hold keeps it: without the end of its time, which is asked for.
export function holdFilterOf(filter: AuditFilter, untilUs: number | undefined): HoldFilter {
  const details = (filter.detail ?? []).map((text) => {
    const equals = text.indexOf('=');
    return { name: text.slice(0, Math.max(equals, 0)), value: text.slice(equals + 1) };
  });
  const held: HoldFilter = { details };
  if (filter.from_us !== undefined) held.from_us = filter.from_us;
  if (untilUs !== undefined) held.until_us = untilUs;
  for (const name of ['actor', 'action', 'resource', 'source_ip', 'reason'] as const) {
    const text = filter[name];
    if (text !== undefined) held[name] = text;
  }
  // As it is in the address: what is none is refused, and not held without it.
  if (filter.outcome !== undefined)
    held.outcome = filter.outcome as NonNullable<HoldFilter['outcome']>;
  if (filter.class_uid !== undefined) held.class_uid = filter.class_uid;
  return held;
}

// What a hold is about but its span of time, each as the search of the log names it.
export function wordsOf(filter: HoldFilter): string[] {
  const words: string[] = [];
  for (const name of ['actor', 'action', 'resource', 'source_ip', 'reason', 'outcome'] as const) {
    const text = filter[name];
    if (text !== undefined && text !== null && text !== '') words.push(`${name}=${text}`);
  }
  if (typeof filter.class_uid === 'number') words.push(`class_uid=${String(filter.class_uid)}`);
  for (const { name, value } of filter.details ?? []) words.push(`${name}=${value}`);
  return words;
}
