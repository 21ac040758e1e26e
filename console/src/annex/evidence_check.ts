import { audit } from '../api/routes';
import type { MeasureDetail } from '../api/types';
import { checkInclusion } from '../audit/inclusion';
import { openEvent } from './leaf';
import { toHex } from './merkle';

// What the page shows of a measure, which the entry must say too.
export type Shown = Pick<
  MeasureDetail,
  'id' | 'verdict' | 'rows_root' | 'population' | 'violations'
>;

// What the entry says.
export interface Entry {
  measure: string;
  verdict: string;
  rows_root: string;
  population: number;
  violations: number;
}

export interface EvidenceCheck {
  size: number;
  root: string;
  signature: boolean | null; // null: this browser cannot check it
  included: boolean;
  entry: Entry | null; // null: it does not open, or is no evidence of a measure
  agrees: boolean; // the entry and the page say the same
}

// Fetches the signed checkpoint, the entry itself and its audit path; computes the root anew from
// the entry's octets, opens it with the month key, and compares it with what the page shows.
export async function checkEvidence(index: number, shown: Shown): Promise<EvidenceCheck> {
  const [checkpoint, keys] = await Promise.all([audit.checkpoint(), audit.keys()]);
  const found = await checkInclusion(index, checkpoint.note, keys.verifier_key);
  const outcome: EvidenceCheck = {
    size: found.note?.size ?? checkpoint.size,
    root: found.note === null ? checkpoint.root : toHex(found.note.root),
    signature: found.signature,
    included: found.included,
    entry: null,
    agrees: false,
  };
  if (found.leaf === null) return outcome;
  outcome.entry = entryOf(await openEvent(found.leaf, keys.month_keys));
  outcome.agrees = outcome.entry !== null && agrees(outcome.entry, shown);
  return outcome;
}

export function entryOf(text: string | null): Entry | null {
  if (text === null) return null;
  try {
    const event = JSON.parse(text) as {
      api?: { operation?: string };
      resources?: { name?: string }[];
      unmapped?: Record<string, string>;
    };
    const facts = event.unmapped ?? {};
    if (event.api?.operation !== 'measure:Evaluated') return null;
    return {
      measure: (event.resources?.[0]?.name ?? '').replace(/^measure:/, ''),
      verdict: facts['verdict'] ?? '',
      rows_root: facts['rows_root'] ?? '',
      population: Number(facts['population']),
      violations: Number(facts['violations']),
    };
  } catch {
    return null;
  }
}

// A verdict that was not renewed is shown as stale, whatever it was: nothing better than it says.
export function agrees(entry: Entry, shown: Shown): boolean {
  return (
    entry.measure === shown.id &&
    (entry.verdict === shown.verdict || shown.verdict === 'stale') &&
    entry.rows_root === shown.rows_root &&
    (shown.population === null || entry.population === shown.population) &&
    (shown.violations === null || entry.violations === shown.violations)
  );
}
