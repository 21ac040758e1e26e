// What the annex says, counted and ordered. No wording here.
import type { Measure, Verdict } from '../api/types';

export const verdicts: readonly Verdict[] = ['pass', 'fail', 'stale', 'error', 'no_data'];

export type PartyFilter = 'all' | 'provider' | 'client';

export interface Filter {
  party: PartyFilter;
  verdict: Verdict | 'all';
  words: string;
}

export function tally(measures: readonly Measure[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { pass: 0, fail: 0, stale: 0, error: 0, no_data: 0 };
  for (const measure of measures) ++counts[measure.verdict];
  return counts;
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

// Every word must be found somewhere; accents and case do not matter.
export function matches(measure: Measure, filter: Filter): boolean {
  if (filter.party !== 'all' && measure.party !== filter.party) return false;
  if (filter.verdict !== 'all' && measure.verdict !== filter.verdict) return false;
  const where = plain(`${measure.id} ${measure.text?.en ?? ''} ${measure.text?.fr ?? ''}`);
  return plain(filter.words)
    .split(/\s+/)
    .every((word) => where.includes(word));
}

export interface Section {
  id: string;
  bound: Measure[]; // with a check, the failing ones first
  unbound: Measure[]; // without one yet
}

// "10" after "9", "6" before "6a".
export function compareSections(left: string, right: string): number {
  return parseInt(left, 10) - parseInt(right, 10) || left.localeCompare(right);
}

const urgency: Record<Verdict, number> = { fail: 0, error: 1, stale: 2, no_data: 3, pass: 4 };

export function sectionsOf(measures: readonly Measure[]): Section[] {
  const sections = new Map<string, Section>();
  for (const measure of measures) {
    let section = sections.get(measure.section);
    if (section === undefined) {
      section = { id: measure.section, bound: [], unbound: [] };
      sections.set(measure.section, section);
    }
    (measure.bound ? section.bound : section.unbound).push(measure);
  }
  for (const section of sections.values()) {
    section.bound.sort(
      (left, right) =>
        urgency[left.verdict] - urgency[right.verdict] || left.id.localeCompare(right.id),
    );
    section.unbound.sort((left, right) => left.id.localeCompare(right.id));
  }
  return [...sections.values()].sort((left, right) => compareSections(left.id, right.id));
}
