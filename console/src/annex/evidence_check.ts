import { audit } from '../api/routes';
import { fromHex, isSigned, readNote, rootOf, same, tileOf, toHex } from './merkle';

export interface EvidenceCheck {
  size: number;
  root: string;
  signature: boolean | null; // null: this browser cannot check it
  included: boolean;
}

// Fetches the signed checkpoint, the leaf's hash and its audit path, and computes the root anew.
export async function checkEvidence(index: number): Promise<EvidenceCheck> {
  const [checkpoint, keys] = await Promise.all([audit.checkpoint(), audit.keys()]);
  const note = readNote(checkpoint.note);
  if (note === null || index >= note.size) {
    return { size: checkpoint.size, root: checkpoint.root, signature: false, included: false };
  }
  const { path, offset } = tileOf(index, note.size);
  const [tile, proof] = await Promise.all([audit.tile(path), audit.proof(index, note.size)]);
  const leaf = Uint8Array.from(tile.slice(offset, offset + 32));
  const computed = await rootOf(leaf, index, note.size, proof.hashes.map(fromHex));
  return {
    size: note.size,
    root: toHex(note.root),
    signature: await isSigned(note, keys.verifier_key),
    included: leaf.length === 32 && computed !== null && same(computed, note.root),
  };
}
