// Whether an entry is in the signed tree, found out in this browser alone.
import { audit } from '../api/routes';
import { entryAt } from '../annex/leaf';
import {
  bundleOf,
  fromHex,
  isSigned,
  leafHash,
  readNote,
  rootOf,
  same,
  toHex,
  type Note,
  type Octets,
} from '../annex/merkle';

export interface Inclusion {
  note: Note | null; // null: the checkpoint is no signed note
  signature: boolean | null; // null: this browser cannot check it
  leaf: Octets | null; // null: the bundle has no such entry
  hash: string;
  path: number; // hashes of the audit path
  computed: string; // the root that the entry's octets and its path lead to
  included: boolean;
}

// Fetches the signed checkpoint, the entry's own octets and its audit path, and computes the root
// anew from them.
export async function checkInclusion(
  index: number,
  checkpointNote: string,
  verifierKey: string,
): Promise<Inclusion> {
  const note = readNote(checkpointNote);
  const found: Inclusion = {
    note,
    signature: note === null ? false : await isSigned(note, verifierKey),
    leaf: null,
    hash: '',
    path: 0,
    computed: '',
    included: false,
  };
  if (note === null || index >= note.size) return { ...found, signature: false };
  const { path, place } = bundleOf(index, note.size);
  const [bundle, proof] = await Promise.all([audit.tile(path), audit.proof(index, note.size)]);
  found.leaf = entryAt(Uint8Array.from(bundle), place);
  found.path = proof.hashes.length;
  if (found.leaf === null) return found;
  const hash = await leafHash(found.leaf);
  const computed = await rootOf(hash, index, note.size, proof.hashes.map(fromHex));
  found.hash = toHex(hash);
  found.computed = computed === null ? '' : toHex(computed);
  found.included = computed !== null && same(computed, note.root);
  return found;
}
