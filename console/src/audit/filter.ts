import type { AuditFilter } from '../api/routes';

// The form's fields, as they are typed.
export interface Fields {
  from: string;
  until: string;
  actor: string;
  action: string;
  resource: string;
}

export const noFields: Fields = { from: '', until: '', actor: '', action: '', resource: '' };

// "2026-11-23T10:00" of a datetime-local field, in the reader's time zone.
export function toUs(local: string): number | undefined {
  const ms = local === '' ? NaN : new Date(local).getTime();
  return Number.isNaN(ms) ? undefined : ms * 1000;
}

export function filterOf(fields: Fields): AuditFilter {
  const filter: AuditFilter = {};
  const from = toUs(fields.from);
  const until = toUs(fields.until);
  if (from !== undefined) filter.from_us = from;
  if (until !== undefined) filter.until_us = until;
  for (const name of ['actor', 'action', 'resource'] as const) {
    const value = fields[name].trim();
    if (value !== '') filter[name] = value;
  }
  return filter;
}

export function isEmpty(fields: Fields): boolean {
  return Object.values(fields).every((value: string) => value.trim() === '');
}
