// The chain of a root proof (docs/formats/root_log.md) with none of Belfry's code: the tenant's
// checkpoint, its slot in a round, the round's leaf in the root log, the cosignatures of witnesses.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type rootProof struct {
	Checkpoint     string   `json:"checkpoint"`
	Salt           string   `json:"salt"`
	Slot           int64    `json:"slot"`
	Slots          int64    `json:"slots"`
	SlotPath       []string `json:"slot_path"`
	Leaf           string   `json:"leaf"`
	Index          int64    `json:"index"`
	Path           []string `json:"path"`
	RootCheckpoint string   `json:"root_checkpoint"`
	RootKey        string   `json:"root_verifier_key"`
}

// cosigner is a note.Verifier of cosignature/v1, which the package does not have.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) (cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, fmt.Errorf("verifier key %q", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return cosigner{}, fmt.Errorf("verifier key %q", vkey)
	}
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if hex.EncodeToString(digest[:4]) != parts[1] {
		return cosigner{}, fmt.Errorf("the hash of %q", vkey)
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(digest[:4]), key[1:]}, nil
}

func hashOf(octets []byte) (hash tlog.Hash) {
	copy(hash[:], octets)
	return hash
}

func hashes(texts []string) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, text := range texts {
		octets, err := hex.DecodeString(text)
		if err != nil || len(octets) != tlog.HashSize {
			return nil, fmt.Errorf("hash %q", text)
		}
		all = append(all, hashOf(octets))
	}
	return all, nil
}

// inSlot checks that the round of `leaf` holds the text of the tenant's checkpoint.
func (p rootProof) inSlot(text string, leaf []byte) error {
	salt, err := hex.DecodeString(p.Salt)
	if err != nil || len(salt) != 32 {
		return fmt.Errorf("salt %q", p.Salt)
	}
	path, err := hashes(p.SlotPath)
	if err != nil {
		return err
	}
	if len(leaf) != 50 || !bytes.Equal(leaf[:2], []byte{1, 3}) {
		return fmt.Errorf("no round")
	}
	slot := tlog.RecordHash(append(salt, text...))
	return tlog.CheckRecord(path, p.Slots, hashOf(leaf[18:]), p.Slot, slot)
}

func (p rootProof) inRootLog(leaf []byte, witnesses []string) error {
	verifier, err := note.NewVerifier(p.RootKey)
	if err != nil {
		return err
	}
	verifiers := []note.Verifier{verifier}
	for _, vkey := range witnesses {
		witness, err := newCosigner(vkey)
		if err != nil {
			return err
		}
		verifiers = append(verifiers, witness)
	}
	opened, err := note.Open([]byte(p.RootCheckpoint), note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != len(verifiers) {
		return fmt.Errorf("%d signatures that hold, of %d", len(opened.Sigs), len(verifiers))
	}
	tree, err := treeOf(opened.Text)
	if err != nil {
		return err
	}
	path, err := hashes(p.Path)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, p.Index, tlog.RecordHash(leaf))
}

// verifyRootProof proves that the copied log begins with a tree that the witnesses cosigned.
func verifyRootProof(root, key string, witnesses []string) (int64, error) {
	data, err := os.ReadFile(filepath.Join(root, "root-proof.json"))
	if err != nil {
		return 0, err
	}
	var proof rootProof
	if err := json.Unmarshal(data, &proof); err != nil {
		return 0, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return 0, err
	}
	opened, err := note.Open([]byte(proof.Checkpoint), note.VerifierList(verifier))
	if err != nil {
		return 0, err
	}
	leaf, err := hex.DecodeString(proof.Leaf)
	if err != nil {
		return 0, err
	}
	if err := proof.inSlot(opened.Text, leaf); err != nil {
		return 0, fmt.Errorf("slot: %w", err)
	}
	if err := proof.inRootLog(leaf, witnesses); err != nil {
		return 0, fmt.Errorf("root log: %w", err)
	}
	return sameBeginning(folder{root}, key, opened.Text)
}

// sameBeginning compares the committed tree with what the copied log has at that size.
func sameBeginning(files folder, key, text string) (int64, error) {
	committed, err := treeOf(text)
	if err != nil {
		return 0, err
	}
	tree, err := files.checkpoint(key)
	if err != nil {
		return 0, err
	}
	if committed.N > tree.N {
		return 0, fmt.Errorf("the root log knows %d leaves, the copy has %d", committed.N, tree.N)
	}
	hash, err := tlog.TreeHash(committed.N, tlog.TileHashReader(tree, files))
	if err != nil {
		return 0, err
	}
	if hash != committed.Hash {
		return 0, fmt.Errorf("the copy is another history than the root log's")
	}
	return committed.N, nil
}
