// Verifies a copied log of Belfry with none of Belfry's code: Go's x/mod packages sumdb/note and
// sumdb/tlog read checkpoint, tiles and entries. Those packages name tiles as sumdb does; the reader
// below maps that to C2SP's tlog-tiles.
//
// Usage: verifier FOLDER VERIFIER_KEY     exit code 0: the log is whole
//
//	verifier root-proof FOLDER VERIFIER_KEY [WITNESS_KEY ...]     and the witnesses know it
//	verifier consistency VERIFIER_KEY OLDER NEWER [HASH ...]      one checkpoint goes on from another
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// folder is a tlog.TileReader over the files of a copied log.
type folder struct{ root string }

func (f folder) Height() int { return tileHeight }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// read prefers the tile as asked; a fuller one holds it too.
func (f folder) read(tile tlog.Tile) ([]byte, error) {
	const sumdbPrefix, c2spPrefix = "tile/8/", "tile/"
	path := c2spPrefix + strings.TrimPrefix(tile.Path(), sumdbPrefix)
	data, err := os.ReadFile(filepath.Join(f.root, path))
	if err != nil {
		return nil, err
	}
	if want := tile.W * tlog.HashSize; len(data) != want {
		return nil, fmt.Errorf("%s has %d octets, not %d", path, len(data), want)
	}
	return data, nil
}

// checkpoint returns the signed tree, after the signature was verified.
func (f folder) checkpoint(key string) (tlog.Tree, error) {
	text, err := f.signedText("checkpoint", key)
	if err != nil {
		return tlog.Tree{}, err
	}
	if strings.HasSuffix(originOf(text), destroyedSuffix) {
		return tlog.Tree{}, fmt.Errorf("a note about destroyed leaves is no checkpoint")
	}
	return treeOf(text)
}

const destroyedSuffix = "/destroyed"

func originOf(text string) string { return strings.SplitN(text, "\n", 2)[0] }

// signedText returns what a file of the folder says, after its signature was verified.
func (f folder) signedText(name, key string) (string, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(filepath.Join(f.root, name))
	if err != nil {
		return "", err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return opened.Text, nil
}

// destroyed returns how many of the first leaves the log itself says are destroyed: a signed note
// about the beginning of this very tree. Without one it is none.
func (f folder) destroyed(key string, tree tlog.Tree, hashes tlog.HashReader) (int64, error) {
	text, err := f.signedText("destroyed", key)
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	checkpoint, err := f.signedText("checkpoint", key)
	if err != nil {
		return 0, err
	}
	told, err := treeOf(text)
	if err != nil {
		return 0, err
	}
	if originOf(text) != originOf(checkpoint)+destroyedSuffix {
		return 0, fmt.Errorf("destroyed: a note of another log, %q", originOf(text))
	}
	if told.N <= 0 || told.N > tree.N || told.N%(1<<tileHeight) != 0 {
		return 0, fmt.Errorf("destroyed: %d leaves", told.N)
	}
	hash, err := tlog.TreeHash(told.N, hashes)
	if err != nil {
		return 0, err
	}
	if hash != told.Hash {
		return 0, fmt.Errorf("destroyed: a note of another tree")
	}
	return told.N, nil
}

// treeOf reads the text of a checkpoint.
func treeOf(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, fmt.Errorf("checkpoint of %d lines", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("root %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

// entries returns the leaves of one bundle: each behind its length, two octets, big-endian.
func (f folder) entries(number int64, width int) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: -1, N: number, W: width}
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(f.root, path))
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s is cut", path)
		}
		length := int(binary.BigEndian.Uint16(data))
		all = append(all, data[2:2+length])
		data = data[2+length:]
	}
	if len(all) != width {
		return nil, fmt.Errorf("%s has %d entries, not %d", path, len(all), width)
	}
	return all, nil
}

// verify proves every entry to be in the signed tree.
func verify(root, key string) (int64, error) {
	files := folder{root}
	tree, err := files.checkpoint(key)
	if err != nil {
		return 0, err
	}
	hashes := tlog.TileHashReader(tree, files)
	destroyed, err := files.destroyed(key, tree, hashes)
	if err != nil {
		return 0, err
	}
	const width = 1 << tileHeight
	for first := int64(0); first < tree.N; first += width {
		count := tree.N - first
		if count > width {
			count = width
		}
		leaves, err := files.entries(first/width, int(count))
		if os.IsNotExist(err) && first+count <= destroyed {
			// Deleted with its month: the hashes are still in the tree.
			if err := provedHashes(tree, first, hashes); err != nil {
				return 0, err
			}
			continue
		}
		if err != nil {
			return 0, err
		}
		for i, leaf := range leaves {
			index := first + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return 0, err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
				return 0, fmt.Errorf("leaf %d: %w", index, err)
			}
		}
	}
	return tree.N, nil
}

// provedHashes checks the hashes of one full bundle without its entries.
func provedHashes(tree tlog.Tree, first int64, hashes tlog.HashReader) error {
	for index := first; index < first+1<<tileHeight; index++ {
		found, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(tree.N, index, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, found[0]); err != nil {
			return fmt.Errorf("leaf %d: %w", index, err)
		}
	}
	return nil
}

// verifyConsistency checks a proof, in hexadecimal, that one signed checkpoint begins another.
func verifyConsistency(key, older, newer string, texts []string) (int64, error) {
	var trees [2]tlog.Tree
	var origins [2]string
	for i, path := range []string{older, newer} {
		text, err := folder{}.signedText(path, key)
		if err != nil {
			return 0, err
		}
		if trees[i], err = treeOf(text); err != nil {
			return 0, err
		}
		origins[i] = originOf(text)
	}
	if origins[0] != origins[1] {
		return 0, fmt.Errorf("two logs, %q and %q", origins[0], origins[1])
	}
	proof, err := hashes(texts)
	if err != nil {
		return 0, err
	}
	return trees[0].N, tlog.CheckTree(proof, trees[1].N, trees[1].Hash, trees[0].N, trees[0].Hash)
}

func main() {
	if len(os.Args) > 4 && os.Args[1] == "consistency" {
		size, err := verifyConsistency(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "refused:", err)
			os.Exit(1)
		}
		fmt.Printf("goes on from %d leaves\n", size)
		return
	}
	if len(os.Args) > 3 && os.Args[1] == "root-proof" {
		size, err := verifyRootProof(os.Args[2], os.Args[3], os.Args[4:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "refused:", err)
			os.Exit(1)
		}
		fmt.Printf("%d leaves, in the root log that the witnesses cosigned\n", size)
		return
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verifier [root-proof] FOLDER VERIFIER_KEY [WITNESS_KEY ...]")
		os.Exit(2)
	}
	size, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	fmt.Printf("%d leaves, all in the signed tree\n", size)
}
