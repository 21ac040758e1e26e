import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  bundleOf,
  fromBase64,
  fromHex,
  isSigned,
  leafHash,
  nodeHash,
  readNote,
  rootOf,
  same,
  toHex,
  type Octets,
} from '../src/annex/merkle';
import { compareSections, matches, sectionsOf, tally } from '../src/annex/standing';
import type { Measure } from '../src/api/types';

function measure(id: string, section: string, changes: Partial<Measure> = {}): Measure {
  return {
    id,
    section,
    party: 'provider',
    text: { en: 'Three copies', fr: 'Trois copies à l’abri' },
    bound: true,
    verdict: 'pass',
    proof: 'observed',
    population: 1,
    violations: 0,
    checked_at_us: 1,
    ledger_index: 1,
    reason: '',
    ...changes,
  };
}

describe('the annex', () => {
  it('orders sections as the contract does', () => {
    expect(['10', '6a', '2', '6', '6b', '1'].sort(compareSections)).toEqual([
      '1',
      '2',
      '6',
      '6a',
      '6b',
      '10',
    ]);
  });

  it('shows what is broken first, and folds what has no check', () => {
    const [section] = sectionsOf([
      measure('S06-P-01', '6a'),
      measure('S06-P-03', '6a', { verdict: 'fail' }),
      measure('S06-P-04', '6a', { verdict: 'stale' }),
      measure('S06-P-02', '6a', { bound: false, verdict: 'no_data' }),
    ]);
    expect(section?.bound.map(({ id }) => id)).toEqual(['S06-P-03', 'S06-P-04', 'S06-P-01']);
    expect(section?.unbound.map(({ id }) => id)).toEqual(['S06-P-02']);
  });

  it('counts every verdict', () => {
    expect(tally([measure('a', '1'), measure('b', '1', { verdict: 'error' })])).toEqual({
      pass: 1,
      fail: 0,
      stale: 0,
      error: 1,
      no_data: 0,
    });
  });

  it('is searched in both languages, without accents', () => {
    const all = { party: 'all', verdict: 'all', words: '' } as const;
    const one = measure('S06-P-20', '6a');
    expect(matches(one, all)).toBe(true);
    expect(matches(one, { ...all, words: 'COPIES abri a' })).toBe(true);
    expect(matches(one, { ...all, words: 'p-20 three' })).toBe(true);
    expect(matches(one, { ...all, words: 'four' })).toBe(false);
    expect(matches(one, { ...all, party: 'client' })).toBe(false);
    expect(matches(one, { ...all, verdict: 'fail' })).toBe(false);
    expect(matches(measure('x', '1', { text: null }), { ...all, words: 'x' })).toBe(true);
  });
});

// The tree of RFC 6962 as its text defines it, by recursion: what the walk is compared with.
async function treeHash(leaves: readonly Octets[]): Promise<Octets> {
  if (leaves.length === 1) return leaves[0] as Octets;
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(await treeHash(leaves.slice(0, split)), await treeHash(leaves.slice(split)));
}

async function auditPath(index: number, leaves: readonly Octets[]): Promise<Octets[]> {
  if (leaves.length === 1) return [];
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...(await auditPath(index, left)), await treeHash(right)]
    : [...(await auditPath(index - split, right)), await treeHash(left)];
}

describe('an audit path', () => {
  it('leads each leaf of each small tree to its root, and no other', async () => {
    const entries = Array.from({ length: 20 }, (_, at) => Uint8Array.of(at, 7));
    const all = await Promise.all(entries.map((entry) => leafHash(entry)));
    for (let size = 1; size <= all.length; ++size) {
      const leaves = all.slice(0, size);
      const root = await treeHash(leaves);
      for (let index = 0; index < size; ++index) {
        const path = await auditPath(index, leaves);
        const leaf = leaves[index] as Octets;
        expect(toHex((await rootOf(leaf, index, size, path)) ?? new Uint8Array())).toBe(
          toHex(root),
        );
        const other = await rootOf(leaf, (index + 1) % size, size, path);
        if (size > 1) expect(other !== null && same(other, root)).toBe(false);
        expect(await rootOf(leaf, index, size, [...path, root])).toBeNull();
        if (path.length > 0) expect(await rootOf(leaf, index, size, path.slice(1))).toBeNull();
      }
    }
    expect(await rootOf(all[0] as Octets, 5, 5, [])).toBeNull();
  });

  it('hashes leaves as RFC 6962 does', async () => {
    const expected = createHash('sha256')
      .update(Buffer.from([0]))
      .digest('hex');
    expect(toHex(await leafHash(new Uint8Array()))).toBe(expected);
  });
});

describe('bundles of entries', () => {
  it.each([
    [0, 1, 'tile/entries/000.p/1', 0],
    [255, 256, 'tile/entries/000', 255],
    [256, 300, 'tile/entries/001.p/44', 0],
    [256 * 1234 + 3, 256 * 1235, 'tile/entries/x001/234', 3],
  ])('hold entry %d of %d', (index, size, path, place) => {
    expect(bundleOf(index, size)).toEqual({ path, place });
  });
});

describe('a signed note', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const name = 'belfry.example/tenant/1';
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const typed = Buffer.concat([Buffer.from([1]), raw]);
  const keyHash = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
  const verifierKey = `${name}+${keyHash.toString('hex')}+${typed.toString('base64')}`;
  const text = `${name}\n412\n${Buffer.alloc(32, 9).toString('base64')}\n`;
  const signature = Buffer.concat([keyHash, sign(null, Buffer.from(text), privateKey)]);
  const note = `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`;

  it('is read', () => {
    const read = readNote(note);
    expect(read?.size).toBe(412);
    expect(read?.origin).toBe(name);
    expect(toHex(read?.root ?? new Uint8Array())).toBe('09'.repeat(32));
    expect(readNote('nothing')).toBeNull();
    expect(readNote(note.replace('412', '-1'))).toBeNull();
  });

  it('is accepted with its key only', async () => {
    const read = readNote(note);
    const changed = readNote(note.replace('\n412\n', '\n413\n'));
    if (read === null || changed === null) throw new Error('unreadable');
    expect(await isSigned(read, verifierKey)).toBe(true);
    expect(await isSigned(changed, verifierKey)).toBe(false);
    expect(await isSigned(read, verifierKey.replace('example', 'elsewhere'))).toBe(false);
    expect(await isSigned(read, 'not a key')).toBe(false);
  });
});

describe('octets', () => {
  it('are read from text', () => {
    expect(toHex(fromHex('00ff7f'))).toBe('00ff7f');
    expect(toHex(fromBase64('AP9/'))).toBe('00ff7f');
  });
});
