// Opening an entry of the audit ledger in the browser, as docs/formats/leaf.md has it.
import { fromHex, same, sha256, type Octets } from './merkle';

const headerLength = 70;
const saltLength = 32;

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
  if (leaf.length < headerLength + saltLength + 16 || leaf[0] !== 1 || leaf[1] !== 1) return null;
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
  return new TextDecoder().decode(salted.slice(saltLength));
}
