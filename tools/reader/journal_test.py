"""The independent reader of the journal: what it reads, and what it refuses."""

import pathlib
import struct
import unittest

import journal

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden"
WRITTEN_US = 1_767_225_600_500_000  # 2026-01-01T00:00:00.5Z


class GoldenJournal(unittest.TestCase):
    def setUp(self):
        self.body = (GOLDEN / "journal/leaves-1").read_bytes()
        self.leaves = [(GOLDEN / "leaf" / name).read_bytes() for name in ("event-1", "segment-1")]

    def test_says_what_is_written_down(self):
        written, source, reading, leaves = journal.read_record(self.body)
        self.assertEqual((written, source, reading), (WRITTEN_US, 77, [2, 9]))
        self.assertEqual(leaves, [(2, leaf) for leaf in self.leaves])

    def test_refuses_every_truncation(self):
        for length in range(len(self.body)):
            with self.subTest(length), self.assertRaises(journal.Malformed):
                journal.read_record(self.body[:length])

    def test_refuses_octets_too_many_and_other_versions(self):
        with self.assertRaises(journal.Malformed):
            journal.read_record(self.body + b"\0")
        with self.assertRaises(journal.Malformed):
            journal.read_record(struct.pack("<H", 2) + self.body[2:])

    def test_gives_a_leaf_its_index_once(self):
        indices = journal.Indices()
        first, second = self.leaves
        self.assertEqual([indices.add(2, first), indices.add(2, second)], [0, 1])
        self.assertIsNone(indices.add(2, first))
        self.assertEqual(indices.add(9, bytes(2) + bytes(range(16))), 0)


if __name__ == "__main__":
    unittest.main()
