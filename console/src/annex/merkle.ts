// Checking evidence against the ledger in the browser: the tree of RFC 6962 (hashes: 2.1; audit
// paths: RFC 9162, 2.1.3.2), the tiles of C2SP tlog-tiles, the signed notes of C2SP signed-note.

export type Octets = Uint8Array<ArrayBuffer>;

export async function sha256(...parts: readonly Octets[]): Promise<Octets> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

export const leafHash = (entry: Octets) => sha256(Uint8Array.of(0), entry);
export const nodeHash = (left: Octets, right: Octets) => sha256(Uint8Array.of(1), left, right);

export function fromHex(text: string): Octets {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function toHex(octets: Octets): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

export function fromBase64(text: string): Octets {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function same(left: Octets, right: Octets): boolean {
  return left.length === right.length && left.every((octet, at) => octet === right[at]);
}

const half = (value: number) => Math.floor(value / 2);

// The root that a leaf's audit path leads to, or null when the path has the wrong length. Indexes
// stay below 2^53, so that plain numbers do.
export async function rootOf(
  leaf: Octets,
  index: number,
  size: number,
  path: readonly Octets[],
): Promise<Octets | null> {
  if (index < 0 || index >= size) return null;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = await nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 ? hash : null;
}

// Where an entry is: its bundle and the place in it. The last bundle is partial, named with its
// width.
export function bundleOf(index: number, size: number): { path: string; place: number } {
  const tile = Math.floor(index / 256);
  let name = String(tile % 1000).padStart(3, '0');
  for (let rest = Math.floor(tile / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    name = `x${String(rest % 1000).padStart(3, '0')}/${name}`;
  }
  const width = Math.min(256, size - tile * 256);
  const partial = width < 256 ? `.p/${String(width)}` : '';
  return { path: `tile/entries/${name}${partial}`, place: index % 256 };
}

export interface Note {
  origin: string;
  size: number;
  root: Octets;
  text: Octets; // what is signed
  signatures: { name: string; octets: Octets }[];
}

export function readNote(note: string): Note | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return null;
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split('\n');
  if (origin === undefined || root === undefined || !/^\d{1,15}$/.test(size ?? '')) return null;
  const signatures = note
    .slice(end + 2)
    .split('\n')
    .map((line) => /^\u2014 (\S+) (\S+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, octets]) => ({ name: name ?? '', octets: fromBase64(octets ?? '') }));
  return {
    origin,
    size: Number(size),
    root: fromBase64(root),
    text: new TextEncoder().encode(text),
    signatures,
  };
}

// Whether the note is signed by the verifier key ("name+hash+key", Ed25519). Null: this browser
// has no Ed25519.
export async function isSigned(note: Note, verifierKey: string): Promise<boolean | null> {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(verifierKey);
  if (match === null) return false;
  const [, name = '', keyHash = '', encoded = ''] = match;
  const key = fromBase64(encoded);
  if (key.length !== 33 || key[0] !== 1) return false;
  const digest = await sha256(new TextEncoder().encode(`${name}\n`), key);
  if (toHex(digest.slice(0, 4)) !== keyHash) return false;
  let verifier: CryptoKey;
  try {
    verifier = await crypto.subtle.importKey('raw', key.slice(1), 'Ed25519', false, ['verify']);
  } catch {
    return null;
  }
  for (const signature of note.signatures) {
    if (signature.name !== name || toHex(signature.octets.slice(0, 4)) !== keyHash) continue;
    if (await crypto.subtle.verify('Ed25519', verifier, signature.octets.slice(4), note.text)) {
      return true;
    }
  }
  return false;
}
