// Opening an entry of the audit ledger in the browser, as docs/formats/leaf.md has it.
import { fromHex, same, sha256, type Octets } from './merkle';

const headerLength = 70;
const saltLength = 32;
const eventType = 1;
const segmentType = 2;

export interface MonthKey {
  key_id: string;
  key: string; // hexadecimal
}

// The entry at `place` of a bundle: each stands behind its length in two octets, big-endian.
export function entryAt(bundle: Octets, place: number): Octets | null {
  let at = 0;
  for (let index = 0; at + 2 <= bundle.length; ++index) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0);
    if (at + 2 + length > bundle.length) return null;
    if (index === place) return bundle.slice(at + 2, at + 2 + length);
    at += 2 + length;
  }
  return null;
}

// The text of an event, once tag and commitment hold; null when the key is not there, or the leaf
// is of another kind or has been changed.
export async function openEvent(
  leaf: Octets,
  monthKeys: readonly MonthKey[],
): Promise<string | null> {
  return leaf[1] === eventType ? ((await openEvents(leaf, monthKeys))?.[0] ?? null) : null;
}

// The texts of a leaf's events: one, or those of a segment. Null as above.
export async function openEvents(
  leaf: Octets,
  monthKeys: readonly MonthKey[],
): Promise<string[] | null> {
  const type = leaf[1];
  if (leaf.length < headerLength + saltLength + 16 || leaf[0] !== 1) return null;
  if (type !== eventType && type !== segmentType) return null;
  const keyId = new DataView(leaf.buffer, leaf.byteOffset).getBigInt64(18, true).toString();
  const month = monthKeys.find((each) => each.key_id === keyId);
  if (month === undefined) return null;
  const material = await crypto.subtle.importKey('raw', fromHex(month.key), 'HKDF', false, [
    'deriveKey',
  ]);
  const key = await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: leaf.slice(2, 18) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['decrypt'],
  );
  let salted: Octets;
  try {
    salted = new Uint8Array(
      await crypto.subtle.decrypt(
        {
          name: 'AES-GCM',
          iv: leaf.slice(58, headerLength),
          additionalData: leaf.slice(0, headerLength),
        },
        key,
        leaf.slice(headerLength),
      ),
    );
  } catch {
    return null;
  }
  if (!same(await sha256(salted), leaf.slice(26, 58))) return null;
  const plain = salted.slice(saltLength);
  return type === eventType ? [new TextDecoder().decode(plain)] : partsOf(plain);
}

// Each event of a segment stands behind its length in four octets, little-endian.
function partsOf(plain: Octets): string[] | null {
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const parts: string[] = [];
  for (let at = 0; at < plain.length;) {
    if (at + 4 > plain.length) return null;
    const length = view.getUint32(at, true);
    if (at + 4 + length > plain.length) return null;
    parts.push(new TextDecoder().decode(plain.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return parts;
}
