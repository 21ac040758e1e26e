import type { AuditFilter } from '../api/routes';
import { toSegment } from '../objects/place';

// The form's fields, as they are typed and as they stand in the page's address.
export interface Fields {
  range: string;
  from: string;
  until: string;
  actor: string;
  action: string;
  resource: string;
  outcome: string;
  source: string;
  class: string;
  reason: string;
  detail: string; // name=value, several apart by spaces
}

export const noFields: Fields = {
  range: '',
  from: '',
  until: '',
  actor: '',
  action: '',
  resource: '',
  outcome: '',
  source: '',
  class: '',
  reason: '',
  detail: '',
};

const names = Object.keys(noFields) as (keyof Fields)[];

const hour = 3_600_000;
// How far back each range of time goes. `custom` has its ends in `from` and `until`.
export const ranges: Readonly<Record<string, number>> = {
  hour,
  day: 24 * hour,
  week: 7 * 24 * hour,
  month: 30 * 24 * hour,
  quarter: 91 * 24 * hour,
  year: 366 * 24 * hour,
};

// OCSF classes that the ledger has (docs/formats/leaf.md).
export const classes = ['6003', '3002', '3003', '3004', '3007', '2003'] as const;

export function readFields(text: string): Fields {
  const search = new URLSearchParams(text);
  const fields = { ...noFields };
  for (const name of names) fields[name] = search.get(name) ?? '';
  return fields;
}

// The page's address with these fields, without the `#`.
export function placeOfFields(fields: Fields): string {
  const search = new URLSearchParams();
  for (const name of names) if (fields[name] !== '') search.set(name, fields[name]);
  const text = search.toString();
  return text === '' ? '/audit' : `/audit/${toSegment(text)}`;
}

// Without spaces around, and without the ends of another range.
export function tidied(fields: Fields): Fields {
  const tidy = { ...fields };
  for (const name of names) tidy[name] = tidy[name].trim();
  if (tidy.range !== 'custom') tidy.from = tidy.until = '';
  return tidy;
}

// "2026-11-23T10:00" of a datetime-local field, in the reader's time zone.
export function toUs(local: string): number | undefined {
  const ms = local === '' ? NaN : new Date(local).getTime();
  return Number.isNaN(ms) ? undefined : ms * 1000;
}

export function filterOf(fields: Fields, nowMs: number): AuditFilter {
  const filter: AuditFilter = {};
  const back = ranges[fields.range];
  const from = back === undefined ? toUs(fields.from) : (nowMs - back) * 1000;
  const until = back === undefined ? toUs(fields.until) : undefined;
  if (from !== undefined) filter.from_us = from;
  if (until !== undefined) filter.until_us = until;
  for (const name of ['actor', 'action', 'resource', 'outcome', 'reason'] as const) {
    if (fields[name] !== '') filter[name] = fields[name];
  }
  if (fields.source !== '') filter.source_ip = fields.source;
  if (/^\d+$/.test(fields.class)) filter.class_uid = Number(fields.class);
  const details = fields.detail.split(/\s+/).filter((each) => each !== '');
  if (details.length > 0) filter.detail = details;
  return filter;
}

export function isEmpty(fields: Fields): boolean {
  return names.every((name) => fields[name] === '');
}
