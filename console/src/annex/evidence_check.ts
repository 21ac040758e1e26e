import { audit } from '../api/routes';
import type { MeasureDetail } from '../api/types';
import { entryAt, openEvent } from './leaf';
import { bundleOf, fromHex, isSigned, leafHash, readNote, rootOf, same, toHex } from './merkle';

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
  const note = readNote(checkpoint.note);
  const outcome: EvidenceCheck = {
    size: note?.size ?? checkpoint.size,
    root: note === null ? checkpoint.root : toHex(note.root),
    signature: note === null ? false : await isSigned(note, keys.verifier_key),
    included: false,
    entry: null,
    agrees: false,
  };
  if (note === null || index >= note.size) return { ...outcome, signature: false };
  const { path, place } = bundleOf(index, note.size);
  const [bundle, proof] = await Promise.all([audit.tile(path), audit.proof(index, note.size)]);
  const leaf = entryAt(Uint8Array.from(bundle), place);
  if (leaf === null) return outcome;
  const computed = await rootOf(await leafHash(leaf), index, note.size, proof.hashes.map(fromHex));
  outcome.included = computed !== null && same(computed, note.root);
  outcome.entry = entryOf(await openEvent(leaf, keys.month_keys));
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
