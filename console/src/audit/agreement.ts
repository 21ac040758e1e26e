// What was found out of an event, and what that proves.
import type { AuditEvent } from '../api/types';
import type { Inclusion } from './inclusion';

export interface Verified extends Inclusion {
  opened: boolean | null; // null: the reader may not have the month's key
  agrees: boolean;
}

// Proved is what was looked at whole. Where the browser knows no such signature, or the reader may
// not open the entry, nothing speaks against the event, and that is all.
export function verdictOf(found: Verified): 'pass' | 'unknown' | 'fail' {
  const { note, signature, included, opened, agrees } = found;
  if (note === null || signature === false || !included) return 'fail';
  if (opened === false || (opened === true && !agrees)) return 'fail';
  return signature === null || opened === null ? 'unknown' : 'pass';
}

// The same members with the same values, in whatever order.
function sameJson(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return left === right;
  }
  const a = left as Record<string, unknown>;
  const b = right as Record<string, unknown>;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => sameJson(a[name], b[name]))
  );
}

function textAt(value: unknown, ...path: (string | number)[]): string {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null) return '';
    here = (here as Record<string | number, unknown>)[name];
  }
  return typeof here === 'string' ? here : '';
}

// The id of the message that the event failed with; what is shown beside it are words for it.
export function reasonOf(event: AuditEvent): string {
  return textAt(event.ocsf, 'status_detail');
}

// Whether the opened entry says what the page shows: the whole event, and the fields that lists
// show of it (docs/formats/leaf.md), which the server took out.
export function saysTheSame(text: string | undefined, event: AuditEvent): boolean {
  let entry: unknown;
  try {
    entry = text === undefined ? null : JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof entry !== 'object' || entry === null || !sameJson(entry, event.ocsf)) return false;
  const { time, class_uid, status_id } = entry as Record<string, unknown>;
  return (
    event.time_us === (Number.isInteger(time) ? Number(time) * 1000 : 0) &&
    event.class_uid === class_uid &&
    event.outcome === (status_id === 1 ? 'success' : 'failure') &&
    event.action === textAt(entry, 'api', 'operation') &&
    event.actor === textAt(entry, 'actor', 'user', 'name') &&
    event.source_ip === textAt(entry, 'src_endpoint', 'ip') &&
    event.resource === textAt(entry, 'resources', 0, 'name') &&
    (event.reason === '') === (textAt(entry, 'status_detail') === '')
  );
}
