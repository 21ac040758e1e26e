import {
  createCipheriv,
  createHash,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkEvidence, type Shown } from '../src/annex/evidence_check';
import { entryAt, openEvent } from '../src/annex/leaf';
import { leafHash, nodeHash, toHex, type Octets } from '../src/annex/merkle';
import { audit } from '../src/api/routes';

vi.mock('../src/api/routes', () => ({
  audit: { checkpoint: vi.fn(), keys: vi.fn(), proof: vi.fn(), tile: vi.fn() },
}));

const plain = (octets: Uint8Array): Octets => Uint8Array.from(octets);

// Sealed by docs/formats/leaf.md, with nothing of the console.
function seal(text: string, month: Buffer, keyId: bigint): Octets {
  const header = Buffer.alloc(70);
  header.set([1, 1]);
  randomBytes(16).copy(header, 2);
  header.writeBigInt64LE(keyId, 18);
  const salted = Buffer.concat([randomBytes(32), Buffer.from(text)]);
  createHash('sha256').update(salted).digest().copy(header, 26);
  randomBytes(12).copy(header, 58);
  const key = hkdfSync('sha256', month, Buffer.alloc(0), header.subarray(2, 18), 32);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), header.subarray(58));
  cipher.setAAD(header);
  const sealed = Buffer.concat([cipher.update(salted), cipher.final(), cipher.getAuthTag()]);
  return plain(Buffer.concat([header, sealed]));
}

describe('a leaf', () => {
  const golden = plain(
    readFileSync(join(import.meta.dirname, '../../docs/formats/golden/leaf/event-1')),
  );
  const key = { key_id: '24', key: '03'.repeat(32) };

  it('of the golden files opens', async () => {
    const text = await openEvent(golden, [key]);
    expect(JSON.parse(text ?? '{}')).toHaveProperty('class_uid');
  });

  it('does not open with another key, or when an octet of it was changed', async () => {
    expect(await openEvent(golden, [])).toBeNull();
    expect(await openEvent(golden, [{ ...key, key: '04'.repeat(32) }])).toBeNull();
    expect(await openEvent(golden.slice(0, 80), [key])).toBeNull();
    for (const at of [0, 1, 3, 27, 60, golden.length - 1]) {
      const changed = golden.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await openEvent(changed, [key]), String(at)).toBeNull();
    }
  });

  it('is found in its bundle', () => {
    const bundle = Uint8Array.of(0, 1, 7, 1, 0, ...new Uint8Array(256).fill(9), 0, 0);
    expect(entryAt(bundle, 0)).toEqual(Uint8Array.of(7));
    expect(entryAt(bundle, 1)).toHaveLength(256);
    expect(entryAt(bundle, 2)).toHaveLength(0);
    expect(entryAt(bundle, 3)).toBeNull();
    expect(entryAt(bundle.slice(0, 100), 1)).toBeNull();
  });
});

describe('the evidence of a verdict', () => {
  const month = randomBytes(32);
  const shown: Shown = {
    id: 'S06-P-20',
    verdict: 'fail',
    rows_root: 'ab'.repeat(32),
    population: 12,
    violations: 2,
  };
  const event = JSON.stringify({
    api: { operation: 'measure:Evaluated' },
    resources: [{ name: 'measure:S06-P-20' }],
    unmapped: { verdict: 'fail', rows_root: shown.rows_root, population: '12', violations: '2' },
  });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const name = 'demo';
  const typed = Buffer.concat([
    Buffer.of(1),
    publicKey.export({ type: 'spki', format: 'der' }).subarray(-32),
  ]);
  const keyHash = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);

  // A log of three leaves; the evidence is the second.
  async function serve(leaf: Octets, keyId = '24') {
    const others = [seal('{}', month, 24n), seal('{}', month, 24n)] as const;
    const leaves = [others[0], leaf, others[1]];
    const hashes = await Promise.all(leaves.map((each) => leafHash(each)));
    const [first, second, third] = hashes as [Octets, Octets, Octets];
    const root = await nodeHash(await nodeHash(first, second), third);
    const text = `demo/tenant/1\n3\n${Buffer.from(root).toString('base64')}\n`;
    const signature = Buffer.concat([keyHash, sign(null, Buffer.from(text), privateKey)]);
    vi.mocked(audit.checkpoint).mockResolvedValue({
      origin: 'demo/tenant/1',
      size: 3,
      root: toHex(root),
      note: `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`,
    });
    vi.mocked(audit.keys).mockResolvedValue({
      origin: 'demo/tenant/1',
      verifier_key: `${name}+${keyHash.toString('hex')}+${typed.toString('base64')}`,
      month_keys: [{ key_id: keyId, key: month.toString('hex') }],
    });
    vi.mocked(audit.proof).mockResolvedValue({
      index: 1,
      size: 3,
      hashes: [toHex(first), toHex(third)],
    });
    const bundle = leaves.map((each) => [each.length >> 8, each.length & 255, ...each]);
    vi.mocked(audit.tile).mockResolvedValue(Uint8Array.from(bundle.flat()));
  }

  beforeEach(async () => {
    await serve(seal(event, month, 24n));
  });

  it('is included, signed, and says what the page shows', async () => {
    const outcome = await checkEvidence(1, shown);
    expect(outcome).toMatchObject({ size: 3, included: true, signature: true, agrees: true });
    expect(outcome.entry).toMatchObject({ measure: 'S06-P-20', verdict: 'fail', violations: 2 });
    expect(audit.tile).toHaveBeenCalledWith('tile/entries/000.p/3');
  });

  it.each<Partial<Shown>>([
    { id: 'S06-P-21' },
    { verdict: 'pass' },
    { rows_root: 'ac'.repeat(32) },
    { population: 13 },
    { violations: 0 },
  ])('differs from a page that shows %j', async (changes) => {
    const outcome = await checkEvidence(1, { ...shown, ...changes });
    expect(outcome).toMatchObject({ included: true, agrees: false });
    expect(outcome.entry).not.toBeNull();
  });

  it('may be called stale by the page, and hides totals from others', async () => {
    const outcome = await checkEvidence(1, {
      ...shown,
      verdict: 'stale',
      population: null,
      violations: null,
    });
    expect(outcome.agrees).toBe(true);
  });

  it('is not proved by another entry in its place', async () => {
    const bundle = await audit.tile('');
    const swapped = bundle.slice();
    swapped[swapped.length - 1] = (swapped.at(-1) ?? 0) ^ 1;
    vi.mocked(audit.tile).mockResolvedValue(swapped);
    expect((await checkEvidence(1, shown)).included).toBe(true);
    const length = ((bundle[0] ?? 0) << 8) | (bundle[1] ?? 0);
    const changed = bundle.slice();
    changed[length + 200] = (changed[length + 200] ?? 0) ^ 1;
    vi.mocked(audit.tile).mockResolvedValue(changed);
    expect(await checkEvidence(1, shown)).toMatchObject({ included: false, agrees: false });
  });

  it('is none when the leaf is about something else, or opens with no key', async () => {
    await serve(seal('{"api":{"operation":"iam:SignIn"}}', month, 24n));
    expect(await checkEvidence(1, shown)).toMatchObject({ included: true, entry: null });
    await serve(seal(event, month, 24n), '25');
    expect(await checkEvidence(1, shown)).toMatchObject({ entry: null, agrees: false });
    expect(await checkEvidence(3, shown)).toMatchObject({ included: false, signature: false });
  });
});
